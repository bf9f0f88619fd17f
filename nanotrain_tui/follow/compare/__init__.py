"""Reads sessions to compare them."""
