"""Which arrays are inputs and targets, by their usual names or by their shapes."""

import os
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ..dataset import DataError
from .array_file import Found, arrays_in, listed

PATH, TEST_PATH, X, Y = "data.path", "data.test_path", "data.x", "data.y"
_INPUTS = (
    "x", "images", "image", "imgs", "data", "inputs", "input", "features", "samples", "arr_0",
)  # fmt: skip
_TARGETS = ("y", "labels", "label", "targets", "target", "classes", "outputs", "output", "arr_1")
_TRAINS, _TESTS = ("train", "training"), ("test", "testing")
_VALIDATIONS = ("val", "valid", "validation", "dev")
_Perhaps = Tuple[Optional[Found], Optional[Found]]  # inputs and targets, where they are there


class Pair(NamedTuple):
    """Inputs and targets of a part."""

    x: Found
    y: Found


class Named(NamedTuple):
    """The arrays of each part; without ``test``, ``train`` holds all examples."""

    train: Pair
    test: Optional[Pair] = None
    validation: Optional[Pair] = None
    files: Sequence[str] = ()
    unused: Sequence[Found] = ()


def find_arrays(config: Mapping[str, object]) -> Named:
    """The arrays that the configuration names. Raises DataError that lists what there is."""
    path, test_path = str(config.get(PATH) or ""), str(config.get(TEST_PATH) or "")
    x, y = str(config.get(X) or ""), str(config.get(Y) or "")
    if not path:
        if not (x and y):
            message = "Set data.path to an .npz file, or data.x and data.y to two .npy files."
            raise DataError(Y if x else (X if y else PATH), message)
        found = dict(arrays_in(x, X, "x"), **arrays_in(y, Y, "y"))
        return Named(Pair(found["x"], found["y"]), files=(x, y))
    found, files = _all_in(path)
    named = _named(found, path, x, y)._replace(files=files)
    used = [array.name for pair in named[:3] if pair is not None for array in pair]
    unused = [array for name, array in sorted(found.items()) if name not in used]
    named = named._replace(unused=unused)
    if not test_path:
        return named
    others, more = _all_in(test_path)
    test = _named(others, test_path, x, y)
    pair = test.test or test.train
    return named._replace(test=pair, files=(*files, *more))


def _all_in(path: str) -> Tuple[Dict[str, Found], Tuple[str, ...]]:
    """The arrays of a file, or of all files in a folder, and these files."""
    if not os.path.isdir(path):
        return arrays_in(path, PATH), (path,)
    names = sorted(name for name in os.listdir(path) if name.endswith((".npy", ".npz")))
    if not names:
        raise DataError(PATH, "{} has no .npz or .npy file.".format(path))
    found: Dict[str, Found] = {}
    for name in names:
        found.update(arrays_in(os.path.join(path, name), PATH))
    return found, tuple(os.path.join(path, name) for name in names)


def _named(found: Dict[str, Found], path: str, x: str, y: str) -> Named:
    if x or y:
        return Named(Pair(_one(found, path, x, X), _one(found, path, y, Y)))
    by_part = [_pair(found, part) for part in (_TRAINS, _TESTS, _VALIDATIONS)]
    train, test, validation = by_part
    if train is not None:
        return Named(train, test, validation)
    plain = _pair(found, ()) or _by_shape(found)
    if plain is None:
        message = "{} has {}; set data.x and data.y to the names of inputs and targets."
        raise DataError(PATH, message.format(path, listed(found)))
    return Named(plain, test, validation)


def _one(found: Dict[str, Found], path: str, name: str, key: str) -> Found:
    if name in found:
        return found[name]
    if not name:
        raise DataError(key, "Name the array; {} has {}.".format(path, listed(found)))
    raise DataError(key, "There is no array {!r}; {} has {}.".format(name, path, listed(found)))


def new_examples(
    found: Dict[str, Found], path: str, trained: Mapping[str, Sequence[str]]
) -> Tuple[Found, Optional[Found]]:
    """The inputs of new examples, and their targets where there are some. Raises DataError.

    ``trained`` are the names of inputs and targets by part, as the session trained on them. A part
    for testing is taken first, and one for training last.
    """
    places = [_named_as(found, trained.get("test", ())), _usual(found, _TESTS)]
    places += [_named_as(found, trained.get("train", ())), _usual(found, ())]
    places += [_usual(found, _VALIDATIONS), _usual(found, _TRAINS)]
    for x, y in places:
        if x is not None:
            return x, y
    pair = _by_shape(found)
    if pair is not None:
        return pair
    if len(found) == 1:
        return next(iter(found.values())), None
    message = "{} has {}; name the array of the inputs x, and that of the targets y."
    raise DataError(PATH, message.format(path, listed(found)))


def half_parts(named: Named) -> List[str]:
    """The arrays that are not used, although their names say that they are for another part."""
    words = (("test", _TESTS), ("validation", _VALIDATIONS))
    found = {array.name: array for array in named.unused}
    pairs = [_usual(found, parts) for part, parts in words if getattr(named, part) is None]
    return [array.name for pair in pairs for array in pair if array is not None]


def _named_as(found: Dict[str, Found], names: Sequence[str]) -> _Perhaps:
    x, y = names if len(names) == 2 else ("", "")
    return found.get(x), found.get(y)


def _usual(found: Dict[str, Found], parts: Sequence[str]) -> _Perhaps:
    """Inputs and targets of a part; without ``parts``, those with no part in their names."""
    return _first(found, _INPUTS, parts), _first(found, _TARGETS, parts)


def _pair(found: Dict[str, Found], parts: Sequence[str]) -> Optional[Pair]:
    x, y = _usual(found, parts)
    return Pair(x, y) if x is not None and y is not None else None


def _first(found: Dict[str, Found], words: Sequence[str], parts: Sequence[str]) -> Optional[Found]:
    """The first array with a usual name."""
    plain = {name.lower().replace("-", "_"): name for name in found}
    for name in _spellings(words, parts):
        if name in found or name in plain:
            return found[name if name in found else plain[name]]
    return None


def _spellings(words: Sequence[str], parts: Sequence[str]) -> List[str]:
    if not parts:
        return list(words)
    forms = ("{0}_{1}", "{1}_{0}", "{0}{1}", "{1}{0}")
    return [form.format(word, part) for word in words for part in parts for form in forms]


def _by_shape(found: Dict[str, Found]) -> Optional[Pair]:
    """Of two arrays of the same length, the larger is the inputs."""
    if len(found) != 2:
        return None
    one, other = sorted(found.values(), key=lambda array: int(np.prod(array.shape)))
    alike = one.shape and other.shape and one.shape[0] == other.shape[0]
    return Pair(other, one) if alike and len(other.shape) > 1 else None
