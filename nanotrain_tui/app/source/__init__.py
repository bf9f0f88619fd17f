"""Access to sessions: the interfaces, the training worker, and their implementations."""
