"""A crash at every write: sessions over a file layer that stops, fails or forgets.

    python -m tests.crash --scenario record --every 1

Each scenario runs once over ``layer.c``, which logs every change of its files. ``disk`` then builds
the folder as a kill, or a power cut that loses unsynced writes, leaves it after each change. For
full and broken disks the scenario runs again for each call, which fails. After each fault, ``look``
reads the sessions with every command and continues them, and the scenario compares the result with
what had been acknowledged before.
"""
