"""What is shown of a session: a fold over its recording, live, replayed or compared."""
