"""Arrays that a function in a person's own Python file returns: ``file.py:name``.

It is called without arguments. It returns inputs and targets, (x, y); with a part for testing,
(x, y, x_test, y_test) or ((x, y), (x_test, y_test)); or a dictionary with the names of ``npz``.
"""

import hashlib
import os
import runpy
import stat
import sys
import types
from typing import Any, Dict, List, Mapping, Optional, Tuple

import numpy as np

from ..arrays.array_data import ArrayData, Part, Parts, dataset_of, facts_of, prepare_arrays
from ..arrays.objects import array_of
from ..arrays.standalone import as_array, prepared_parts
from ..dataset import DataError, Dataset, Progress, silent
from ..identity import feed_file, feed_parts
from ..source import Facts, Source

KEY = "data.function"
KEYS = (KEY, "data.task", "data.split", "data.seed")
_DICTIONARY = (("x", "y"), ("x_test", "y_test"), ("x_validation", "y_validation"))
_SAMPLED = 1 << 16  # values of an array that the identity counts


def inspect(config: Mapping[str, Any]) -> Facts:
    data, identity = _read(config, silent)
    arrays: List[Dict[str, Any]] = []
    return facts_of(_source(config), data, identity, arrays, config)


def load(config: Mapping[str, Any], progress: Progress) -> Dataset:
    data, identity = _read(config, progress)
    return dataset_of("function", _source(config), data, identity)


def place_of(text: str) -> Tuple[str, str]:
    """The file and the function of ``file.py:name``. Raises DataError."""
    path, colon, name = text.rpartition(":")
    if not colon or not path or not name.isidentifier():
        raise DataError(KEY, "Write it as file.py:name, not as {!r}.".format(text))
    return path, name


def _source(config: Mapping[str, Any]) -> str:
    return "the function {1} of {0}".format(*place_of(str(config.get(KEY) or "")))


def _read(config: Mapping[str, Any], progress: Progress) -> Tuple[ArrayData, str]:
    path, name = place_of(str(config.get(KEY) or ""))
    progress("running {} of {}".format(name, path), 0.0)
    digest = hashlib.sha256()
    result = _called(path, name, digest)
    parts = _parts(result, "{}:{}".format(path, name))
    data = prepare_arrays(parts, config, KEY, KEY)
    for part in parts:
        for array in (part.x, part.y) if part else ():
            _feed(digest, array)
    feed_parts(digest, config)
    progress("running {} of {}".format(name, path), 1.0)
    return data, digest.hexdigest()


def _called(path: str, name: str, digest: Any) -> Any:
    """What the function returns; its file is added to the hash. Raises DataError."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise DataError(KEY, "{} is no regular file.".format(path))
        feed_file(digest, path)
        with open(path, "rb") as file:
            source = file.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(KEY, "{} cannot be read: {}.".format(path, reason)) from error
    module = types.ModuleType("nanotrain_data")
    module.__file__ = path
    folder = os.path.dirname(os.path.abspath(path))
    sys.path.insert(0, folder)  # the file may import its neighbours
    try:
        exec(compile(source, path, "exec"), module.__dict__)  # the person agreed
        function = getattr(module, name, None)
        if not callable(function):
            raise DataError(KEY, "{} has no function {!r}.".format(path, name))
        return function()
    except DataError:
        raise
    except BaseException as error:  # of any kind: a person's code also calls sys.exit
        raise DataError(KEY, "{} failed: {}".format(path, _told(error, path))) from error
    finally:
        if folder in sys.path:
            sys.path.remove(folder)


def _told(error: BaseException, path: str) -> str:
    """``line 12: ValueError: no such file``"""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    where = "line {}: ".format(line) if line else ""
    return "{}{}{}".format(where, type(error).__name__, ": {}".format(error) if str(error) else "")


def _parts(result: Any, called: str) -> Parts:
    """The arrays of the parts. Raises DataError."""
    if isinstance(result, Mapping):
        pairs = [tuple(result.get(name) for name in names) for names in _DICTIONARY]
    elif isinstance(result, (tuple, list)) and len(result) in (2, 3) and _are_pairs(result):
        pairs = [tuple(pair) for pair in result]
    elif isinstance(result, (tuple, list)) and len(result) in (2, 4, 6):
        pairs = [tuple(result[at : at + 2]) for at in range(0, len(result), 2)]
    else:
        pairs = []
    found: List[Any] = []
    for number, pair in enumerate(pairs):
        if len(pair) != 2 or (number == 0 and any(one is None for one in pair)):
            pairs = []
            break
        missing = any(one is None for one in pair)
        name = "array {} of {}".format(2 * number + 1, called)
        other = "array {} of {}".format(2 * number + 2, called)
        if missing:
            found.append(None)
        else:
            x, y = array_of(pair[0], name, KEY), array_of(pair[1], other, KEY)
            found.append(Part(x, y, name, other))
    if not pairs:
        message = "{} returned {}; expected (x, y), or (x, y, x_test, y_test).{}"
        hint = " Divide it into x and y." if hasattr(result, "columns") else ""
        raise DataError(KEY, message.format(called, type(result).__name__, hint))
    return Parts(*found)


def _are_pairs(result: Any) -> bool:
    return all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in result)


def _feed(digest: Any, array: Any) -> None:
    """The form of an array, and values spread over all of it."""
    digest.update("{} {}\n".format(array.shape, array.dtype).encode())
    flat = array.reshape(-1)
    digest.update(np.ascontiguousarray(flat[:: max(1, len(flat) // _SAMPLED)]).tobytes())


def function_from(config: Mapping[str, Any], place: Optional[str] = None) -> Any:
    """Without --data the function that the session ran. --data names another, as file.py:name."""
    path, _, name = (place or config["data.function"]).rpartition(":")
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    found = runpy.run_path(path)[name]()
    if isinstance(found, dict):
        names = (("x", "y"), ("x_test", "y_test"), ("x_validation", "y_validation"))
        found = [(found[x], found[y]) for x, y in names if found.get(x) is not None]
    elif len(found) not in (2, 3) or not all(isinstance(one, (tuple, list)) for one in found):
        found = [found[at : at + 2] for at in range(0, len(found), 2)]
    return prepared_parts([(as_array(x), as_array(y)) for x, y in found], config)


SOURCE = Source(inspect, load, keys=KEYS, standalone=function_from)
