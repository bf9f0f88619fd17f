"""The host: a detached process for each session, which runs the trainer and records it."""
