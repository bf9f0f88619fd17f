"""Draws a comparison of sessions: their curves, and tables of results and differences."""
