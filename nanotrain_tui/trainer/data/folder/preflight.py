"""A look at all pictures of a folder by their headers: what is trained on, and what is wrong."""

import os
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

from ..dataset import DataError
from ..problems import Problem, problem
from .headers import BadPicture, Head, is_named_picture, read_head
from .layout import LISTED, PARTS, PATH, TEST, TRAIN, VALIDATING, Layout, layout_of, relative
from .walk import File

SKIP = "data.skip_damaged"
Heads = Dict[str, Head]


class Picture(NamedTuple):
    """A file that is a picture, its class and its part."""

    file: File
    name: str  # its path below the root
    part: str
    label: int
    head: Head


class Look(NamedTuple):
    """All pictures, sorted by part, class and path, and what was found on the way."""

    layout: Layout
    classes: List[str]
    pictures: List[Picture]
    damaged: List[Tuple[str, str]]  # a path, and why; these are left out
    problems: List[Problem]
    notes: List[str]

    def of(self, part: str) -> List[Picture]:
        """The pictures of a part."""
        return [one for one in self.pictures if one.part == part]


def look_at(config: Mapping[str, Any]) -> Look:
    """Read the headers of all pictures. Raises DataError, which names the file at fault."""
    layout = layout_of(config)
    damaged: List[Tuple[str, str]] = []
    others: List[str] = []
    found: List[Tuple[str, str, File, Head]] = []
    for part in PARTS:
        for name, files in sorted(layout.parts.get(part, {}).items()):
            for file, head in _heads(files, damaged, others):
                found.append((part, name, file, head))
    check_damaged(damaged, config)
    classes = sorted({name for _, name, _, _ in found})
    _check_classes(layout, classes, others)
    number = {name: place for place, name in enumerate(classes)}
    pictures = [
        Picture(file, relative(file.path, layout.root), part, number[name], head)
        for part, name, file, head in found
    ]
    look = Look(layout, classes, pictures, damaged, list(layout.problems), list(layout.notes))
    look.problems.extend(
        [*_damaged(damaged), *_stray(layout), *_empty(layout, look), *_parts(look)]
    )
    look.notes.extend(_left_out(others))
    return look


def _heads(
    files: Sequence[File], damaged: List[Tuple[str, str]], others: List[str]
) -> List[Tuple[File, Head]]:
    """The files that are pictures, with their headers."""
    found = []
    for file in files:
        try:
            head = read_head(file.path, file.size)
        except BadPicture as error:
            damaged.append((file.path, str(error)))
            continue
        if head is None:
            others.append(file.path)
        else:
            found.append((file, head))
    return found


def check_damaged(damaged: Sequence[Tuple[str, str]], config: Mapping[str, Any]) -> None:
    """Raises DataError for damaged files, unless they are to be skipped."""
    if not damaged or config.get(SKIP):
        return
    path, why = damaged[0]
    more = (
        ""
        if len(damaged) == 1
        else " {:,} other files are damaged, too: {}.".format(
            len(damaged) - 1, listed([one for one, _ in damaged[1:]])
        )
    )
    message = "{} {}.{} Repair or delete {}, or leave {} out: {} = on."
    it = "it" if len(damaged) == 1 else "them"
    raise DataError(PATH, message.format(path, why.rstrip("."), more, it, it, SKIP))


def listed(paths: Sequence[str]) -> str:
    """``a.jpg, b.jpg and 3 more``"""
    more = len(paths) - LISTED
    names = ", ".join(paths[:LISTED])
    return names + (" and {:,} more".format(more) if more > 0 else "")


