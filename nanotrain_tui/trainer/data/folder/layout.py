"""Finds the parts and the classes of a folder of pictures by the names of its folders."""

import os
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..dataset import DataError
from ..problems import Problem, problem
from .walk import File, Listing, files_below, listing

PATH, TEST_PATH = "data.path", "data.test_path"
TRAIN, VALIDATING, TEST = "train", "validation", "test"
PARTS = (TRAIN, VALIDATING, TEST)
#: Usual names of the folders of parts, in small letters.
NAMES: Dict[str, str] = {
    "train": TRAIN, "training": TRAIN, "val": VALIDATING, "valid": VALIDATING,
    "validation": VALIDATING, "test": TEST, "testing": TEST,
}  # fmt: skip
_USUAL = "The usual layouts are FOLDER/CLASS/picture.jpg and FOLDER/train/CLASS/picture.jpg."
LISTED = 3  # names in a message


class Layout(NamedTuple):
    """The files of each part by class. Without a test part, some of ``train`` are for testing.

    ``folders`` are those of the parts, and ``stray`` the files that lie where folders are expected.
    """

    root: str
    folders: Dict[str, str]
    parts: Dict[str, Dict[str, List[File]]]
    problems: List[Problem]
    notes: List[str]
    stray: List[File]


def layout_of(config: Mapping[str, Any]) -> Layout:
    """The layout of ``data.path`` and ``data.test_path``. Raises DataError."""
    root = str(config[PATH])
    folders, notes = part_folders(root, PATH)
    elsewhere = str(config.get(TEST_PATH) or "")
    if elsewhere:
        if TEST in folders:
            message = "is set, but {} is a part for testing, too; leave one of them out."
            raise DataError(TEST_PATH, message.format(folders[TEST]))
        folders[TEST] = elsewhere
    elif TEST not in folders and VALIDATING in folders:
        folders[TEST] = folders.pop(VALIDATING)
        note = "{} is the part for testing; it also selects the best network."
        notes.append(note.format(folders[TEST]))
    found = Layout(root, folders, {}, [], notes, [])
    for part in PARTS:
        if part in folders:
            key = TEST_PATH if elsewhere and part == TEST else PATH
            found.parts[part] = _classes_in(folders[part], key, found)
    _check(found)
    return found


def part_folders(root: str, key: str) -> Tuple[Dict[str, str], List[str]]:
    """The folder of each part, and notes; the root itself is the training part without others.

    Raises DataError.
    """
    there = opened(root, key)
    found: Dict[str, str] = {}
    for folder in there.folders:
        part = NAMES.get(os.path.basename(folder).lower())
        if part in found:
            message = "{} and {} are both a part for {}; leave one of them out."
            raise DataError(key, message.format(found[part], folder, part))
        if part:
            found[part] = folder
    if not found:
        return {TRAIN: root}, []
    if TRAIN not in found:
        names = ", ".join(os.path.basename(path) for path in found.values())
        message = "{} has no folder train beside {}. Name the folder of the pictures to train on "
        message += "train, or move the class folders up."
        raise DataError(key, message.format(root, names))
    others = [one for one in there.folders if one not in found.values()]
    return found, _left_out(others, "is no part", "are no parts")


def opened(folder: str, key: str) -> Listing:
    """What a folder holds. Raises DataError for what is no folder, or holds nothing."""
    if not os.path.exists(folder):
        raise DataError(key, "there is no folder {}; check the path.".format(folder))
    if not os.path.isdir(folder):
        message = "{} is a file; name the folder that holds the class folders."
        raise DataError(key, message.format(folder))
    found = listing(folder, key)
    if not (found.folders or found.files):
        raise DataError(key, "{} is an empty folder. {}".format(folder, _USUAL))
    return found


def _classes_in(folder: str, key: str, into: Layout) -> Dict[str, List[File]]:
    """The files of each class folder of a part, and what is wrong with them."""
    there = opened(folder, key)
    into.stray.extend(there.files)
    strange = list(there.strange)
    classes: Dict[str, List[File]] = {}
    for inner in there.folders:
        name = os.path.basename(inner)
        found = files_below(inner, key)
        strange += found.strange
        classes[readable(name)] = found.files
    if strange:
        path, what = strange[0]
        more = " and {:,} more".format(len(strange) - 1) if len(strange) > 1 else ""
        text = "{} is {}{}; left out.".format(path, what, more)
        into.problems.append(problem(text, "Delete it, or replace it by the picture itself."))
    return classes


def _check(found: Layout) -> None:
    """Raises DataError for a folder without class folders."""
    train = found.folders[TRAIN]
    if not found.parts[TRAIN]:
        message = "{} has {:,} files, but no class folders. Make a folder for each class, named "
        message += "after it, and move the pictures into them. {}"
        raise DataError(PATH, message.format(train, len(found.stray), _USUAL))


def _left_out(paths: List[str], one: str, many: str) -> List[str]:
    if not paths:
        return []
    names = ", ".join(os.path.basename(path) for path in paths[:LISTED])
    more = len(paths) - LISTED
    names += " and {:,} more".format(more) if more > 0 else ""
    return ["{} {} and left out.".format(names, one if len(paths) == 1 else many)]


def readable(name: str) -> str:
    """The name of a folder as text: a byte that is not UTF-8 becomes ``\\xe9``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def relative(path: str, root: Optional[str]) -> str:
    """The path below the root; itself elsewhere."""
    prefix = os.path.join(str(root), "")
    return path[len(prefix) :] if path.startswith(prefix) else path
