"""The trainer as its host sees it: the process, the connection, its messages and its log."""
