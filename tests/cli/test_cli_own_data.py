"""train and data inspect with a person's own files; what the trainer finds in them is made up."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runs import FAKE, PATIENCE_S, Nano, is_paragraph, only_session, options, strictly
from recorded import tutorial_run

from nanotrain_tui.cli.data.consent import with_consent
from nanotrain_tui.launch.code import AGREED, Code, NotAgreedError
from nanotrain_tui.session.folder import list_sessions
from nanotrain_tui.session.recording.reader import SessionReader

pytestmark = pytest.mark.usefixtures("hosts_end")

COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "number", "use": "left out", "why": "it numbers the rows",
     "missing": 0, "distinct": 60, "low": 1.0, "high": 60.0, "mean": 30.5, "deviation": 17.3},
    {"name": "width", "type": "number", "use": "input", "why": "", "missing": 2, "distinct": None,
     "low": 0.1, "high": 1234567.0, "mean": 2.5, "deviation": 0.5},
    {"name": "day", "type": "date", "use": "input", "why": "", "missing": 0, "distinct": 9,
     "low": "2024-01-01", "high": "2024-01-09"},
    {"name": "kind", "type": "category", "use": "target", "why": "", "missing": 0, "distinct": 2,
     "categories": ["good", "bad"]},
]  # fmt: skip
FACTS: dict[str, Any] = {
    "ok": True, "name": "csv", "source": "readings.csv (60 rows, target kind)", "shape": [2],
    "classes": 2, "outputs": 1, "train": 40, "test": 12, "validation": 8, "task": "binary",
    "class_names": ["good", "bad"],
    "class_counts": {"train": [30, 10], "test": [9, 3], "validation": [6, 2]},
    "columns": COLUMNS, "first_rows": [["1", "0.5", "2024-01-01", "good"]], "preset": "tabular",
    "proposal": {"train.batch_size": 16, "train.epochs": 60},
    "notes": ["Numbers have a decimal comma."],
    "problems": [{"column": "width", "message": "It tells the target.",
                  "hint": "data.features = -width"}],
}  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "readings.csv"
    path.write_text("id,width,day,kind\n1,0.5,2024-01-01,good\n")
    return path


@pytest.fixture
def loader(tmp_path: Path) -> Path:
    path = tmp_path / "loader.py"
    path.write_text("def load():\n    return [], []\n")
    return path


Found = Callable[..., list[Mapping[str, Any]]]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Found:
    """Makes the look at the data answer with these facts; returns the configurations asked for."""

    def answer(**changes: Any) -> list[Mapping[str, Any]]:
        asked: list[Mapping[str, Any]] = []

        def inspect(config: Mapping[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
            asked.append(config)
            return {**FACTS, **changes}

        monkeypatch.setattr("nanotrain_tui.trainer.data.inspect", inspect)
        monkeypatch.setattr("nanotrain_tui.trainer_python.inspection.inspect_data",
                            lambda _command, config, *_, **__: inspect(config))  # fmt: skip
        return asked

    return answer


# -- data inspect -------------------------------------------------------------------------------


def test_inspect_shows_what_is_in_a_table(
    nano: Nano, home: Path, table: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(table.parent)
    asked = found()
    ran = nano("data", "inspect", "readings.csv", "--set", "data.target=kind")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "data: csv, guessed from readings.csv",
        "readings.csv (60 rows, target kind)",
        "csv: 40 examples to train on, 8 to validate on and 12 to test on, rows of 2 numbers, "
        "2 classes; the validation part selects the best",
        "  COLUMN  TYPE      USE       MISSING  DISTINCT  VALUES",
        "  id      number    left out        0        60  it numbers the rows",
        "  width   number    input           2         -  0.1 to 1.235e+06, mean 2.5, de…",
        "  day     date      input           0         9  2024-01-01 to 2024-01-09",
        "  kind    category  target          0         2  good, bad",
        "  CLASS  TRAINING  VALIDATION  TEST",
        "  good         30           6     9",
        "  bad          10           2     3",
        "first rows:",
        "  id  width         day  kind",
        "   1    0.5  2024-01-01  good",
        "Numbers have a decimal comma.",
        "warning: column 'width': it tells the target (data.features = -width)",
        "preset: tabular, proposed for this data (batch size 16, epochs 60)",
    ]
    assert asked[0]["data.path"] == str(table) and asked[0]["data.target"] == "kind"
    assert not home.exists(), "nothing is written"


def test_inspect_as_json(nano: Nano, table: Path, found: Found) -> None:
    found(pictures={"size": [1, 1]})
    report = strictly(nano("data", "inspect", table, "--json").out)
    assert report == {key: value for key, value in FACTS.items() if key != "pictures"}


def test_inspect_shows_arrays(nano: Nano, tmp_path: Path, found: Found) -> None:
    (tmp_path / "a.npz").write_bytes(b"")
    arrays = [{"name": "x_train", "shape": [1797, 8, 8], "dtype": "uint8", "use": "inputs"},
              {"name": "n", "shape": [], "dtype": "int64", "use": "left out"}]  # fmt: skip
    found(name="npz", columns=None, first_rows=None, arrays=arrays, shape=[8, 8])
    lines = nano("data", "inspect", tmp_path / "a.npz").out.splitlines()
    assert lines[0] == "data: npz, guessed from a.npz"
    assert lines[3:6] == [
        "  ARRAY            SHAPE  TYPE   USE",
        "  x_train  1,797 x 8 x 8  uint8  inputs",
        "  n                    -  int64  left out",
    ]


def test_line_breaks_in_names_and_cells_break_no_table(
    nano: Nano, table: Path, found: Found
) -> None:
    columns = [{**COLUMNS[0], "name": "a\nb"}, {**COLUMNS[3], "categories": ["good\r\nx", "bad"]}]
    found(columns=columns, first_rows=[["1\n2", "good\nx"]], class_names=["good\nx", "bad"])
    lines = nano("data", "inspect", table).out.splitlines()
    assert any(line.startswith("  a b ") for line in lines)
    assert any(line.endswith("good x, bad") for line in lines)
    assert any(line.split() == ["good", "x", "30", "6", "9"] for line in lines)
    assert any(line.split() == ["1", "2", "good", "x"] for line in lines)


def test_wide_and_long_data_stay_readable(nano: Nano, table: Path, found: Found) -> None:
    many = [{**COLUMNS[1], "name": f"column {n}"} for n in range(500)]
    names = [f"class {n}" for n in range(41)]
    found(
        columns=many, first_rows=[["x" * 100] * 500], class_names=names,
        class_counts={"train": [1] * 41, "test": [1] * 41}, task="classification", classes=41,
    )  # fmt: skip
    out = nano("data", "inspect", table).out
    lines = out.splitlines()
    assert max(map(len, lines[3:])) <= 80 and len(lines) < 100
    assert "and 460 columns more; --json lists all" in out and "and 1 class more" in out
    assert "and 497 columns more" in out, "of the first rows"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.csv"], "none.csv: there is no such file"),
        (["."], "is a folder with 2 files to choose from"),
        (["sub"], "is an empty folder"),
        (["a.xlsx"], "Save it as CSV"),
        (["a.csv", "--set", "data.split=2"], "data.split: '2' is out of range"),
        (["a.csv", "--set", "data.curve=sine"], "data.curve"),
    ],
)
@pytest.mark.parametrize("command", [["data", "inspect"], ["train"], ["train", "--dry-run"]])
def test_wrong_input_is_one_paragraph(
    nano: Nano, home: Path, tmp_path: Path, found: Found, monkeypatch: pytest.MonkeyPatch,
    command: list[str], arguments: list[str], message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("a.csv", "b.csv", "a.xlsx"):
        (tmp_path / name).write_text("x,y\n1,2\n")

    found()
    ran = nano(*command, *arguments)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err) and message in ran.err
    assert not home.exists()


def test_the_problem_of_a_table_is_named_by_its_key(
    nano: Nano, home: Path, table: Path, found: Found
) -> None:
    found(ok=False, key="data.target", message="There is no column 'z'.")
    for more in ([], ["--json"]):
        ran = nano("data", "inspect", table, *more)
        assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err)
        assert "data.target: There is no column 'z'." in ran.err
    assert not home.exists()


def test_the_list_of_data_names_the_kinds_of_files(nano: Nano) -> None:
    out = nano("data").out
    for name, usage in (("csv", "FILE.csv"), ("npz", "FILE.npz"), ("function", "FILE.py:NAME")):
        (line,) = [line for line in out.splitlines() if line.startswith(f"{name} ")]
        assert line.endswith(f"nanotrain train {usage}")


# -- train --------------------------------------------------------------------------------------


def test_train_says_what_was_guessed_and_records_the_task(
    nano: Nano, home: Path, table: Path, found: Found
) -> None:
    asked = found()
    ran = nano("train", table, *options(steps=20))
    assert (ran.status, ran.err) == (0, "")
    said = ran.out.splitlines()
    assert "data: csv, guessed from readings.csv" in said
    assert "preset: tabular, proposed for this data (batch size 16)" in said
    assert "Numbers have a decimal comma." in said
    assert len(asked) == 1, "one look is enough"
    with SessionReader(only_session(home)) as reader:
        (configured,) = reader.events(["configured"])
        warned = [event.body["message"] for event in reader.events(["warned"])]
    data = configured.body["config"]["data"]
    assert (data["task"], data["path"]) == ("binary", str(table))
    assert configured.body["config"]["loss"]["name"] == "binary_crossentropy"
    assert warned[0] == "column 'width': it tells the target (data.features = -width)"
    assert only_session(home).name == "csv-1"


def test_a_dry_run_shows_the_columns_and_the_classes(nano: Nano, table: Path, found: Found) -> None:
    found()
    ran = nano("train", table, *options(), "--dry-run")
    assert ran.status == 0 and "  kind    category  target" in ran.out
    assert "  good         30           6     9" in ran.out
    assert "network: 2 -> 64 relu -> 32 relu -> 1 sigmoid" in ran.out
    report = strictly(nano("train", table, *options(), "--dry-run", "--json").out)
    assert report["data"]["columns"] == COLUMNS and report["choices"][0].startswith("data: csv")


# -- consent ------------------------------------------------------------------------------------


def test_code_does_not_run_without_a_terminal_or_yes(
    nano: Nano, home: Path, loader: Path, found: Found
) -> None:
    asked = found(name="function")
    for command in (["train"], ["train", "--dry-run"], ["data", "inspect"]):
        ran = nano(*command, f"{loader}:load")
        assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err)
        assert str(loader) in ran.err and "--yes" in ran.err
    assert asked == [] and not home.exists()


def test_yes_agrees_to_this_content_for_good(
    nano: Nano, home: Path, loader: Path, found: Found
) -> None:
    asked = found(name="function")
    source = f"{loader}:load"
    assert nano("data", "inspect", source, "--yes").status == 0
    assert (home / AGREED).read_text().endswith(f" {loader}\n")
    assert nano("train", source, *options(), "--dry-run").status == 0
    assert nano("train", source, *options(steps=20)).status == 0
    assert len(asked) == 3
    loader.write_text("def load():\n    return [], [1]\n")
    assert nano("train", source, *options()).status == 2
    name = only_session(home).name
    for command in (["restart"], ["resume", "--set", "train.steps=30"]):
        ran = nano(command[0], name, *command[1:])
        assert ran.status == 2 and "--yes" in ran.err
    assert nano("restart", name, "--yes").status == 0
    assert len(list_sessions(str(home))) == 2


@pytest.mark.parametrize(("key", "status"), [("y", 0), ("n", 2), ("", 2), ("\x04", 130)])
def test_a_person_at_a_terminal_is_asked(home: Path, loader: Path, key: str, status: int) -> None:
    main, child = pty.openpty()
    trainer = f"trainer.command={sys.executable} {FAKE}"
    process = subprocess.Popen(
        [sys.executable, "-m", "nanotrain_tui", "train", f"{loader}:load", "--dry-run",
         "--json", "--set", trainer],
        stdin=child, stderr=child, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(child)
    said = ""
    while "[y/N]" not in said:
        said += os.read(main, 4096).decode()
    os.write(main, key.encode() if key == "\x04" else key.encode() + b"\n")
    out, _ = process.communicate(timeout=PATIENCE_S)
    os.close(main)
    assert process.returncode == status
    assert "has not run before" in said and "Run load() of this file?" in said
    assert (home / AGREED).exists() == (status == 0)
    assert bool(out) == (status == 0) and (not out or json.loads(out)["data"])


def test_each_new_content_is_asked_about(tmp_path: Path) -> None:
    codes = [Code("/a.py", "load", bytes([n])) for n in range(3)]

    def make() -> int:
        if codes:
            raise NotAgreedError(codes.pop())
        return 5

    assert with_consent(make, str(tmp_path), yes=True) == 5
    assert len((tmp_path / AGREED).read_text().splitlines()) == 3


def test_an_imported_session_runs_no_code(nano: Nano, home: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil.py"
    evil.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    tutorial_run(home, data__name="function", data__function=f"{evil}:load")
    file = tmp_path / "one.nanotrain"
    assert nano("export", "mnist-1", "--format", "session", "-o", file).status == 0
    assert nano("import", file, "--name", "theirs").status == 0
    ran = nano("restart", "theirs", "--yes")
    assert ran.status == 2 and is_paragraph(ran.err) and "data.function: is empty" in ran.err
    assert not (tmp_path / "ran").exists() and not (home / AGREED).exists()


def test_two_files_of_arrays_are_inspected_by_their_keys(nano: Nano, tmp_path: Path) -> None:
    files = tmp_path / "in.npy", tmp_path / "out.npy"
    np.save(files[0], np.arange(240.0).reshape(60, 4))
    np.save(files[1], np.arange(60) % 3)
    sets = "--set", f"data.x={files[0]}", "--set", f"data.y={files[1]}"
    ran = nano("data", "inspect", *sets)
    assert ran.status == 0 and "npz: 48 examples to train on and 12 to test on" in ran.out
    ran = nano("data", "inspect")
    assert ran.status == 2 and "name a FILE or a FOLDER" in ran.err
