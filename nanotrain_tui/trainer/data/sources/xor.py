"""The quarters of a square, opposite ones alike: two classes."""

from ..playground import source_of_points

SOURCE = source_of_points("xor")
