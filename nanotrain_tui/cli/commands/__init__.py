"""The commands of ``nanotrain``, a module each, which holds ``command``; found by the folder."""
