"""The trainer: TensorFlow, told what to do over one pipe and reporting over another.

It needs Python >= 3.6, NumPy and TensorFlow >= 2.5 and imports nothing else of this project, so
any Python with TensorFlow can run the folder by its path: ``python .../nanotrain_tui/trainer``.

Read on in this order: ``serve`` (a whole run), ``loop`` (what happens when: steps, evaluations,
commands, edits), ``training`` (a network on its way), ``engine`` (the TensorFlow graph), and then
the small parts: ``model``, ``activations``, ``losses``, ``optimizers``, ``initializers``,
``schedule``, ``batches``, ``edits``, ``script``, ``checkpoint``, ``keeper``.
"""
