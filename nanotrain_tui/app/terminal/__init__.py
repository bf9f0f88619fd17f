"""The terminal behind Textual: differences alone, paced by what it has taken."""
