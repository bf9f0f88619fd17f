"""Reads the examples of a file in the form that a session's network takes."""

import base64
import io
from typing import Any, Callable, Dict, List, Mapping, Sequence

import numpy as np

from ..data.arrays import preparation as arrays
from ..data.dataset import FARTHEST, REGRESSION, DataError
from ..data.folder import preparation as pictures
from ..data.folder.layout import PATH
from ..data.folder.picture_file import Unreadable
from ..data.sources import source_names, source_of
from ..data.tables import preparation as tables
from ..data.tables.table_file import TableFile
from ..pictures.drawing import kind_of
from ..pictures.loading import read_pictures
from .array_examples import array_examples
from .examples import Examples
from .outcome import Outcome, preparation_of
from .picture_examples import folder_examples, one_picture
from .rows_file import read_rows, read_rows_with_targets
from .saved_network import SavedNetwork
from .table_columns import placed, placed_rows
from .table_examples import table_examples

Array = Any
Read = Callable[[Mapping[str, Any], int, bool], Examples]


def columns_of(request: Mapping[str, Any], network: SavedNetwork) -> List[str]:
    """The names of the values of a row, where they have names."""
    facts = preparation_of(network)
    if facts.get("kind") == tables.KIND:
        return [column.name for column in tables.from_json(facts).columns]
    name = request.get("data_name")
    source = source_of(name) if name in source_names() else None
    return list(source.columns(network.saved.config)) if source and source.columns else []


def reader_for(request: Mapping[str, Any], network: SavedNetwork, outcome: Outcome) -> Read:
    """A function of a file (name, content, labels), a limit (0: all) and whether targets are read.

    It raises DataError, whose message names the file. A file with ``rows`` is what a person typed,
    a row on each line. One with ``folder``, a path, is a folder of pictures.
    """
    facts = preparation_of(network)
    if facts.get("kind") == pictures.KIND:
        return _named(_picture_reader(facts, outcome, network))
    read = _file_reader(request, network, outcome, facts)

    def reader(file: Mapping[str, Any], limit: int, with_targets: bool) -> Examples:
        if file.get("folder"):
            raise DataError("", "{} is a folder; give the files in it.".format(file["name"]))
        return read(file, limit, with_targets)

    return reader


def _file_reader(
    request: Mapping[str, Any], network: SavedNetwork, outcome: Outcome, facts: Mapping[str, Any]
) -> Read:
    """The reader of a session that takes no folders."""
    if facts.get("kind") == tables.KIND:
        return _table_reader(facts, outcome)
    if facts.get("kind") == arrays.KIND:
        return _array_reader(facts, outcome)
    if len(request["shape"]) == 1:
        return _named(lambda *given: _rows(request, network, outcome, *given))
    return _named(lambda *given: _pictures(request, outcome, *given))


def content_of(file: Mapping[str, Any], part: str = "content") -> bytes:
    return base64.b64decode(file.get(part) or "")


def _named(read: Read) -> Read:
    """The same, with errors that name the file."""

    def reader(file: Mapping[str, Any], limit: int, with_targets: bool) -> Examples:
        try:
            return read(file, limit, with_targets)
        except Unreadable as error:
            raise DataError("", "{} {}".format(file["name"], error)) from error

    return reader


def _picture_reader(facts: Mapping[str, Any], outcome: Outcome, network: SavedNetwork) -> Read:
    preparation = pictures.from_json(facts)
    trained_on = str(network.saved.config.get(PATH) or "")

    def read(file: Mapping[str, Any], limit: int, with_targets: bool) -> Examples:
        if file.get("folder"):
            folder = str(file["folder"])
            return folder_examples(folder, preparation, outcome, limit, with_targets, trained_on)
        if file.get("rows"):
            raise Unreadable("is a row of numbers; the session takes pictures: name a file.")
        return one_picture(content_of(file), preparation, with_targets)

    return read


