"""TensorFlow, loaded when it is first used.

Loading it takes seconds. The tables of formulas (which optimizers there are, what they keep of
each weight) are also read by programs that compute nothing, and by some that have no TensorFlow.
"""

import contextlib
import importlib
import sys
from typing import Any, Iterator, Sequence

# Keras loads these where they are installed, for parts that the trainer does not use.
UNUSED = ("pandas", "sklearn")


def load_tensorflow() -> Any:
    """The module ``tensorflow``, without the packages that only other users of Keras need.

    They take a third of the time to load it, and some 100 MB of memory.
    """
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    with as_if_missing(UNUSED):
        return importlib.import_module("tensorflow")


@contextlib.contextmanager
def as_if_missing(packages: Sequence[str]) -> Iterator[None]:
    """Let imports of packages fail that are not loaded yet. Afterwards they can be imported."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: "there is none"
    try:
        yield
    finally:
        for name in hidden:
            if sys.modules.get(name, name) is None:  # nobody has loaded it all the same
                del sys.modules[name]


class _TensorFlow:
    def __getattr__(self, name: str) -> Any:
        return getattr(load_tensorflow(), name)


tf: Any = _TensorFlow()
