"""No command prints control characters from a hostile recording on the terminal."""

import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cli_runs import Nano
from hostile import FORBIDDEN, TEXT, hostile_session, steering_in
from recorded import Recording
from terminal_bytes import bytes_of

from nanotrain_tui.export import BinaryFormat, FolderFormat, TextFormat, format_names, get_format
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.recording.portable import import_file

READING = (
    ["sessions"], ["sessions", "--json"], ["show", "mnist-1"], ["show", "mnist-1", "--json"],
    ["checkpoints", "mnist-1"], ["checkpoints", "mnist-1", "--json"], ["verify", "mnist-1"],
    ["compare", "mnist-1", "mnist-2"], ["compare", "mnist-1", "mnist-2", "--json"],
    ["verify", "mnist-1", "--json"], ["send", "mnist-1", "pause"], ["resume", "mnist-1"],
    ["fork", "mnist-1"], ["restart", "mnist-1", "--dry-run"], ["predict", "mnist-1", "nowhere.png"],
)  # fmt: skip


@pytest.fixture(scope="session")
def hostile_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that ``hostile`` copies."""
    home = tmp_path_factory.mktemp("hostile")
    hostile_session(home)
    hostile_session(home)
    return home


@pytest.fixture
def hostile(hostile_once: Path, home: Path) -> Path:
    shutil.copytree(hostile_once, home)
    return home


def test_no_command_prints_control_characters(
    hostile: Path, nano: Nano, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for arguments in READING:
        ran = nano(*arguments)
        assert steering_in(ran.out) == [] and steering_in(ran.err) == [], arguments
        assert "Traceback" not in ran.err, arguments


def test_no_text_format_writes_control_characters(
    hostile: Path, nano: Nano, tmp_path: Path
) -> None:
    for name in format_names():
        chosen = get_format(name)
        if isinstance(chosen, TextFormat):
            if name == "cast":
                continue  # it has control characters of its own: see below
            tables = ("steps", "evaluations", "samples", "events") if name == "csv" else ("",)
            for table in tables:
                table_option = ["--table", table] if table else []
                ran = nano("export", "mnist-1", "--format", name, *table_option)
                assert "Traceback" not in ran.err, (name, table)
                own = "\r" if name == "csv" else ""  # the ends of its lines
                printed = ran.out.replace("\r\n", "\n") if own else ran.out
                assert steering_in(printed) == [], (name, table)
                assert "<script>S" not in ran.out or name not in ("html", "svg"), name
        elif isinstance(chosen, (BinaryFormat, FolderFormat)) and name != "tensorboard":
            ran = nano("export", "mnist-1", "--format", name, "-o", str(tmp_path / name))
            assert "Traceback" not in ran.err and steering_in(ran.err) == [], name


def test_a_cast_contains_no_escape_sequence_of_the_recording(
    hostile: Path, nano: Nano, tmp_path: Path
) -> None:
    ran = nano("export", "mnist-1", "--format", "cast", "-o", str(tmp_path / "cast"))
    assert "Traceback" not in ran.err and steering_in(ran.err) == []
    text = (tmp_path / "cast").read_text()
    assert steering_in(text) == []
    lines = text.splitlines()
    played = "".join(json.loads(line)[2] for line in lines[1:] if line)
    assert played and not [char for char in FORBIDDEN if char in played]
    assert "\x1b]" not in played and "\x1bc" not in played


@pytest.mark.slow
def test_the_dashboard_draws_no_control_characters(hostile: Path) -> None:
    command = [sys.executable, "-m", "nanotrain_tui", "replay", "mnist-1", "--speed", "max"]
    seen = bytes_of(command, until="]0;T", env=os.environ)  # the harmless part is shown
    text = seen.decode("utf-8", "replace").replace("\x1b]22;default\x07", "")  # Textual's own
    assert "[bold]M" in text
    assert not [char for char in FORBIDDEN.replace("\r", "") if char in text]
    assert "\x1b]" not in text and "\x1bc" not in text


def test_an_import_of_it_is_refused(hostile: Path, tmp_path: Path) -> None:
    recording = hostile / "sessions" / "mnist-1" / "recording.nanotrain"
    with pytest.raises(SessionError) as caught:
        import_file(str(recording), str(tmp_path / "there"))
    assert "refused" in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ("UPDATE events SET body = json_set(body, '$.who', char(27) || 'c') "
         "WHERE kind = 'configured'", "events"),
        ("UPDATE events SET body = json_set(body, '$.later', char(155)) WHERE kind = 'started'",
         "events"),
        ("UPDATE samples SET body = json_set(body, '$.source', char(8238))", "samples"),
        ("UPDATE segments SET environment = json_set(environment, '$.hostname', char(13))",
         "segments"),
        ("INSERT INTO meta VALUES ('note' || char(7), 'x')", "meta"),
    ],
)  # fmt: skip
def test_one_control_character_is_refused(home: Path, tmp_path: Path, sql: str, row: str) -> None:
    recording = Recording(home).started(100)
    recording.recorder.sample(0.0, 0, {"source": "psutil"})
    folder = recording.steps(100).finished()
    import_file(folder.recording, str(tmp_path / "fine"))
    with closing(sqlite3.connect(folder.recording)) as db, db:
        db.execute(sql)
    with pytest.raises(SessionError, match=row):
        import_file(folder.recording, str(tmp_path / "there"))


def test_line_ends_and_tabs_of_a_log_are_accepted(home: Path, tmp_path: Path) -> None:
    recording = Recording(home).started(100)
    recording.event("crashed", reason="a\tb\nc", exit_status=1, log_tail=["x\ty", "z\nz"])
    import_file(recording.close().recording, str(tmp_path / "fine"))


def test_presets_are_shown_without_control_characters(home: Path, nano: Nano) -> None:
    presets = home / "config" / "presets"
    presets.mkdir(parents=True)
    quoted = json.dumps(TEXT.replace("\ud800", "").replace("\x7f", ""))
    (presets / "evil.toml").write_text(f"summary = {quoted}\n")
    (presets / "bro\x1bken.toml").write_text(f"summary = 3\n{quoted} = 4\n")
    for arguments in (["presets"], ["train", "--preset", "bro\x1bken"]):
        ran = nano(*arguments)
        assert steering_in(ran.out) == [] and steering_in(ran.err) == []
