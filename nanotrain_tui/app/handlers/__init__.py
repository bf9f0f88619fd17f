"""What the actions do: a module for each group of actions, and the link to the session."""
