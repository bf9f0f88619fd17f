"""Damaged and foreign files are refused; intact sessions are imported."""

import contextlib
import hashlib
import io
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from recorded import Recording, tutorial_run
from session_recordings import resumed

from nanotrain_tui.export import BinaryFormat, Options, get_format
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder, list_sessions
from nanotrain_tui.session.labels import Labels, read_labels, write_labels
from nanotrain_tui.session.recording.portable import import_file
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.rows import LATEST_S, is_time
from nanotrain_tui.session.recording.verify import verify_file
from nanotrain_tui.session.summary import summarise


def exported(folder: SessionFolder, name: str, to: Path) -> Path:
    chosen = get_format(name)
    assert isinstance(chosen, BinaryFormat)
    with SessionReader(folder) as reader, to.open("wb") as out:
        chosen.write(reader, out, Options())
    return to


def test_a_whole_recording_is_whole(tmp_path: Path) -> None:
    for folder, updates in ((tutorial_run(tmp_path), 1000), (resumed(tmp_path), 150)):
        report = verify_file(folder.recording)
        assert report.problems == []
        assert report.facts["updates"] == updates


def test_the_facts_are_the_numbers_of_rows_and_the_progress_ends_with_all(tmp_path: Path) -> None:
    folder = resumed(tmp_path)
    shares: list[float] = []
    facts = verify_file(folder.recording, shares.append).facts
    with closing(sqlite3.connect(folder.recording)) as database:
        tables = ("segments", "events", "samples", "steps")
        rows = {name: database.execute(f"SELECT count(*) FROM {name}") for name in tables}
        counts = {name: cursor.fetchone()[0] for name, cursor in rows.items()}
    size = Path(folder.recording).stat().st_size
    assert facts == {**counts, "schema": 1, "updates": 150, "bytes": size}
    assert shares == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


@pytest.mark.parametrize("content", [b"", b"text that is long enough to be a header"])
def test_of_a_file_that_is_no_recording_only_the_size_is_known(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "file").write_bytes(content)
    report = verify_file(str(tmp_path / "file"))
    assert report.facts == {"bytes": len(content)} and "no SQLite file" in report.problems[0]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE steps SET count = count + 1 WHERE seq = (SELECT MIN(seq) FROM steps)", "bytes"),
        ("DELETE FROM steps WHERE seq = (SELECT MIN(seq) FROM steps)", "is due"),
        ("UPDATE steps SET t1 = t0 - 1", "run back"),
        ("UPDATE steps SET data = 7", "bytes"),
        ("UPDATE events SET body = '[1]' WHERE kind = 'started'", "no JSON object"),
        ("UPDATE events SET step = 'x'", "time or step"),
        ("UPDATE events SET body = '{\"steps\": [1]}' WHERE kind = 'started'", "its steps"),
        ("UPDATE events SET body = '{\"config\": {\"model\": {\"hidden\": 7}}}' "
         "WHERE kind = 'configured'", "its config"),
        ("UPDATE events SET body = '{\"changes\": {\"train.steps\": 1}}', kind = 'edited' "
         "WHERE kind = 'evaluated'", "its changes"),
        ("UPDATE events SET body = '{\"file\": \"a\\u0000\"}', kind = 'checkpoint' "
         "WHERE kind = 'evaluated'", "its file"),
        ("UPDATE steps SET metric = char(27) || '[2J'", "no name"),
        ("UPDATE events SET body = '{\"who\": \"\\ud800\"}' WHERE kind = 'started'",
         "no JSON object"),
        ("UPDATE samples SET body = '{\"a\": ' || replace(hex(zeroblob(99)), '00', '[') || "
         "replace(hex(zeroblob(99)), '00', ']') || '}'", "no JSON object"),
        ("UPDATE events SET t = t + 9 WHERE kind = 'started'", "runs back"),
        ("UPDATE segments SET wall = 'noon'", "no time of day"),
        ("UPDATE meta SET value = char(27) || '[31m' WHERE key = 'created'", "no time of day"),
        ("UPDATE meta SET value = '²' WHERE key = 'schema'", "no schema"),
        ("UPDATE samples SET segment = 99", "segment 99"),
        ("UPDATE segments SET seq = (SELECT MIN(seq) FROM events) WHERE seq = 1", "used twice"),
        ("DELETE FROM meta WHERE key = 'config'", "config"),
        ("UPDATE meta SET value = '99' WHERE key = 'schema'", "newer"),
        ("DROP TABLE samples", "is missing"),
        ("ALTER TABLE samples ADD COLUMN more TEXT", "another than ours"),
        ("CREATE TRIGGER t AFTER INSERT ON events BEGIN SELECT 1; END", "trigger 't'"),
        ("CREATE TRIGGER sqlitexevil AFTER UPDATE ON meta BEGIN SELECT 1; END", "sqlitexevil"),
        ("DROP TABLE meta; CREATE VIRTUAL TABLE meta USING fts4(key, value)", "another than ours"),
        ("DROP TABLE samples; CREATE TABLE samples (seq INTEGER PRIMARY KEY, segment INTEGER, "
         "t REAL, step INTEGER, body TEXT CHECK (body > 0))", "another than ours"),
        ("CREATE VIEW extra AS SELECT 1", "view 'extra'"),
        ("DROP VIEW current_steps; CREATE VIEW current_steps AS SELECT 1", "another than ours"),
    ],
)  # fmt: skip
def test_each_damage_is_named(tmp_path: Path, sql: str, said: str) -> None:
    folder = resumed(tmp_path)
    with closing(sqlite3.connect(folder.recording)) as db:
        db.executescript(sql)
    problems = verify_file(folder.recording).problems
    assert problems and any(said in problem for problem in problems), problems
    with pytest.raises(SessionError):
        import_file(folder.recording, str(tmp_path / "other"))
    assert list_sessions(str(tmp_path / "other")) == []


