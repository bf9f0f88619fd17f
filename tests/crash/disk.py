"""A folder as a disk has it: what was changed, what was synced, and what a crash leaves.

Without a sync, writes of a file's data may be lost, each on its own, and names may be lost, the
newest first. A sync of a file keeps its data and not its name; a sync of a folder keeps its names.
This is what POSIX promises. Most file systems keep more.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

SECTOR = 512

State = dict[str, bytes | None]  # by path; None: a folder


class Change(NamedTuple):
    """A line of the layer's log."""

    op: str
    inode: int
    number: int
    one: str
    two: str
    data: bytes


def read_log(path: Path) -> Iterator[Change]:
    """All changes in their order, and the scenario's notes among them."""
    with path.open("rb") as file:
        for line in file:
            op, inode, number, one, two, size = line.decode().rstrip("\n").split("\t")
            yield Change(op, int(inode), int(number), one, two, file.read(int(size)))


@dataclass
class Data:
    """A file's content: now, as of the last sync, and the changes since."""

    now: bytearray
    synced: bytes
    pending: list[Change] = field(default_factory=list)

    def change(self, change: Change) -> None:
        apply(self.now, change)
        self.pending.append(change)

    def sync(self) -> None:
        if self.pending:
            self.synced, self.pending = bytes(self.now), []


@dataclass
class Names:
    """A folder's entries, by name the number of an object."""

    now: dict[str, int] = field(default_factory=dict)
    synced: dict[str, int] = field(default_factory=dict)


class Entry(NamedTuple):
    """A name that is given to an object, or taken away (None)."""

    folder: int
    name: str
    target: int | None


Keep = Callable[[Data], bytes]  # what of a file's data is left


def apply(content: bytearray, change: Change) -> None:
    """Make one change of data."""
    if change.op == "write":
        end = change.number + len(change.data)
        if len(content) < end:
            content.extend(bytes(end - len(content)))
        content[change.number : end] = change.data
    elif change.op == "extend":
        content.extend(bytes(max(0, change.number - len(content))))
    else:
        del content[change.number :]
        content.extend(bytes(change.number - len(content)))


