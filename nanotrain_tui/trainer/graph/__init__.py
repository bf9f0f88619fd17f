"""The TensorFlow graph that trains and tests a network, and the ways to make its steps."""
