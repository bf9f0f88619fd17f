"""What ``nanotrain doctor`` examines."""