class Disk:
    """The files below ``root``; all that is there at the beginning is synced."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._objects: list[Data | Names] = []
        self._numbers: dict[int, int] = {}  # by inode
        self._pending: list[list[Entry]] = []  # changes of names
        self.last: Data | None = None  # the file that was written last
        self._take(root)

    def change(self, change: Change) -> None:
        """Make the next change of the log."""
        self.last = None
        if change.op in ("write", "truncate", "extend"):
            found = self._of(change.inode)
            assert isinstance(found, Data)
            found.change(change)
            self.last = found if change.op == "write" else None
        elif change.op == "sync":
            self._sync(change.inode)
        elif change.op in ("create", "mkdir"):
            self._numbers[change.inode] = len(self._objects)
            is_file = change.op == "create"
            self._objects.append(Data(bytearray(), b"") if is_file else Names())
            self._rename([(change.one, len(self._objects) - 1)])
        elif change.op == "remove":
            self._rename([(change.one, None)])
        elif change.op in ("rename", "link"):
            target = self._target(change.one)
            gone = [(change.one, None)] if change.op == "rename" else []
            self._rename([*gone, (change.two, target)])
        else:
            raise ValueError(change)

    def killed(self) -> State:
        """What a killed process leaves: everything."""
        return self._state(lambda data: bytes(data.now), len(self._pending))

    def cut(self, rng: random.Random) -> Iterator[tuple[str, State]]:
        """What power cuts may leave now, with a word for each."""
        names = len(self._pending)
        yield "nothing unsynced", self._state(lambda data: data.synced, 0)
        yield "names without data", self._state(lambda data: data.synced, names)
        yield "data without names", self._state(lambda data: bytes(data.now), 0)
        yield "sizes without data", self._state(_zeros, names)
        yield "a part", self._state(lambda data: _some(data, rng), rng.randint(0, names))
        if self.last is not None:
            torn = self.last
            yield (
                "the last write torn",
                self._state(lambda d: _torn(d, rng) if d is torn else bytes(d.now), names),
            )

    # -- building ----------------------------------------------------------------------------------

    def _take(self, path: Path) -> int:
        number = len(self._objects)
        self._numbers[path.stat().st_ino] = number
        if path.is_file():
            content = path.read_bytes()
            self._objects.append(Data(bytearray(content), content))
            return number
        names = Names()
        self._objects.append(names)
        for entry in sorted(path.iterdir()):
            if entry.is_dir() or entry.is_file():
                names.now[entry.name] = names.synced[entry.name] = self._take(entry)
        return number

    def _of(self, inode: int) -> Data | Names:
        return self._objects[self._numbers[inode]]

    def _place(self, path: str) -> tuple[int, str]:
        """The folder and the name of a path."""
        number = 0
        *above, name = path[len(self._root) + 1 :].split("/")
        for part in above:
            folder = self._objects[number]
            assert isinstance(folder, Names)
            number = folder.now[part]
        return number, name

    def _target(self, path: str) -> int:
        number, name = self._place(path)
        folder = self._objects[number]
        assert isinstance(folder, Names)
        return folder.now[name]

    def _rename(self, wanted: list[tuple[str, int | None]]) -> None:
        entries = [Entry(*self._place(path), target) for path, target in wanted]
        for entry in entries:
            folder = self._objects[entry.folder]
            assert isinstance(folder, Names)
            _set(folder.now, entry)
        self._pending.append(entries)

    def _sync(self, inode: int) -> None:
        found = self._of(inode)
        if isinstance(found, Data):
            found.sync()
            return
        number, kept = self._numbers[inode], []
        for entries in self._pending:
            if any(entry.folder == number for entry in entries):
                for entry in entries:
                    folder = self._objects[entry.folder]
                    assert isinstance(folder, Names)
                    _set(folder.synced, entry)
            else:
                kept.append(entries)
        self._pending = kept

    def _state(self, keep: Keep, names: int) -> State:
        """With the first ``names`` of the changes of names that are not synced."""
        found = {
            number: dict(one.synced)
            for number, one in enumerate(self._objects)
            if isinstance(one, Names)
        }
        for entries in self._pending[:names]:
            for entry in entries:
                _set(found[entry.folder], entry)
        return dict(self._walk(found, 0, "", keep))

    def _walk(
        self, found: dict[int, dict[str, int]], number: int, above: str, keep: Keep
    ) -> Iterator[tuple[str, bytes | None]]:
        for name, target in sorted(found[number].items()):
            one = self._objects[target]
            path = f"{above}{name}"
            if isinstance(one, Data):
                yield path, keep(one)
            else:
                yield path, None
                yield from self._walk(found, target, f"{path}/", keep)


def write_state(state: State, root: Path) -> None:
    """Make the files of a state below ``root``, which exists and is empty."""
    for path, content in state.items():
        if content is None:
            (root / path).mkdir(mode=0o700)
            continue
        with (root / path).open("wb") as file:
            if content == bytes(len(content)):
                file.truncate(len(content))  # a reserve takes no room here
            else:
                file.write(content)


def _set(names: dict[str, int], entry: Entry) -> None:
    if entry.target is None:
        names.pop(entry.name, None)
    else:
        names[entry.name] = entry.target


def _zeros(data: Data) -> bytes:
    """The new size, and zeros where new data was not synced: a delayed allocation."""
    size = len(data.synced)
    content = bytearray(data.synced)
    for change in data.pending:
        apply(content, change._replace(data=bytes(len(change.data))) if change.data else change)
    content[:size] = data.synced[: len(content)]  # what is written over is old or new
    return bytes(content)


def _some(data: Data, rng: random.Random) -> bytes:
    """Half of the changes, some of them only in part."""
    content = bytearray(data.synced)
    for change in data.pending:
        if rng.random() < 0.5:
            apply(content, _part(change, rng) if rng.random() < 0.3 else change)
    return bytes(content)


def _torn(data: Data, rng: random.Random) -> bytes:
    if not data.pending:
        return bytes(data.now)
    content = bytearray(data.synced)
    for change in data.pending[:-1]:
        apply(content, change)
    apply(content, _part(data.pending[-1], rng))
    return bytes(content)


def _part(change: Change, rng: random.Random) -> Change:
    sectors = len(change.data) // SECTOR
    return change._replace(data=change.data[: SECTOR * rng.randint(0, sectors)])
