"""``nanotrain predict``: the output, and files that cannot be read."""

import base64
import json
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
def requested(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
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

    monkeypatch.setattr("nanotrain_tui.launch.model.find_model", lambda *_: MODEL)
    monkeypatch.setattr("nanotrain_tui.launch.model.ask", ask)
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
    monkeypatch.setattr("nanotrain_tui.cli.commands.predict.MAX_BYTES", 4)
    (tmp_path / "large.png").write_bytes(b"12345")
    (tmp_path / "a.png").write_bytes(b"1234")
    bad = (tmp_path, tmp_path / "large.png", tmp_path / "none.png")
    ran = nano("predict", "m", *bad, tmp_path / "a.png")
    assert ran.status == 2
    assert ran.err.splitlines() == [
        f"nanotrain: error: {tmp_path} is a folder; give the files in it.",
        f"nanotrain: error: {tmp_path}/large.png is larger than 0 MB; split it.",
        f"nanotrain: error: {tmp_path}/none.png does not exist; check the path.",
    ]
    assert ran.out.startswith(f"{tmp_path}/a.png[0]: 1")


def test_the_trainer_is_not_started_if_no_file_can_be_read(
    nano: Nano, requested: list[dict[str, Any]], tmp_path: Path
) -> None:
    assert nano("predict", "m", tmp_path / "none.png").status == 2
    assert not requested
