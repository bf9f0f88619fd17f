"""What the engine benchmark compares: programs ``DATA_FOLDER STEPS BATCH_SIZE NETWORK [OPTION]``.

Each prints one JSON line: ``first_s``, until the first step was done (tracing, compiling), and
``steps_s`` for the steps after that.
"""
