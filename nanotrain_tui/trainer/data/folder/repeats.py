"""Pictures that are in two parts, by the bytes of their files."""

import hashlib
from typing import Dict, List, Sequence, Tuple

from ..problems import Problem, problem
from .preflight import Picture

_MOST = 1 << 20  # bytes of a file that are compared


def repeats(train: Sequence[Picture], others: Sequence[Picture]) -> List[Problem]:
    """Pictures for testing that are also there for training, under any name.

    Only files of the same size are read.
    """
    known: Dict[int, List[Picture]] = {}
    for one in train:
        known.setdefault(one.file.size, []).append(one)
    hashes: Dict[int, Dict[bytes, Picture]] = {}
    found: List[Tuple[Picture, Picture]] = []
    for one in others:
        size = one.file.size
        if size not in known:
            continue
        if size not in hashes:
            hashes[size] = {_hash(same): same for same in known[size]}
        same = hashes[size].get(_hash(one))
        if same is not None:
            found.append((one, same))
    if not found:
        return []
    first, same = found[0]
    verb = "is" if len(found) == 1 else "are"
    text = "{:,} of the {:,} test pictures {} also there for training, as {} and {}."
    text = text.format(len(found), len(others), verb, first.name, same.name)
    return [problem(text, "Delete one of each pair; the figures of the test are too good.")]


def _hash(picture: Picture) -> bytes:
    try:
        with open(picture.file.path, "rb") as file:
            return hashlib.sha1(file.read(_MOST)).digest()
    except OSError:
        return picture.file.path.encode("utf-8", "surrogateescape")
