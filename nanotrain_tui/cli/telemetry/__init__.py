"""Reads logs of tegrastats and prints samples, for ``nanotrain telemetry``."""
