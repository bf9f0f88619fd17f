"""Draws the regions of the dashboard: their titles, the line of figures, the board."""
