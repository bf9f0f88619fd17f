"""Runs a person's own script from the command line."""
