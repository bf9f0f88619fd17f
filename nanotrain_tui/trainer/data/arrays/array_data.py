"""Examples and targets of arrays, prepared and divided into parts."""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

import numpy as np

from ..dataset import BINARY, FARTHEST, REGRESSION, DataError, Dataset, PreparedRows, Rows
from ..parts import drawn_parts, part_sizes
from ..problems import Problem, class_facts, constants, duplicates
from ..proposal import preset_for, proposal_for
from ..samples import pictures_wanted, with_pictures
from ..split import SPLIT, PartRows, by_fraction, column_of_parts
from ..words import shown
from .labels import AUTO, TASK, Labels, check_differs, labels_of
from .preparation import ArrayPreparation, check_finite, measured, scaled_targets

Array = Any
Facts = Dict[str, Any]


class Part(NamedTuple):
    """Examples and their targets, as they came, and what they are called in errors."""

    x: Array
    y: Array
    x_name: str
    y_name: str


class Parts(NamedTuple):
    """Without ``test``, ``train`` holds all examples, and a part of them is for testing."""

    train: Part
    test: Optional[Part] = None
    validation: Optional[Part] = None


class ArrayData(NamedTuple):
    """What is trained on. ``drawn`` are the training rows that the preparation was measured on."""

    preparation: ArrayPreparation
    train: Rows
    test: Rows
    validation: Optional[Rows]
    drawn: int
    why: str  # of the task

    @property
    def task(self) -> str:
        return self.preparation.task

    @property
    def outputs(self) -> int:
        """The number of outputs of the network."""
        if self.task == REGRESSION:
            return int(self.train.targets.shape[1])
        return 1 if self.task == BINARY else len(self.preparation.classes)


def prepare_arrays(parts: Parts, config: Mapping[str, Any], x_key: str, y_key: str) -> ArrayData:
    """The parts, prepared. The keys are those that errors name. Raises DataError."""
    there = [part for part in parts if part is not None]
    for part in there:
        _check(part, x_key, y_key)
        if part.x.shape[1:] != parts.train.x.shape[1:]:
            message = "{} has examples of another shape than {}."
            raise DataError(x_key, message.format(part.x_name, parts.train.x_name))
    names = [part.y_name for part in there]
    labels = labels_of([part.y for part in there], str(config.get(TASK) or AUTO), names, y_key)
    first = labels[0]
    chosen = _rows(parts, first, config)
    part_sizes(len(chosen.train), config)
    drawn = chosen.train[drawn_parts(len(chosen.train), config)[0]]
    train = parts.train
    found = measured(train.x, drawn, train.x_name, x_key)._replace(
        task=first.task, classes=list(first.names)
    )
    for part in there[1:]:
        check_finite(part.x, part.x_name, x_key)
    values = [label.values for label in labels]
    if first.task == REGRESSION:
        check_differs(first.values, train.y_name, y_key)
        _, mean, deviation = scaled_targets(first.values, drawn)
        found = found._replace(target_mean=mean.tolist(), target_deviation=deviation.tolist())
        values = [(one - mean) / deviation for one in values]
        for part, own, label in zip(there, values, labels):
            _check_near(own, label.values, part.y_name, y_key)
        values = [one.astype(np.float32) for one in values]
    made = [_prepared(found, part, one) for part, one in zip(there, values)]
    validation = made[-1] if parts.validation else None
    test = made[1] if parts.test else made[0].part(chosen.test)
    return ArrayData(found, made[0].part(chosen.train), test, validation, len(drawn), first.why)


def _check(part: Part, x_key: str, y_key: str) -> None:
    if part.x.ndim == 0 or len(part.x) == 0:
        raise DataError(x_key, "{} holds no examples.".format(part.x_name))
    if 0 in part.x.shape:
        shape = " x ".join(str(length) for length in part.x.shape)
        message = "{} has the shape {}: its examples have no number."
        raise DataError(x_key, message.format(part.x_name, shape))
    if part.y.ndim == 0 or len(part.x) != len(part.y):
        count = 1 if part.y.ndim == 0 else len(part.y)
        message = "{} has {} for the {:,} examples of {}; expected one for each."
        targets = "1 target" if count == 1 else "{:,} targets".format(count)
        raise DataError(y_key, message.format(part.y_name, targets, len(part.x), part.x_name))


