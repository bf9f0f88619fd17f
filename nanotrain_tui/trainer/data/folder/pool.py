"""Decodes picture files in parallel, in a bounded amount of memory."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator, Sequence, Tuple

import numpy as np

from ..dataset import DataError
from .decode import Decoder
from .picture_file import Unreadable
from .preparation import PicturePreparation

Array = Any
_MOST_THREADS = 8


class PictureFiles:
    """Picture files that become inputs when they are taken."""

    def __init__(self, paths: Sequence[str], preparation: PicturePreparation, key: str) -> None:
        self.paths, self._key = list(paths), key
        self.shape = preparation.input_shape
        self._decoder = Decoder(preparation)
        self._pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1))

    def __len__(self) -> int:
        return len(self.paths)

    def take(self, numbers: Array) -> Array:
        """The inputs of these pictures, (n, *shape). Raises DataError, which names the file."""
        taken = np.empty((len(numbers), *self.shape), np.uint8)
        for place, why in self.fill(numbers, taken):
            if why:
                raise DataError(self._key, "{} {}".format(self.paths[int(numbers[place])], why))
        return taken

    def fill(self, numbers: Array, into: Array) -> Iterator[Tuple[int, str]]:
        """Write the inputs of these pictures: the place of each as it is done, and what is wrong.

        A damaged picture becomes black.
        """

        def one(place: int) -> Tuple[int, str]:
            path = self.paths[int(numbers[place])]
            try:
                with open(path, "rb") as file:
                    into[place] = self._decoder(file.read())
            except (OSError, Unreadable) as error:
                into[place] = 0
                return place, _why(error)
            return place, ""

        return self._pool.map(one, range(len(numbers)))


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return "cannot be read: {}.".format(error.strerror or error)
    return str(error)
