"""How much an event matters to a person: the levels of the lines of a log."""

INFO = "info"
GOOD = "good"
WARNING = "warning"
ERROR = "error"
