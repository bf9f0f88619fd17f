"""Paths in the form: completion, and what is guessed from them."""

from pathlib import Path

import pytest

from nanotrain_tui.app.form.paths import Completion, complete, guessed, is_path, kind_of
from nanotrain_tui.catalog import ConfigError

PATH, DIR, FUNCTION = "data.path", "data.dir", "data.function"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("iris.csv", "iris.npz", "wine.csv", "notes", ".hidden.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "runs").mkdir()
    code = "import os\n\ndef load():\n    pass\n\ndef _own():\n    pass\n\ndef load_all(a): pass\n"
    (tmp_path / "loader.py").write_text(code, encoding="utf-8")
    return tmp_path


def test_what_is_typed_is_completed_as_far_as_it_is_clear(folder: Path) -> None:
    assert complete(PATH, f"{folder}/ir") == (f"{folder}/iris.", ("iris.csv", "iris.npz"))
    assert complete(PATH, f"{folder}/iris.c") == (f"{folder}/iris.csv", ("iris.csv",))
    assert complete(PATH, f"{folder}/ru") == (f"{folder}/runs/", ("runs/",))
    assert complete(PATH, f"{folder}/none") == (f"{folder}/none", ())
    assert complete(PATH, f"{folder}/.h").names == (".hidden.csv",)
    assert ".hidden.csv" not in complete(PATH, f"{folder}/").names
    assert complete(PATH, "/no/such/fol") == ("/no/such/fol", ())


def test_the_names_are_those_of_this_folder_or_the_home(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    assert complete(PATH, "wi").text == "wine.csv"
    assert complete(PATH, "~/wi").text == "~/wine.csv"
    assert complete(PATH, "~nobody-of-this-name/wi").names == ()


def test_functions_are_completed_without_running_them(folder: Path) -> None:
    assert complete(FUNCTION, f"{folder}/lo").text == f"{folder}/loader.py:"
    assert complete(FUNCTION, f"{folder}/").names == ("loader.py", "runs/")
    assert complete(FUNCTION, f"{folder}/loader.py:") == (
        f"{folder}/loader.py:load",
        ("load", "load_all"),
    )


def test_many_names_are_counted(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"measurements-{number:02}.csv").touch()
    shown = complete(PATH, f"{tmp_path}/").shown
    assert shown.startswith("measurements-00.csv  ") and shown.endswith(" more")
    assert len(shown) < 140


@pytest.mark.parametrize(("length", "shown"), [(35, 2), (34, 3), (53, 2), (54, 1), (200, 1)])
def test_names_are_shown_that_fit_below_the_editor(length: int, shown: int) -> None:
    names = tuple(str(number) * length for number in range(4))
    text = "  ".join([*names[:shown], f"and {4 - shown} more"])
    assert Completion("", names).shown == text


def test_the_kind_is_guessed(folder: Path) -> None:
    table, said = guessed(PATH, f"{folder}/iris.csv", {})
    assert table == {"data.name": "csv", PATH: f"{folder}/iris.csv"}
    assert said == "data: csv, guessed from iris.csv" == kind_of(PATH, f"{folder}/iris.csv")
    assert guessed(DIR, f"{folder}/iris.csv", {})[0] == table
    arrays, _ = guessed(PATH, f"{folder}/iris.npz", {"data.name": "csv"})
    assert arrays["data.name"] == "npz"
    code, _ = guessed(PATH, f"{folder}/loader.py:load", {})
    assert code == {"data.name": "function", FUNCTION: f"{folder}/loader.py:load"}
    (folder / "runs" / "train-images-idx3-ubyte.gz").touch()
    mnist, _ = guessed(PATH, f"{folder}/runs", {})
    assert mnist == {"data.name": "mnist", DIR: f"{folder}/runs"}
    assert guessed(DIR, f"{folder}/runs", {"data.name": "mnist"})[0] == {DIR: f"{folder}/runs"}


def test_a_name_that_tells_nothing_is_what_the_user_says(folder: Path) -> None:
    typed = f"{folder}/notes"
    with pytest.raises(ConfigError, match="of no kind"):
        guessed(PATH, typed, {})
    assert guessed(PATH, typed, {"data.name": "csv"}) == ({PATH: typed}, "")
    with pytest.raises(ConfigError, match=r"^data\.dir: is a folder with 3 files to choose from"):
        guessed(DIR, str(folder), {})
    assert guessed(DIR, str(folder), {"data.name": "mnist"}) == ({DIR: str(folder)}, "")
    assert guessed(DIR, f"{folder}/runs", {}) == ({DIR: f"{folder}/runs"}, "")
    assert guessed(DIR, "/later/mnist", {}) == ({DIR: "/later/mnist"}, "")
    assert guessed(DIR, "", {}) == ({DIR: ""}, "")
    assert guessed(PATH, " ", {"data.name": "csv"}) == ({PATH: ""}, "")


@pytest.mark.parametrize("typed", ["/no/such.csv", "~nobody-of-this-name/a.csv", "a" * 300])
def test_a_path_that_cannot_be_used_says_why(typed: str) -> None:
    with pytest.raises(ConfigError) as caught:
        guessed(PATH, typed, {"data.name": "csv"})
    assert caught.value.key == PATH
    assert kind_of(PATH, typed) == ""


def test_two_files_or_names_of_arrays(folder: Path) -> None:
    (folder / "runs" / "x.npy").write_bytes(b"\x93NUMPY")
    (folder / "runs" / "y.npy").write_bytes(b"\x93NUMPY")
    values, _ = guessed(PATH, f"{folder}/runs/x.npy", {"data.name": "npz", PATH: "/old.npz"})
    assert values[PATH] == "" and values["data.y"] == f"{folder}/runs/y.npy"
    values, _ = guessed(PATH, f"{folder}/iris.npz", {"data.name": "npz", "data.x": "/x.npy"})
    assert values["data.x"] == values["data.y"] == ""
    assert is_path("data.x", {}) and not is_path("data.x", {PATH: "/a.npz"})
    assert not is_path("data.target", {}) and is_path(FUNCTION, {})
