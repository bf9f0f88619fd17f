"""What the terminal can do, from the system's description of it (terminfo)."""

from __future__ import annotations


def erases_in_color() -> bool:
    """Whether erased cells get the background of the pen (``bce``). False if it is not known."""
    try:
        import curses  # missing in some builds of Python

        curses.setupterm()
        return curses.tigetflag("bce") > 0
    except Exception:  # curses.error, or a stream without a descriptor
        return False
