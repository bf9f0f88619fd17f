"""A person's own data on the command line: the look at it, the consent to run code, the report."""
