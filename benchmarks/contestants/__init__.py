"""What the engine benchmark compares: each a program ``DATA_FOLDER STEPS BATCH_SIZE``.

Each prints one JSON line: ``first_s``, until the first step was done (tracing, compiling), and
``steps_s`` for the steps after that.
"""
