"""Two clouds of points in the plane: two classes."""

from ..playground import source_of_points

SOURCE = source_of_points("gauss")
