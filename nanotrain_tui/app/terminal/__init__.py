"""The terminal output below Textual: sends only changes, and no faster than they arrive."""
