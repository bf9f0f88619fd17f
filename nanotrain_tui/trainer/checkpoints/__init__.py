"""Checkpoints: their files, their arrays, and which of them are kept."""
