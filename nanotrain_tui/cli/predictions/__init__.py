"""Predictions and evaluations: the files that are read, and how the answers are written."""
