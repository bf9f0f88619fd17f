"""The folders of a user that a session needs besides its own."""

import os
from typing import NamedTuple, Tuple


class Places(NamedTuple):
    """Absolute paths; none of the folders need exist."""

    home: str  # new sessions are made in its folder "sessions"
    cache: str  # what can be downloaded or worked out again
    data_dirs: Tuple[str, ...] = ()  # searched for data sets, in this order

    @property
    def python_cache(self) -> str:
        """The file that remembers which Pythons have TensorFlow."""
        return os.path.join(self.cache, "pythons.json")
