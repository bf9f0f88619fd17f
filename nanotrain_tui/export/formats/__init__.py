"""One module a format; a new one is found by its name."""
