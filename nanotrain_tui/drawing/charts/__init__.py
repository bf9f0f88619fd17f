"""The kinds of charts: one module for each, and the table that lists them."""
