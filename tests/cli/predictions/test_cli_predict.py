"""``nanotrain predict``: the output, and files that cannot be read."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli_runs import Nano

from nanotrain_tui.session.folder import create_session

MODEL = SimpleNamespace(note="")
OUTPUTS = [0.1, 0.9]
PREPARED = {"cut": [1, 2, 30, 40], "orientation": 6, "thickened": True, "blank": True}


@pytest.fixture
def requested(home: Path, answering: Callable[..., None]) -> list[dict[str, Any]]:
    """A session whose network classifies every picture as 1; the files to classify."""
    files: list[dict[str, Any]] = []
    folder = create_session(str(home), "mnist", "m")
    Path(folder.recording).touch()

    def ask(model: object, what: str, request: dict[str, Any]) -> Any:
        files.extend(request["files"])
        for file in request["files"]:
            prepared = None if file["name"].endswith(".idx") else PREPARED
            yield {"file": file["name"], "index": 0, "class": 1, "outputs": OUTPUTS,
                   "inverted": prepared is not None, "prepared": prepared}  # fmt: skip
        yield {"ok": True}

    answering(MODEL, ask)
    return files


def test_the_changes_made_to_a_picture_are_printed(
    nano: Nano, requested: list[dict[str, Any]], tmp_path: Path
) -> None:
    for name in ("a.png", "b.idx"):
        (tmp_path / name).write_bytes(name.encode())
    ran = nano("predict", "m", tmp_path / "a.png", tmp_path / "b.idx")
    assert ran.status == 0
    assert ran.out.splitlines()[0] == (
        f"{tmp_path}/a.png[0]: 1 (the picture is blank; rotated by EXIF orientation 6; "
        "inverted; 40 x 30 pixels at 2, 1 cut out and centred; thin lines thickened)"
    )
    assert f"{tmp_path}/b.idx[0]: 1\n" in ran.out
    assert [base64.b64decode(file["content"]) for file in requested] == [b"a.png", b"b.idx"]
    answer = nano("predict", "m", "--json", tmp_path / "a.png")
    assert json.loads(answer.out.splitlines()[0])["prepared"] == PREPARED


def test_files_that_cannot_be_read_are_named_and_the_others_answered(
    nano: Nano, requested: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nanotrain_tui.cli.predictions.files.MAX_BYTES", 4)
    (tmp_path / "large.png").write_bytes(b"12345")
    (tmp_path / "a.png").write_bytes(b"1234")
    bad = (tmp_path / "large.png", tmp_path / "none.png")
    ran = nano("predict", "m", *bad, tmp_path / "a.png")
    assert ran.status == 2
    assert ran.err.splitlines() == [
        f"nanotrain: error: {tmp_path}/large.png is larger than 0 MB; split it.",
        f"nanotrain: error: {tmp_path}/none.png does not exist; check the path.",
    ]
    assert ran.out.startswith(f"{tmp_path}/a.png[0]: 1")


def test_a_folder_is_read_by_the_trainer(
    nano: Nano, requested: list[dict[str, Any]], tmp_path: Path
) -> None:
    nano("predict", "m", tmp_path)
    assert requested == [{"name": str(tmp_path), "folder": str(tmp_path)}]


def test_the_trainer_is_not_started_if_no_file_can_be_read(
    nano: Nano, requested: list[dict[str, Any]], tmp_path: Path
) -> None:
    assert nano("predict", "m", tmp_path / "none.png").status == 2
    assert not requested


SHARES = {"no": 0.25, "yes": 0.75}
ROW = {"size": 5.1, "color": "red", "day": None}
NOTE = "1 column is not used: 'more'."
FILLED = {"missing_columns": [], "unused_columns": ["more"]}


@pytest.fixture
def answers(home: Path, answering: Callable[..., None]) -> list[dict[str, Any]]:
    """What the trainer answers for a session that was trained on a table."""
    folder = create_session(str(home), "csv", "table")
    Path(folder.recording).touch()
    lines: list[dict[str, Any]] = [
        {"file": "new.csv", "notes": [NOTE], "filled": FILLED},
        {"file": "new.csv", "index": 0, "row": ROW, "outputs": [0.75], "class": "yes",
         "probabilities": SHARES},
        {"file": "new.csv", "index": 1, "row": ROW, "outputs": [0.25], "class": "no",
         "probabilities": {"no": 0.75, "yes": 0.25}},
        {"ok": True, "step": 7, "task": "binary", "output": "sigmoid"},
    ]  # fmt: skip

    def ask(model: object, what: str, request: dict[str, Any]) -> Any:
        lines[-1]["limit"] = request["limit"]
        yield from lines

    answering(MODEL, ask)
    return lines


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "new.csv"
    path.write_text("size,color\n5.1,red\n")
    return path


def test_rows_have_a_line_with_the_class_and_its_probability(
    nano: Nano, answers: list[dict[str, Any]], table: Path
) -> None:
    ran = nano("predict", "table", table)
    assert ran.out == (
        "new.csv[0]: 5.1, red, (missing) -> yes (0.7500)\n"
        "new.csv[1]: 5.1, red, (missing) -> no (0.7500)\n"
    )
    assert ran.err == f"nanotrain: new.csv: {NOTE}\n"
    assert answers[-1]["limit"] == 10


def test_csv_has_a_row_for_each_example(
    nano: Nano, answers: list[dict[str, Any]], table: Path, tmp_path: Path
) -> None:
    expected = "file,index,class,p(no),p(yes)\nnew.csv,0,yes,0.25,0.75\nnew.csv,1,no,0.75,0.25\n"
    assert nano("predict", "table", table, "--format", "csv").out == expected
    assert answers[-1]["limit"] == 0  # all rows
    out = tmp_path / "out.csv"
    ran = nano("predict", "table", table, "-o", out)
    assert (ran.status, ran.out, out.read_text()) == (0, "", expected)
    ran = nano("predict", "table", table, "-o", out, "--limit", "3")
    assert ran.status == 2 and "--force overwrites it" in ran.err
    assert nano("predict", "table", table, "-o", out, "--force", "--limit", "3").status == 0
    assert answers[-1]["limit"] == 3


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_file_that_is_read_is_not_overwritten(
    nano: Nano, answers: list[dict[str, Any]], table: Path, command: str
) -> None:
    before = table.read_text()
    ran = nano(
        command, "table", table, "-o", table, "--force", *["--json"] * (command != "predict")
    )
    assert ran.status == 2 and "new.csv: is the file to read; give another name" in ran.err
    assert table.read_text() == before


def test_values_have_the_names_of_their_targets(
    nano: Nano, answers: list[dict[str, Any]], table: Path
) -> None:
    answers[1:3] = [
        {"file": "new.csv", "index": 0, "row": [1, 2], "outputs": [0.5, 1.5],
         "values": {"price": 120.5, "index": 3.0}},
    ]  # fmt: skip
    ran = nano("predict", "table", table, "--format", "csv")
    assert ran.out == "file,index,price,prediction(index)\nnew.csv,0,120.5,3.0\n"
    assert nano("predict", "table", table).out == "new.csv[0]: 1, 2 -> price 120.5, index 3\n"


def test_json_has_the_notes(nano: Nano, answers: list[dict[str, Any]], table: Path) -> None:
    lines = [
        json.loads(line) for line in nano("predict", "table", table, "--json").out.splitlines()
    ]
    assert lines == answers
    whole = json.loads(nano("predict", "table", table, "--format", "json").out)
    assert whole["predictions"] == answers[1:3] and whole["files"] == answers[:1]
    assert whole["session"] == "table" and whole["step"] == 7
    answers[1:3] = []
    assert json.loads(nano("predict", "table", table, "--format", "json").out)["predictions"] == []


def test_nothing_is_written_if_a_file_cannot_be_read(
    nano: Nano, answers: list[dict[str, Any]], table: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    assert nano("predict", "table", table, tmp_path / "none.csv", "-o", out).status == 2
    answers.insert(2, {"file": "b.csv", "error": "b.csv is empty."})
    ran = nano("predict", "table", table, "-o", out)
    assert ran.status == 2 and "error: b.csv is empty." in ran.err
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["new.csv"]


def test_a_format_that_contradicts_itself_is_refused(
    nano: Nano, answers: list[dict[str, Any]], table: Path
) -> None:
    ran = nano("predict", "table", table, "--json", "--format", "csv")
    assert ran.status == 2 and "--json is the format jsonl" in ran.err
