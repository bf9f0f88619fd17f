"""The commands of ``nanotrain``: each module in this folder defines one, named ``command``."""
