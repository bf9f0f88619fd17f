"""What the actions do, a module for each group of them, and the link to the session."""
