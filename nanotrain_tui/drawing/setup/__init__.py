"""Draws what the set-up panel shows: what ``r`` would train, and the board."""
