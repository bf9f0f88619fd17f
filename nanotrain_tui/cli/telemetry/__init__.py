"""What ``nanotrain telemetry`` reads and how it writes a row."""
