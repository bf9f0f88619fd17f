"""Arrays in an ``.npz`` file, or in two ``.npy`` files."""

from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..arrays.array_data import ArrayData, Part, Parts, dataset_of, facts_of, prepare_arrays
from ..arrays.array_file import Found, read_array
from ..arrays.names import PATH, TEST_PATH, Named, Pair, X, Y, find_arrays, half_parts
from ..arrays.standalone import arrays_from
from ..dataset import Dataset, Progress, silent
from ..identity import Unchanged, identity_of
from ..problems import Problem, problem
from ..source import Facts, Source
from ..words import shown

_LISTED = 20  # arrays that are not used
KEYS = (PATH, TEST_PATH, X, Y, "data.task", "data.split", "data.seed")


def inspect(config: Mapping[str, Any]) -> Facts:
    named, data, identity = _read(config, silent)
    facts = facts_of(_source(named), data, identity, _arrays(named), config)
    problems = facts["problems"] + [_half_part(name) for name in half_parts(named)]
    preprocessing = dict(facts["preprocessing"], arrays=_names(named))
    return dict(facts, problems=problems, preprocessing=preprocessing)


def load(config: Mapping[str, Any], progress: Progress) -> Dataset:
    named, data, identity = _read(config, progress)
    found = dataset_of("npz", _source(named), data, identity)
    return found._replace(preprocessing=dict(found.preprocessing or {}, arrays=_names(named)))


def _read(config: Mapping[str, Any], progress: Progress) -> Tuple[Named, ArrayData, str]:
    named = find_arrays(config)
    x_key = PATH if config.get(PATH) else X
    y_key = PATH if config.get(PATH) else Y
    unchanged = Unchanged(x_key, *named.files)
    progress("reading the arrays", 0.0)
    parts = Parts(*(_part(pair, x_key, y_key) for pair in named[:3]))
    data = prepare_arrays(parts, config, x_key, y_key)
    identity = identity_of(named.files, config, data.preparation.as_json())
    unchanged.check()
    progress("reading the arrays", 1.0)
    return named, data, identity


def _part(pair: Optional[Pair], x_key: str, y_key: str) -> Any:
    if pair is None:
        return None
    x, y = read_array(pair.x, x_key), read_array(pair.y, y_key)
    return Part(x, y, _name(pair.x), _name(pair.y))


def _name(found: Found) -> str:
    """``digits.npz (x_train)``"""
    return "{} ({})".format(found.path, found.name) if found.member else found.path


def _half_part(name: str) -> Problem:
    message = "The array {} is not used: inputs and targets of a part need the usual names."
    return problem(message.format(shown(name)), "x_test and y_test, or x_val and y_val")


def _source(named: Named) -> str:
    return " and ".join(named.files)


def _names(named: Named) -> Dict[str, List[str]]:
    """The arrays of each part by name: inputs and targets."""
    parts = zip(("train", "test", "validation"), named[:3])
    return {part: [pair.x.name, pair.y.name] for part, pair in parts if pair is not None}


def _arrays(named: Named) -> List[Dict[str, Any]]:
    """The arrays that are used, and some of those that are not."""
    uses = []
    for part, pair in zip(("train", "test", "validation"), named[:3]):
        for use in ("x", "y") if pair else ():
            what = "{} of the {} part".format("inputs" if use == "x" else "targets", part)
            uses.append(_array(getattr(pair, use), what))
    return uses + [_array(found, "not used") for found in named.unused[:_LISTED]]


def _array(found: Found, use: str) -> Dict[str, Any]:
    dtype = str(found.dtype)
    return {"name": found.name, "shape": list(found.shape), "dtype": dtype, "use": use}


SOURCE = Source(inspect, load, keys=KEYS, standalone=arrays_from)
