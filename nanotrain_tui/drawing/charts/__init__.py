"""The kinds of charts, a module each, and the table of them."""