def _check_near(scaled: Array, numbers: Array, name: str, key: str) -> None:
    """Refuse targets so far from those of the training that no loss is finite."""
    far = np.argwhere(np.abs(scaled) > FARTHEST)
    if len(far):
        message = "{}: the target of example {:,} is {:g}, too far from the others; correct it."
        value = float(numbers[tuple(far[0])])
        raise DataError(key, message.format(name, int(far[0][0]), value))


def _rows(parts: Parts, labels: Labels, config: Mapping[str, Any]) -> PartRows:
    count = len(parts.train.x)
    if parts.test is not None:
        return PartRows(np.arange(count), np.arange(len(parts.test.x)))
    if column_of_parts(config):
        message = "Arrays have no column {!r}; give the fraction of examples for testing."
        raise DataError(SPLIT, message.format(column_of_parts(config)))
    classes = labels.values if labels.task != REGRESSION else None
    return by_fraction(count, config, classes)


def _prepared(preparation: ArrayPreparation, part: Part, targets: Array) -> PreparedRows:
    examples = part.x
    dtype = "uint8" if preparation.as_bytes else "float32"

    def prepare(rows: Array) -> Array:
        return preparation.inputs_of(examples[rows])

    return PreparedRows(prepare, np.arange(len(targets)), targets, preparation.input_shape, dtype)


def dataset_of(name: str, source: str, data: ArrayData, identity: str) -> Dataset:
    """The data set for training."""
    preparation = data.preparation
    return Dataset(
        name, source, data.train, data.test, data.task, len(preparation.classes), data.validation,
        scale=tuple(preparation.target_deviation), class_names=preparation.classes,
        preprocessing=preparation.as_json(), identity=identity,
    )  # fmt: skip


def facts_of(
    source: str, data: ArrayData, identity: str, arrays: Sequence[Facts],
    config: Mapping[str, Any],
) -> Facts:  # fmt: skip
    """All facts of ``inspect``, as docs/DATA.md describes them."""
    preparation, train, test = data.preparation, data.train, data.test
    shape = list(train.shape)
    facts: Facts = {
        "source": source, "shape": shape, "train": len(train), "test": len(test),
        "task": data.task, "classes": len(preparation.classes), "outputs": data.outputs,
        "preset": preset_for(shape), "proposal": proposal_for(data.drawn, shape),
        "arrays": list(arrays), "notes": _notes(data), "identity": identity,
        "preprocessing": preparation.as_json(),
    }  # fmt: skip
    problems: List[Problem] = []
    if data.validation is not None:
        facts["validation"] = len(data.validation)
    if data.task != REGRESSION:
        parts = {"train": train.targets, "test": test.targets}
        if data.validation is not None:
            parts["validation"] = data.validation.targets
        found, problems = class_facts(preparation.classes, parts)
        facts.update(found)
    facts["problems"] = problems + constants(train) + duplicates(train, test, data.validation)
    return _with_samples(facts, data, config)


def _notes(data: ArrayData) -> List[str]:
    notes = [data.why] if data.why else []
    if data.task == BINARY:
        name = data.preparation.classes[1]
        notes.append("Precision and recall are those of {}.".format(shown(name)))
    if data.preparation.channels_first:
        notes.append("The channels are moved to the last axis, where TensorFlow has them.")
    if data.preparation.as_bytes:
        notes.append("Bytes are divided by 255.")
    return notes


def _with_samples(facts: Facts, data: ArrayData, config: Mapping[str, Any]) -> Facts:
    """Some pictures, for a screen that shows what is trained on."""
    shape, first = data.train.shape, pictures_wanted(config)
    are_pictures = len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))
    if not first or not are_pictures or data.task == REGRESSION:
        return facts
    inputs, targets = data.train.slice(0, first)
    images = inputs if inputs.shape[3:] == (3,) else inputs.reshape(inputs.shape[:3])
    if images.dtype != np.uint8:
        low, high = float(images.min()), float(images.max())
        images = (255.0 * (images - low) / ((high - low) or 1.0)).astype(np.uint8)
    return with_pictures(facts, images, targets)
