"""Draws the network as a function: a curve through samples, or a picture of a plane."""
