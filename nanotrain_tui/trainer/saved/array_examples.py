"""Examples in new arrays, prepared as those that a session was trained on."""

import os
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

import numpy as np

from ..data.arrays.array_file import Found, arrays_in, read_array
from ..data.arrays.labels import names_and_codes, numbers_of
from ..data.arrays.names import new_examples
from ..data.arrays.preparation import ArrayPreparation, check_finite
from ..data.dataset import REGRESSION, DataError
from ..data.words import far_note
from .examples import Examples
from .outcome import Outcome
from .targets import known_codes

Array = Any
_SHOWN = 1  # dimension of examples whose numbers are shown
_Named = Tuple[Array, str]  # an array, and what it is called in errors


def array_examples(
    name: str, content: bytes, beside: bytes, preparation: ArrayPreparation, outcome: Outcome,
    trained: Mapping[str, Sequence[str]], with_targets: bool,
) -> Examples:  # fmt: skip
    """The examples of an ``.npz`` or ``.npy`` file. Raises DataError.

    ``beside`` is a file with their targets, may be empty. ``trained`` are the names of the arrays
    that the session was trained on, by part.
    """
    x, y = _arrays(name, content, beside, trained)
    examples = _examples(*x, preparation)
    check_finite(examples, x[1], "")
    targets = None
    if with_targets:
        if y is None:
            message = "{} has no targets; name the file that has them with --targets."
            raise DataError("", message.format(name))
        targets = _targets(*y, outcome)
        if len(targets) != len(examples):
            message = "{} has {:,} targets for the {:,} examples of {}; expected one for each."
            raise DataError("", message.format(y[1], len(targets), len(examples), x[1]))

    def take(first: int, end: int) -> Array:
        return preparation.inputs_of(examples[first:end])

    def about(place: int) -> Dict[str, Any]:
        if examples.ndim > 1 + _SHOWN:
            return {}
        return {"row": [float(value) for value in np.ravel(examples[place])]}

    far = np.flatnonzero(preparation.far(examples))
    notes = []
    if len(far):
        farthest = float(examples[far[0]].flat[np.abs(examples[far[0]]).argmax()])
        first = "example {:,}".format(far[0])
        notes = [far_note("example", "", len(far), "{}: {:g}".format(first, farthest))]
    return Examples(len(examples), take, targets, about, notes=notes)


def _arrays(
    name: str, content: bytes, beside: bytes, trained: Mapping[str, Sequence[str]]
) -> Tuple[_Named, Optional[_Named]]:
    own = os.path.splitext(os.path.basename(name))[0]
    x, y = new_examples(arrays_in(name, "", own, content), name, trained)
    if beside:
        found = arrays_in("the file of targets", "", "y", beside)
        one = next(iter(found.values())) if len(found) == 1 else None
        y = one or new_examples(found, "the file of targets", trained)[1]
    return _read(x), _read(y) if y is not None else None


def _read(found: Found) -> _Named:
    called = "{} ({})".format(found.path, found.name) if found.member else found.path
    return read_array(found, ""), called


def _examples(examples: Array, name: str, preparation: ArrayPreparation) -> Array:
    """The examples (n, *shape), one alone as (1, *shape). Raises DataError."""
    shape = tuple(preparation.shape) or (1,)
    if examples.dtype.kind not in "biuf":
        raise DataError("", "{} holds text; expected numbers.".format(name))
    if examples.shape == shape and (len(shape) > 1 or shape[0] > 1):
        examples = examples[None]
    if examples.shape[1:] != shape and not (shape == (1,) and examples.ndim == 1):
        message = "{} holds an array of {}; the session takes examples of {}."
        raise DataError("", message.format(name, _times(examples.shape), _times(shape)))
    if not len(examples):
        raise DataError("", "{} holds no examples.".format(name))
    if preparation.as_bytes and examples.dtype != np.uint8:
        low, high = float(examples.min()), float(examples.max())
        parts = examples.dtype.kind == "f" and (high <= 1 or (examples % 1.0).any())
        if low < 0 or high > 255 or parts or examples.dtype.kind == "b":
            message = "{} holds numbers between {:g} and {:g}; the session takes bytes, 0 to 255."
            raise DataError("", message.format(name, low, high))
    return examples


def _targets(targets: Array, name: str, outcome: Outcome) -> Array:
    if outcome.task == REGRESSION:
        numbers = numbers_of(targets, name, "")
        if numbers.shape[1] != len(outcome.targets):
            message = "{} has {:,} numbers for each example; the session predicts {:,}."
            raise DataError("", message.format(name, numbers.shape[1], len(outcome.targets)))
        return numbers
    names, codes = names_and_codes(targets, outcome.classes, name, "")
    where = "{}: the target of example {:,}: "
    return known_codes(names, codes, outcome.classes, lambda i: where.format(name, i))


def _times(shape: Sequence[int]) -> str:
    return " x ".join(str(length) for length in shape) or "a single number"
