"""The part of ``nanotrain run`` that lives in the script's own process."""
