"""Draws values as lines of styled text. The app, the command line and the exports use it."""
