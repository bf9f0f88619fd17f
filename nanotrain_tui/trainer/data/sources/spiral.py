"""Two spirals in the plane, one within the other: two classes."""

from ..playground import source_of_points

SOURCE = source_of_points("spiral")
