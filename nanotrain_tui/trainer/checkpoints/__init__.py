"""Checkpoints: their files, what they may hold, and which of them are kept."""
