"""Random faults against real sessions, and the promises that must hold after each.

    python -m tests.chaos --seed 7 --rounds 40 --kinds signals

Each round starts a session with the scripted trainer in a home of its own, injects one fault at a
random moment, and then checks every promise in ``promises``. The seed is printed: the same seed
plays the same faults, though not at the same microsecond. At the end a table has the counts.
docs/RELIABILITY.md explains what is promised.
"""
