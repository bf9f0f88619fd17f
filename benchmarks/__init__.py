"""What the program costs, measured: ``python -m benchmarks engine``."""
