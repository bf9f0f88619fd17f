"""From a configuration to a running session.

``plan`` finds the trainer's Python and the data, ``resume_and_fork`` plans from a session there is,
``start`` and ``in_process`` start a plan. ``model`` exports a trained network and predicts with it.
"""
