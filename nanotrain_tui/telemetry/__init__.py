"""Measures the board while it trains: load, memory, temperature and power.

The host uses ``monitor``. The sources are ``tegrastats`` (the parser) with ``child`` (the process),
``psutil_source``, ``sysfs`` and ``nvml``. ``board`` describes the machine, for ``nanotrain doctor``
and for each recording. The package imports nothing else of the program, and loads a module only
when it is needed, because it shares the board with the training.
"""
