"""The lists: the entries of dialogs, and the sessions."""
