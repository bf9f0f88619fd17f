"""The host's side of the trainer: its process, the connection, its messages and its log."""