def _table_reader(facts: Mapping[str, Any], outcome: Outcome) -> Read:
    preparation = tables.from_json(facts)
    has_names = bool(facts.get("dialect", {}).get("heading", True))

    def read(file: Mapping[str, Any], limit: int, with_targets: bool) -> Examples:
        name, content = file["name"], content_of(file)
        if file.get("rows"):
            lines = content.decode("utf-8", "replace").splitlines()
            table, where = placed_rows(lines, preparation, name)
        else:
            table = TableFile(name, content, "")
            where = placed(table, preparation, has_names)
        return table_examples(table, where, preparation, outcome, limit, with_targets)

    return read


def _array_reader(facts: Mapping[str, Any], outcome: Outcome) -> Read:
    preparation = arrays.from_json(facts)

    def read(file: Mapping[str, Any], limit: int, with_targets: bool) -> Examples:
        content, beside = content_of(file), content_of(file, "labels")
        if file.get("rows"):
            content = _typed(content, preparation)
        trained = facts.get("arrays") or {}
        found = array_examples(
            file["name"], content, beside, preparation, outcome, trained, with_targets
        )
        return found._replace(size=min(limit or found.size, found.size))

    return _named(read)


def _typed(content: bytes, preparation: arrays.ArrayPreparation) -> bytes:
    """Rows of numbers that a person typed, as an ``.npy`` file. Raises Unreadable."""
    shape = preparation.input_shape
    if len(shape) != 1:
        raise Unreadable("needs a network that takes rows; name an .npy or .npz file.")
    return _npy(read_rows(content, shape[0], 0))


def _npy(array: Array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _rows(
    request: Mapping[str, Any], network: SavedNetwork, outcome: Outcome, file: Mapping[str, Any],
    limit: int, with_targets: bool,
) -> Examples:  # fmt: skip
    """Rows of numbers, for data that the program makes."""
    content, targets = content_of(file), None
    columns: Sequence[str] = columns_of(request, network)
    count = len(columns) or int(request["shape"][0])
    if with_targets:
        rows, targets = read_rows_with_targets(content, count, max(1, len(outcome.targets)))
    else:
        rows = read_rows(content, count, limit)
    if targets is not None and outcome.task != REGRESSION:
        targets = _checked(targets[:, 0], len(outcome.classes))
    far = np.argwhere(np.abs(rows) > FARTHEST)
    if len(far):
        row, column = far[0]
        message = "row {}, column {}: {:g} is too large; the network was trained on small numbers."
        raise Unreadable(message.format(row + 1, column + 1, rows[row, column]))
    inputs = rows.astype(np.float32)
    name = request.get("data_name")
    source = source_of(name) if columns and name in source_names() else None
    if source and source.inputs_of:
        inputs = source.inputs_of(network.saved.config, rows)
    return Examples(
        len(inputs), lambda first, end: inputs[first:end], targets,
        lambda i: {"row": [float(one) for one in rows[i]]},
    )  # fmt: skip


def _pictures(
    request: Mapping[str, Any], outcome: Outcome, file: Mapping[str, Any], limit: int,
    with_targets: bool,
) -> Examples:  # fmt: skip
    kind = kind_of(request.get("preprocessing"), request.get("data_name"))
    content, beside = content_of(file), content_of(file, "labels")
    found = read_pictures(content, request["shape"], beside, limit, kind)
    if with_targets and found.labels is None:
        raise Unreadable("has no labels; name the file that has them with --targets.")
    labels = None if found.labels is None else _checked(found.labels, len(outcome.classes))

    about: Dict[str, Any] = {"inverted": found.inverted, "prepared": found.prepared}
    images = found.images
    return Examples(len(images), lambda first, end: images[first:end], labels, lambda _: about)


def _checked(labels: Array, classes: int) -> Array:
    """Labels int64. Raises Unreadable for one that the network does not know."""
    strange = labels[(labels < 0) | (labels >= classes) | (labels % 1 != 0)]
    if len(strange):
        message = "has the label {:g}; the network knows 0 to {}."
        raise Unreadable(message.format(strange[0], classes - 1))
    return labels.astype(np.int64)
