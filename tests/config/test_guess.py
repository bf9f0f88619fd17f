"""What ``nanotrain train FILE_OR_FOLDER`` takes a path for."""

import os
from pathlib import Path

import numpy as np
import pytest

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.config import FileError, guess, is_configuration
from nanotrain_tui.config.toml_file import read_tables


def make(folder: Path, *names: str) -> Path:
    """A folder with these files, arrays among them."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".npy"):
            np.save(path, np.zeros(3))
        elif name.endswith(".npz"):
            np.savez(path, x=np.zeros(3))
        else:
            path.write_text("a,b\n1,2\n")
    return folder


@pytest.mark.parametrize(
    "name",
    ["a.csv", "a.CSV", "a.tsv", "a.txt", "a.data", "a.dat", "a.csv.gz", "a.tsv.gz", "a.b.csv",
     "with space.csv", "größe.csv"],
)  # fmt: skip
def test_a_table_by_its_name(tmp_path: Path, name: str) -> None:
    path = str(make(tmp_path, name) / name)
    found = guess(path)
    assert found.values == {"data.name": "csv", "data.path": path}
    assert found.text == f"data: csv, guessed from {name}"
    assert not is_configuration(path)


def test_arrays(tmp_path: Path) -> None:
    path = str(make(tmp_path, "a.npz") / "a.npz")
    assert guess(path).values == {"data.name": "npz", "data.path": path}
    assert not is_configuration(path)


def test_arrays_without_an_ending(tmp_path: Path) -> None:
    make(tmp_path, "a.npz", "x.npy", "y.npy")
    path = (tmp_path / "a.npz").rename(tmp_path / "arrays")
    assert not is_configuration(str(path))
    assert guess(str(path)).values["data.name"] == "npz"


@pytest.mark.parametrize("given", ["X_train.npy", "y_train.npy"])
def test_an_array_finds_the_one_that_belongs_to_it(tmp_path: Path, given: str) -> None:
    make(tmp_path, "X_train.npy", "y_train.npy", "z.npy")
    assert guess(str(tmp_path / given)).values == {
        "data.name": "npz",
        "data.x": str(tmp_path / "X_train.npy"),
        "data.y": str(tmp_path / "y_train.npy"),
    }
    with pytest.raises(FileError, match=r"data\.x=X\.npy") as refused:
        guess(str(tmp_path / "z.npy"))
    assert str(tmp_path / "z.npy") in str(refused.value)


def test_a_function(tmp_path: Path) -> None:
    given = f"{make(tmp_path, 'loader.py') / 'loader.py'}:load"
    assert guess(given).values == {"data.name": "function", "data.function": given}
    assert guess(given).text == "data: function, load of loader.py"
    assert not is_configuration(given)
    with pytest.raises(FileError, match="no such file"):
        guess(f"{tmp_path / 'none.py'}:load")
    with pytest.raises(FileError, match=r"loader\.py:NAME"):
        guess(given.removesuffix(":load"))
    with pytest.raises(ConfigError, match=r"FILE\.py:NAME"):
        guess(given + " it")


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (["a.csv", "readme.md"], {"data.name": "csv", "data.path": "a.csv"}),
        (["a.npz"], {"data.name": "npz", "data.path": "a.npz"}),
        (["x.npy", "y.npy"], {"data.name": "npz", "data.path": ""}),
        (["train.csv", "test.csv.gz"],
         {"data.name": "csv", "data.path": "train.csv", "data.test_path": "test.csv.gz"}),
        (["train-images-idx3-ubyte.gz", "a.csv"], {"data.name": "mnist", "data.dir": ""}),
        (["mnist.npz"], {"data.name": "mnist", "data.dir": ""}),
        (["cats/1.png", "dogs/2.jpg"], {"data.name": "folder", "data.path": ""}),
        (["train/cats/1.png", "val/cats/2.JPG"], {"data.name": "folder", "data.path": ""}),
        ([".hidden.csv", "b.csv"], {"data.name": "csv", "data.path": "b.csv"}),
    ],
)  # fmt: skip
def test_a_folder(tmp_path: Path, names: list[str], values: dict[str, str]) -> None:
    make(tmp_path, *names)
    expected = {
        key: value if key == "data.name" else str(tmp_path / value) for key, value in values.items()
    }
    assert guess(str(tmp_path)).values == expected
    assert guess(str(tmp_path)).text.startswith(f"data: {values['data.name']}, guessed from ")
    assert not is_configuration(str(tmp_path))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "is an empty folder"),
        (["readme.md"], "without a table or arrays"),
        (["a.csv", "b.csv"], "2 files to choose from: a.csv, b.csv. Name one"),
        (["a.csv", "b.csv", "c.csv", "d.npz"], "4 files to choose from: a.csv, b.csv, c.csv, ..."),
        (["train.csv", "test.csv", "more.csv"], "3 files"),
        (["1.JPG"], "pictures without class folders"),
        (["one.npy"], "needs two"),
        (["photos/train/cat/1.jpg", "__MACOSX/x"], "Name that folder: {}/photos."),
        (["a/photos/train/cat/1.jpg"], "Name that folder: {}/a/photos."),
        (["a/b/c/readme.md"], "without a table or arrays"),
    ],
)
def test_a_folder_that_cannot_be_trained(tmp_path: Path, names: list[str], words: str) -> None:
    with pytest.raises(FileError) as refused:
        guess(str(make(tmp_path, *names)))
    assert words.format(tmp_path) in str(refused.value) and str(tmp_path) in str(refused.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.xlsx", "Save it as CSV"),
        ("a.json", "Save it as CSV"),
        ("a.parquet", "Save it as CSV"),
        ("a.png", "is a picture"),
        ("loader.py", "name the function in it: loader.py:NAME"),
        ("a.weird", "--set data.name=csv"),
    ],
)
def test_a_file_that_cannot_be_trained(tmp_path: Path, name: str, words: str) -> None:
    path = str(make(tmp_path, name) / name)
    with pytest.raises(FileError) as refused:
        guess(path)
    assert words in str(refused.value) and path in str(refused.value)
    assert not is_configuration(path)


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    make(tmp_path, "readings.csv")
    with pytest.raises(FileError, match=r"no such file\. Did you mean 'readings\.csv'"):
        guess(str(tmp_path / "reading.csv"))


def test_what_is_no_file_is_refused_and_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.csv")
    for given in (tmp_path / "pipe", tmp_path / "pipe.csv", "/dev/zero"):
        with pytest.raises(FileError, match="is no regular file"):
            guess(str(given))
    with pytest.raises(FileError, match="larger than"):
        read_tables(Path("/dev/zero"))


def test_configurations(tmp_path: Path) -> None:
    named = tmp_path / "my.conf"
    named.write_text("[train]\nsteps = 5\n")
    for path in (named, tmp_path / "none.toml", tmp_path / "sane", Path("/dev/null")):
        assert is_configuration(str(path))


def test_the_home_of_no_user_is_no_such_file():
    with pytest.raises(FileError, match="no such file"):
        guess("~nobody-of-this-name/readings.csv")
