"""Reads the records of a DonkeyCar's tub, version 2.

``manifest.json`` has a JSON value on each line: the names of the inputs, their types, metadata, the
manifest's metadata, and the names of the catalogs with the indexes of deleted records. A catalog
has a record on each line.
"""

import json
import math
import os
from typing import Any, Dict, List, NamedTuple, Sequence

from ..dataset import DataError
from .layout import PATH, opened

MANIFEST, IMAGES = "manifest.json", "images"
IMAGE, INDEX = "cam/image_array", "_index"
USUAL = ("user/angle", "user/throttle")


class Tub(NamedTuple):
    """``records`` are those that are not deleted, in their order."""

    inputs: List[str]
    records: List[Dict[str, Any]]
    deleted: int


def read_tub(folder: str) -> Tub:
    """The records of a tub. Raises DataError, which names the file and the line."""
    opened(folder, PATH)
    path = os.path.join(folder, MANIFEST)
    if not os.path.isfile(path):
        message = "{} has no {}; name the folder of a DonkeyCar's tub, version 2."
        raise DataError(PATH, message.format(folder, MANIFEST))
    lines = [value for _, value in _values(path)]
    manifest = lines[-1] if lines else None
    if not (isinstance(lines[0] if lines else None, list) and isinstance(manifest, dict)):
        raise DataError(PATH, "{} is no manifest of a tub, version 2; copy it again.".format(path))
    gone = set(manifest.get("deleted_indexes") or ())
    records: List[Dict[str, Any]] = []
    deleted = 0
    for name in manifest.get("paths") or ():
        catalog = os.path.join(folder, str(name))
        for number, record in _values(catalog):
            if not (isinstance(record, dict) and isinstance(record.get(IMAGE), str)):
                message = "{}, line {:,}: there is no {!r}; this is no record with a picture."
                raise DataError(PATH, message.format(catalog, number, IMAGE))
            if record.get(INDEX) in gone:
                deleted += 1
            else:
                records.append(record)
    if not records:
        raise DataError(PATH, "{} has no records that are not deleted.".format(path))
    return Tub([str(name) for name in lines[0]], records, deleted)


def picture_of(folder: str, record: Dict[str, Any]) -> str:
    """The path of the picture of a record."""
    return os.path.join(folder, IMAGES, record[IMAGE])


def numbers_of(tub: Tub, names: Sequence[str], folder: str, key: str) -> List[List[float]]:
    """These values of each record. Raises DataError, which names the record."""
    for name in names:
        if name not in tub.inputs:
            message = "{} records no {!r}; it records {}."
            there = ", ".join(one for one in tub.inputs if one != IMAGE)
            raise DataError(key, message.format(folder, name, there))
    return [[_number(record, name, folder, key) for name in names] for record in tub.records]


def _number(record: Dict[str, Any], name: str, folder: str, key: str) -> float:
    value = record.get(name)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value):  # type: ignore[arg-type]
        message = "{}: {} of record {} is {!r}; delete the record, or choose another target."
        raise DataError(key, message.format(folder, name, record.get(INDEX), value))
    return float(value)  # type: ignore[arg-type]


def _values(path: str) -> Any:
    """Each line that is not empty, with its number. Raises DataError."""
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, json.loads(line)
    except OSError as error:
        reason = error.strerror or str(error)
        message = "{} cannot be read: {}. Copy the whole folder again."
        raise DataError(PATH, message.format(path, reason)) from error
    except ValueError as error:
        message = "{}, line {:,} is no JSON: {}. Copy it again, or delete the line."
        raise DataError(PATH, message.format(path, number, error)) from error
