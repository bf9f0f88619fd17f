"""Random input for everything that reads, drawn from the tables that describe it."""
