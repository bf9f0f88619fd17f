"""A data set of picture files: its facts for a person, and its rows for the training."""

import os
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ..dataset import BINARY, REGRESSION, DataError, Dataset, PreparedRows, Progress
from ..parts import drawn_parts, part_sizes
from ..problems import Problem, class_facts
from ..proposal import PICTURE_FILES, proposal_for_files
from ..samples import NO_LABEL, pictures_wanted, with_pictures
from ..split import PartRows
from . import cache_folder
from .headers import Head, facts_of_heads
from .identity import key_of_pictures
from .picture_cache import Place
from .picture_rows import ready_pictures
from .pool import PictureFiles
from .preflight import check_damaged, listed
from .preparation import PicturePreparation
from .walk import File

Array = Any
Facts = Dict[str, Any]
CACHE_MB, PATH = "data.cache_mb", "data.path"
_SAMPLE_SIDE = 32  # pixels of a picture for a screen


class PictureData(NamedTuple):
    """All pictures, and which of them are in which part. ``targets`` has one for each."""

    name: str  # of the source
    source: str
    files: Sequence[Tuple[str, File]]  # each with its path below the root
    heads: Sequence[Head]
    targets: Array
    rows: PartRows
    preparation: PicturePreparation
    identity: str
    problems: List[Problem]
    notes: List[str]

    @property
    def outputs(self) -> int:
        """The number of outputs of the network."""
        if self.preparation.task == REGRESSION:
            return int(self.targets.shape[1])
        return 1 if self.preparation.task == BINARY else len(self.preparation.classes)

    @property
    def parts(self) -> Dict[str, Array]:
        """The rows of each part by its name in facts."""
        found = {"train": self.rows.train, "test": self.rows.test}
        if self.rows.validation is not None:
            found["validation"] = self.rows.validation
        return found


def facts_of(data: PictureData, config: Mapping[str, Any]) -> Facts:
    """All facts of ``inspect``, as docs/DATA.md describes them, from headers alone."""
    preparation, parts = data.preparation, data.parts
    part_sizes(len(parts["train"]), config)
    drawn = len(drawn_parts(len(parts["train"]), config)[0])
    shape = list(preparation.input_shape)
    facts: Facts = {
        "source": data.source, "shape": shape, "task": preparation.task,
        "classes": len(preparation.classes), "outputs": data.outputs, "preset": PICTURE_FILES,
        "proposal": proposal_for_files(drawn, shape), "notes": list(data.notes),
        "problems": list(data.problems), "identity": data.identity,
        "preprocessing": preparation.as_json(),
    }  # fmt: skip
    facts["newest"] = max(data.files, key=lambda one: one[1].mtime_ns)[1].path
    facts.update({part: len(rows) for part, rows in parts.items()})
    facts.update(facts_of_heads(data.heads))
    if preparation.task != REGRESSION:
        targets = {part: data.targets[rows] for part, rows in parts.items()}
        found, problems = class_facts(preparation.classes, targets)
        facts.update(found)
        facts["problems"] += problems
    return _with_samples(facts, data, config)


def dataset_of(data: PictureData, config: Mapping[str, Any], progress: Progress) -> Dataset:
    """The data set for training: every picture is decoded once. Raises DataError."""
    preparation = data.preparation
    files = PictureFiles([file.path for _, file in data.files], preparation, PATH)
    pictures = ready_pictures(_place(data, config), files, progress)
    for file in (file for _, file in data.files):
        _check_unchanged(file)
    bad = [(files.paths[number], why) for number, why in sorted(pictures.damaged.items())]
    check_damaged(bad, config)
    notes = list(pictures.notes)
    if bad:
        word = "picture is" if len(bad) == 1 else "pictures are"
        text = "{:,} damaged {} left out: {}."
        notes.append(text.format(len(bad), word, listed([path for path, _ in bad])))
    made = PreparedRows(
        pictures.take, np.arange(len(files)), data.targets, preparation.input_shape, "uint8"
    )

    def part(rows: Optional[Array]) -> Any:
        if rows is None:
            return None
        whole = np.array([row for row in rows if row not in pictures.damaged], np.int64)
        if not len(whole):
            raise DataError(PATH, "{} has a part without a whole picture.".format(data.source))
        return made.part(whole)

    return Dataset(
        data.name, data.source, part(data.rows.train), part(data.rows.test), preparation.task,
        len(preparation.classes), part(data.rows.validation), scale=tuple(preparation.deviation),
        class_names=preparation.classes, preprocessing=preparation.as_json(),
        identity=data.identity, notes=notes,
    )  # fmt: skip


def _place(data: PictureData, config: Mapping[str, Any]) -> Place:
    limit = int(config.get(CACHE_MB, 0) or 0) << 20
    cache = str(config.get("cache_dir") or "")
    key = key_of_pictures(data.files, data.preparation)
    return Place(cache_folder.folder_in(cache), key, data.source, limit if cache else 0)


def _check_unchanged(file: File) -> None:
    try:
        now = os.stat(file.path)
    except OSError:
        now = None
    if now is None or (now.st_size, now.st_mtime_ns) != (file.size, file.mtime_ns):
        message = "{} has changed while it was read; try again when the folder is complete."
        raise DataError(PATH, message.format(file.path))


def _some_rows(data: PictureData, wanted: int) -> List[int]:
    """Rows of the training part, of each class in turn."""
    rows = data.rows.train
    groups = [rows]
    if data.preparation.task != REGRESSION:
        groups = [rows[data.targets[rows] == label] for label in np.unique(data.targets[rows])]
    rounds = -(-wanted // len(groups))
    turns = [
        int(group[turn * len(group) // rounds])
        for turn in range(rounds)
        for group in groups
        if turn < len(group)
    ]
    return turns[:wanted]


def _with_samples(facts: Facts, data: PictureData, config: Mapping[str, Any]) -> Facts:
    """Some pictures, small, for a screen that shows what is trained on."""
    wanted = pictures_wanted(config)
    if not wanted:
        return facts
    some = _some_rows(data, wanted)
    height, width = data.preparation.size
    smaller = max(1.0, max(height, width) / float(_SAMPLE_SIDE))
    size = max(1, round(height / smaller)), max(1, round(width / smaller))
    preparation = data.preparation._replace(size=size)
    files = PictureFiles([data.files[row][1].path for row in some], preparation, PATH)
    try:
        images = files.take(np.arange(len(files)))
    except (DataError, ImportError):  # a damaged one, or a Python without TensorFlow
        return facts
    labels = np.full(len(data.targets), NO_LABEL)
    if data.preparation.task != REGRESSION:
        labels = data.targets
    return with_pictures(facts, images, labels[some])
