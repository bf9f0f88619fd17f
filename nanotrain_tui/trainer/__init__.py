"""The trainer: runs TensorFlow, takes commands from one pipe and reports events to another.

It needs Python >= 3.6, NumPy and TensorFlow >= 2.5 and imports nothing else of this project, so
any Python with TensorFlow can run the folder by its path: ``python .../nanotrain_tui/trainer``.

Read on in this order: ``serve`` (a whole run), ``training_loop`` (what happens when: steps,
evaluations, commands, edits), ``training_state`` (a network, its data and its configuration at a
step), ``engine`` (the TensorFlow graph), and then the small parts: ``model``, ``batches``,
``edits``, ``script``, ``checkpoints``.

Formulas are in tables that load no TensorFlow: ``activations``, ``losses``, ``optimizers``,
``initializers``, ``schedule``. Data comes from ``data/sources``.
"""