def test_of_a_badly_damaged_recording_fifty_problems_are_named(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    for _ in range(60):
        recording.event("note", message="x")
    folder = recording.finished()
    with closing(sqlite3.connect(folder.recording)) as db:
        db.executescript("UPDATE events SET body = '[1]' WHERE kind = 'note'")
    problems = verify_file(folder.recording).problems
    assert len(problems) == 51 and problems[50] == "... and perhaps more"


SHARES = st.floats(0, 1, exclude_max=True)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(turned=[(0.09375, 128)], cut=None)
@given(
    turned=st.lists(st.tuples(SHARES, st.integers(0, 255)), max_size=6),
    cut=st.none() | SHARES,
)
def test_bytes_that_are_turned_or_cut_never_break_the_check(
    sound: bytes,
    tmp_path_factory: pytest.TempPathFactory,
    turned: list[tuple[float, int]],
    cut: float | None,
) -> None:
    damaged = bytearray(sound)
    for place, value in turned:
        damaged[int(place * len(damaged))] = value
    if cut is not None:
        del damaged[int(cut * len(damaged)) :]
    path = tmp_path_factory.mktemp("damaged") / "recording.nanotrain"
    path.write_bytes(damaged)
    verify_file(str(path))
    with contextlib.suppress(SessionError), SessionReader(SessionFolder(str(path.parent))) as one:
        one.meta(), one.events(), one.metric_series("loss"), one.samples(), one.places()
    try:
        import_file(str(path), str(path.parent))
    except SessionError:
        assert list(path.parent.glob("sessions/.*")) == []


@pytest.mark.parametrize("name", ["session", "bundle"])
def test_a_session_comes_back_from_its_file(tmp_path: Path, name: str) -> None:
    folder = resumed(tmp_path / "here")
    write_labels(folder, Labels(("keep",), "the good one"))
    file = exported(folder, name, tmp_path / "file")
    again = import_file(str(file), str(tmp_path / "there"))
    assert again.name == folder.name and read_labels(again) == Labels(("keep",), "the good one")
    one, other = summarise(folder), summarise(again)
    assert one == other
    with SessionReader(folder) as mine, SessionReader(again) as theirs:
        assert mine.metric_series("loss") == theirs.metric_series("loss")
        assert mine.events() == theirs.events()


def test_a_name_that_is_taken_gets_a_number_unless_it_was_asked_for(tmp_path: Path) -> None:
    folder = tutorial_run(tmp_path)
    file = str(exported(folder, "session", tmp_path / "file"))
    assert import_file(file, str(tmp_path)).name == "mnist-1-2"
    assert import_file(file, str(tmp_path), "mine").name == "mine"
    with pytest.raises(SessionError, match="already"):
        import_file(file, str(tmp_path), "mine")
    with pytest.raises(SessionError, match="cannot be the name of a session"):
        import_file(file, str(tmp_path), "../mine")


def test_a_running_session_is_interrupted_where_it_arrives(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "here").started().steps(50)
    file = exported(recording.folder, "session", tmp_path / "file")
    assert summarise(import_file(str(file), str(tmp_path / "there"))).state == "interrupted"
    recording.close()


def test_a_bundle_has_the_checkpoint_and_is_the_same_each_time(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "here").started().steps(50)
    weights = Path(recording.folder.checkpoints, "step-000000050.npz")
    weights.parent.mkdir()
    weights.write_bytes(b"weights")
    sha256 = hashlib.sha256(b"weights").hexdigest()
    recording.event("checkpoint", file=weights.name, sha256=sha256, bytes=7, best=True)
    folder = recording.finished()
    one = exported(folder, "bundle", tmp_path / "one").read_bytes()
    assert one == exported(folder, "bundle", tmp_path / "two").read_bytes()
    again = import_file(str(tmp_path / "one"), str(tmp_path / "there"))
    assert Path(again.checkpoints).stat().st_mode & 0o777 == 0o700
    assert Path(again.checkpoints, weights.name).read_bytes() == b"weights"
    with tarfile.open(tmp_path / "one") as bundle:
        manifest = json.load(bundle.extractfile("manifest.json"))  # type: ignore[arg-type]
        assert {member.mode for member in bundle} == {0o600}
        names = set(bundle.getnames()) - {"manifest.json"}
    assert set(manifest["files"]) == names >= {"session.nanotrain", "config.toml"}


def bundle_with(path: Path, members: list[tarfile.TarInfo], sound: bytes) -> Path:
    with tarfile.open(path, "w:gz") as bundle:
        about = tarfile.TarInfo("session.nanotrain")
        about.size = len(sound)
        bundle.addfile(about, io.BytesIO(sound))
        for member in members:
            bundle.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def hostile(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    member.size = 1 if kind == tarfile.REGTYPE else 0
    return member


@pytest.mark.parametrize(
    "member",
    [
        hostile("../escaped"), hostile("/tmp/escaped"), hostile("checkpoints/../../escaped"),
        hostile("checkpoints/link", tarfile.SYMTYPE, "/etc/passwd"), hostile("other.py"),
        hostile("checkpoints/hard", tarfile.LNKTYPE, "session.nanotrain"),
        hostile("checkpoints/device", tarfile.CHRTYPE), hostile("session.nanotrain"),
    ],
    ids=lambda member: f"{member.name}-{member.type.decode()}",
)  # fmt: skip
def test_a_hostile_bundle_is_refused_and_leaves_nothing(
    tmp_path: Path, sound: bytes, member: tarfile.TarInfo
) -> None:
    file = bundle_with(tmp_path / "file", [member], sound)
    with pytest.raises(SessionError):
        import_file(str(file), str(tmp_path / "home"))
    assert list((tmp_path / "home" / "sessions").iterdir()) == []
    assert not (tmp_path / "escaped").exists() and not (tmp_path / "home" / "escaped").exists()


def test_other_files_are_refused_with_a_reason(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as db:
        db.executescript("CREATE TABLE songs (name TEXT)")
    text = tmp_path / "text"
    text.write_text("hello")
    for path, said in ((foreign, "songs"), (text, "neither"), (tmp_path / "gone", "No such file")):
        with pytest.raises(SessionError, match=said):
            import_file(str(path), str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("t", "is_one"),
    [(0, True), (0.5, True), (LATEST_S - 1, True), (LATEST_S, False), (-0.1, False), (True, False),
     (float("nan"), False), (float("inf"), False), ("1", False), (None, False)],
)  # fmt: skip
def test_what_can_be_a_session_time(t: object, is_one: bool) -> None:
    assert is_time(t) is is_one
