"""Guesses from its name what a file or folder holds: ``nanotrain train readings.csv``."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nanotrain_tui.catalog import nearest, parse_value

from .folders import expanded
from .toml_file import FileError, read_tables

TABLES = (".csv", ".tsv", ".txt", ".data", ".dat")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_OTHERS = (
    ".arff", ".feather", ".h5", ".hdf5", ".json", ".jsonl", ".mat", ".ods", ".parquet", ".pickle",
    ".pkl", ".tfrecord", ".xls", ".xlsx", ".zip",
)  # fmt: skip
#: The names of two .npy files that belong together.
_PAIRS = (
    ("x", "y"), ("x_train", "y_train"), ("images", "labels"), ("inputs", "targets"),
    ("data", "labels"), ("data", "target"), ("data", "targets"), ("features", "labels"),
)  # fmt: skip
_IDX = ("train-images-idx3-ubyte", "train-images.idx3-ubyte")
_NUMPY, _ZIP = b"\x93NUMPY", b"PK\x03\x04"
_NAMES = "Give a file that ends in .csv, .tsv, .txt, .npz or .npy"
_LISTED = 3


@dataclass(frozen=True)
class Guess:
    """The values of ``data.`` keys, and a line for the person."""

    values: dict[str, str]
    text: str


def is_configuration(given: str) -> bool:
    """Whether a path is a configuration file, by its name or else by what is in it.

    A name that does not exist is one, too: its reader says that there is no such file.
    """
    path = Path(given)
    if _suffix(path) == ".toml":
        return True
    if (
        path.is_dir()
        or _function(given)[0]
        or _suffix(path) in (*_KINDS, *PICTURES, *_OTHERS, ".py")
    ):
        return False
    if not path.is_file():
        return True  # a pipe, or nothing
    if _begins_with(path, _NUMPY, _ZIP):
        return False
    try:
        read_tables(path)
    except FileError:
        return False
    return True


def guess(given: str) -> Guess:
    """What to train on for a file, a folder or ``FILE.py:NAME``. Raises FileError."""
    path = expanded(given)
    file, name = _function(given)
    if file:
        _check_file(expanded(file))
        return Guess(
            {"data.name": "function", "data.function": given},
            f"data: function, {name} of {Path(file).name}",
        )
    if path.is_dir():
        return _of_folder(path)
    _check_file(path)
    kind = _KINDS.get(_suffix(path)) or _by_content(path)
    if kind is None:
        raise _refused(path)
    return kind(path)


def _check_file(path: Path) -> None:
    try:
        there = path.exists()
    except (OSError, ValueError) as error:
        raise FileError(str(path), f"cannot be read: {error}.") from None
    if there and not (path.is_file() or path.is_dir()):
        raise FileError(str(path), "is no regular file; save what it gives to a file first.")
    if not there:
        try:
            alike = [one.name for one in path.parent.iterdir() if _suffix(one) == _suffix(path)]
        except OSError:
            alike = []
        raise FileError(str(path), f"there is no such file.{nearest(path.name, alike)}")


def _table(path: Path) -> Guess:
    return Guess({"data.name": "csv", "data.path": str(path)}, _text("csv", path.name))


def _arrays(path: Path) -> Guess:
    return Guess({"data.name": "npz", "data.path": str(path)}, _text("npz", path.name))


def _array(path: Path) -> Guess:
    """A .npy file and the one beside it that belongs to it."""
    beside = {one.stem.lower(): one for one in path.parent.glob("*.npy")}
    for names in _PAIRS:
        if path.stem.lower() in names and all(name in beside for name in names):
            x, y = (beside[name] for name in names)
            values = {"data.name": "npz", "data.x": str(x), "data.y": str(y)}
            return Guess(values, _text("npz", f"{x.name} and {y.name}"))
    raise FileError(
        str(path),
        "holds one array, and training needs two: inputs and targets. "
        "Name both: --set data.x=X.npy --set data.y=Y.npy.",
    )


def _of_folder(path: Path) -> Guess:
    try:
        files = sorted(one for one in path.iterdir() if not one.name.startswith("."))
    except OSError as error:
        raise FileError(str(path), f"cannot be read: {error.strerror or error}.") from None
    if not files:
        raise FileError(str(path), f"is an empty folder. {_NAMES}, or a folder of class folders.")
    if any(one.name.startswith(_IDX) or one.name == "mnist.npz" for one in files):
        values = {"data.name": "mnist", "data.dir": str(path)}
        return Guess(values, _text("mnist", f"the files in {path}"))
    there = {one.name for one in files}
    if "manifest.json" in there and any(one.endswith(".catalog") for one in there):
        values = {"data.name": "tub", "data.path": str(path)}
        return Guess(values, _text("tub", f"the manifest.json in {path}"))
    if _has_class_folders(files):
        values = {"data.name": "folder", "data.path": str(path)}
        return Guess(values, _text("folder", f"the folders of pictures in {path}"))
    tables = [one for one in files if _suffix(one) in TABLES]
    npz = [one for one in files if _suffix(one) == ".npz"]
    npy = [one for one in files if _suffix(one) == ".npy"]
    if len(npy) > 1 and not npz + tables:
        names = " and ".join(one.name for one in npy[:2])
        values = {"data.name": "npz", "data.path": str(path)}
        return Guess(values, _text("npz", f"{names} in {path}"))
    found = tables + npz + npy
    if len(found) == 1:
        return guess(str(found[0]))
    parts = _train_and_test(tables or npz)
    if parts and len(parts) == len(found):
        name = "csv" if tables else "npz"
        train, test = parts
        values = {"data.name": name, "data.path": str(train), "data.test_path": str(test)}
        return Guess(values, _text(name, f"{train.name} and {test.name} in {path}"))
    raise FileError(str(path), _why_not(files, found))


def _why_not(files: Sequence[Path], found: Sequence[Path]) -> str:
    """Why a folder cannot be trained."""
    if found:
        names = ", ".join(one.name for one in found[:_LISTED])
        more = ", ..." if len(found) > _LISTED else ""
        return (
            f"is a folder with {len(found)} files to choose from: {names}{more}. Name one of them."
        )
    if any(_suffix(one) in PICTURES for one in files):
        return (
            "is a folder of pictures without class folders. Make a folder for each class, named "
            "after it, and move the pictures into them."
        )
    within = _data_within(files)
    if within is not None:
        return f"has its data in a folder within it. Name that folder: {within}."
    return f"is a folder without a table or arrays or class folders of pictures. {_NAMES}."


def _data_within(files: Sequence[Path]) -> Path | None:
    """The folder with the data, if an archive was unpacked into a folder of its own."""
    folders = [one for one in files if one.is_dir() and one.name != "__MACOSX"]
    if len(folders) != 1:
        return None
    try:
        _of_folder(folders[0])
    except FileError:
        return _data_within(_inside(folders[0]))
    return folders[0]


def _train_and_test(files: Sequence[Path]) -> tuple[Path, Path] | None:
    words = {one.name.split(".")[0].lower(): one for one in files}
    train = words.get("train") or words.get("training")
    test = words.get("test") or words.get("testing")
    return (train, test) if train and test else None


def _has_class_folders(files: Sequence[Path]) -> bool:
    """Whether one of the folders holds pictures, or one of the folders in them."""
    folders = [one for one in files if one.is_dir()]
    return any(_holds_picture(one) for one in folders) or any(
        _holds_picture(inner) for one in folders for inner in _inside(one) if inner.is_dir()
    )


def _holds_picture(folder: Path) -> bool:
    return any(_suffix(one) in PICTURES for one in _inside(folder))


def _inside(folder: Path) -> list[Path]:
    """What is in a folder; nothing if it cannot be read."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _refused(path: Path) -> FileError:
    suffix = _suffix(path)
    if suffix == ".py":
        return FileError(str(path), f"is a Python file; name the function in it: {path.name}:NAME.")
    if suffix in PICTURES:
        return FileError(str(path), "is a picture; name the folder that holds the class folders.")
    if suffix in _OTHERS:
        return FileError(
            str(path), f"is a {suffix} file, which nanotrain cannot read. Save it as CSV or npz."
        )
    return FileError(
        str(path),
        f"is of no kind that is known by its name. {_NAMES}. "
        "If it is a table, say so: --set data.name=csv.",
    )


def _by_content(path: Path) -> "Callable[[Path], Guess] | None":
    if _begins_with(path, _NUMPY):
        return _array
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return None
    return _arrays if names and all(name.endswith(".npy") for name in names) else None


def _begins_with(path: Path, *starts: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(starts)
    except OSError:
        return False


def _function(given: str) -> tuple[str, str]:
    """The file and the name of ``FILE.py:NAME``; empty for any other path."""
    file, _, name = given.rpartition(":")
    if not file.endswith(".py") or Path(given).exists():
        return "", ""
    parse_value("data.function", given)
    return file, name


def _suffix(path: Path) -> str:
    """The ending in small letters, without that of gzip."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def _text(name: str, what: str) -> str:
    return f"data: {name}, guessed from {what}"


_KINDS: dict[str, Callable[[Path], Guess]] = {
    **dict.fromkeys(TABLES, _table),
    ".npz": _arrays,
    ".npy": _array,
}
