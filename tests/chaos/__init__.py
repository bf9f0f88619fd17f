"""Random faults against real sessions, and the promises that must hold after each.

    python -m tests.chaos --seed 7 --rounds 40 --kinds signals

Each round starts a session with the scripted trainer in a home of its own, injects one random
fault, and then checks every promise in ``promises``. The seed is printed: the same seed draws the
same faults, though not the same microseconds.
"""
