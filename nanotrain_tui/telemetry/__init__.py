"""What the board does while it trains: load, memory, temperature, power.

``monitor`` is what the host drives; the sources are ``tegrastats`` (parser) with ``child`` (the
process), ``psutil_source``, ``sysfs`` and ``nvml``; ``board`` describes the machine once, for
``nanotrain doctor``. Nothing here imports the rest of the program, and nothing is loaded before
it is needed: the monitor shares the board with the training it watches.
"""
