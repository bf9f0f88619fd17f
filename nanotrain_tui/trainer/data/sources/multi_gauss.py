"""Six hills and hollows in the plane: a number to predict."""

from ..playground import source_of_points

SOURCE = source_of_points("multi-gauss")