def _check_classes(layout: Layout, classes: Sequence[str], others: Sequence[str]) -> None:
    """Raises DataError where there are no two classes of pictures."""
    train = layout.folders[TRAIN]
    if not classes:
        message = "{} has no picture in its class folders {}. JPEG, PNG, BMP and GIF are read."
        names = listed([os.path.basename(name) for name in layout.parts[TRAIN]])
        if others:
            message += " There are other files, as {}.".format(others[0])
        raise DataError(PATH, message.format(train, names))
    if len(classes) > 1:
        return
    message = "{} has one class, {!r}; there is nothing to tell apart."
    inner = os.path.join(train, classes[0])
    folders = (
        [one.path for one in os.scandir(inner) if one.is_dir()] if os.path.isdir(inner) else []
    )
    if len(folders) > 1:
        names = listed([os.path.basename(one) for one in folders])
        message += " If {} are the classes, name the folder {}.".format(names, inner)
    else:
        message += " Add a folder with pictures of something else."
    raise DataError(PATH, message.format(train, classes[0]))


def _damaged(damaged: Sequence[Tuple[str, str]]) -> List[Problem]:
    if not damaged:
        return []
    word = "file is" if len(damaged) == 1 else "files are"
    shown = "; ".join("{} {}".format(path, why) for path, why in damaged[:LISTED])
    more = len(damaged) - LISTED
    shown += "; and {:,} more".format(more) if more > 0 else ""
    text = "{:,} damaged {} left out: {}.".format(len(damaged), word, shown)
    return [problem(text, "Repair or delete them.")]


def _stray(layout: Layout) -> List[Problem]:
    """Pictures that lie where class folders are expected."""
    stray = [file.path for file in layout.stray if is_named_picture(file.path)]
    if not stray:
        return []
    word = "picture lies" if len(stray) == 1 else "pictures lie"
    text = "{:,} {} beside the class folders and {} no class: {}."
    has = "has" if len(stray) == 1 else "have"
    hint = "Move them into the folder of their class."
    return [problem(text.format(len(stray), word, has, listed(stray)), hint)]


def _empty(layout: Layout, look: Look) -> List[Problem]:
    """Class folders without a picture."""
    there = {(one.part, look.classes[one.label]) for one in look.pictures}
    problems = []
    for part in PARTS:
        for name in sorted(layout.parts.get(part, {})):
            if (part, name) not in there:
                folder = os.path.join(layout.folders[part], name)
                hint = "Put pictures into it, or delete it."
                problems.append(problem("The folder {} has no picture.".format(folder), hint))
    return problems


def _parts(look: Look) -> List[Problem]:
    """Parts without a picture, swapped ones, and classes that a part lacks. Raises DataError."""
    layout, problems = look.layout, []
    names = {part: {one.label for one in look.of(part)} for part in PARTS if part in layout.parts}
    for part, labels in names.items():
        if not labels:
            message = "{} has no picture; put class folders into it, or delete it."
            raise DataError(PATH, message.format(layout.folders[part]))
    train = len(look.of(TRAIN))
    for part in (VALIDATING, TEST):
        if part not in names:
            continue
        if len(look.of(part)) > train:
            text = "{} has {:,} pictures, more than the {:,} of {}."
            folders = layout.folders[part], layout.folders[TRAIN]
            text = text.format(folders[0], len(look.of(part)), train, folders[1])
            problems.append(problem(text, "If the two are swapped, rename the folders."))
        here, there = layout.folders[part], layout.folders[TRAIN]
        hint = "Name the class folders alike, or delete the one that is not needed."
        for label in sorted(names[part] - names[TRAIN]):
            text = "The class {!r} is in {}, but not in {}: it cannot be learned."
            problems.append(problem(text.format(look.classes[label], here, there), hint))
        for label in sorted(names[TRAIN] - names[part]):
            text = "The class {!r} is in {}, but not in {}: it is not tested."
            problems.append(problem(text.format(look.classes[label], there, here), hint))
    return problems


def _left_out(others: Sequence[str]) -> List[str]:
    if not others:
        return []
    word = "file is no picture and" if len(others) == 1 else "files are no pictures and"
    verb = "is" if len(others) == 1 else "are"
    return ["{:,} {} {} left out: {}.".format(len(others), word, verb, listed(others))]
