"""import and verify: sessions from files, and checks for damage."""

import hashlib
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from cli_runs import Nano
from recorded import Recording, tutorial_run

from nanotrain_tui.session.folder import SessionFolder


def checkpoint(
    recording: Recording, step: int, accuracy: float, content: bytes = b"weights"
) -> None:
    file = Path(recording.folder.checkpoints, f"step-{step:09}.npz")
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    recording.event(
        "checkpoint", file=file.name, sha256=hashlib.sha256(content).hexdigest(),
        tested={"step": step, "metrics": {"accuracy": accuracy}},
        score={"metric": "accuracy", "value": accuracy},
    )  # fmt: skip


@pytest.fixture
def trained(home: Path) -> SessionFolder:
    recording = Recording(home).started().steps(50)
    checkpoint(recording, 50, 0.9)
    recording.steps(50)
    checkpoint(recording, 100, 0.5)
    return recording.finished()


def test_an_imported_bundle_has_the_best_checkpoint_and_no_damage(
    nano: Nano, trained: SessionFolder, tmp_path: Path
) -> None:
    file = tmp_path / "bundle.tar.gz"
    assert nano("export", trained.name, "--format", "bundle", "-o", file).status == 0
    assert nano("import", file).out == "mnist-1-2\n"
    assert nano("import", file, "--name", "calm").out == "calm\n"
    report = json.loads(nano("verify", "calm", "--json").out)
    assert report["ok"] and report["facts"]["checkpoints"] == 1
    assert report["facts"]["updates"] == 100
    Path(trained.path).with_name("calm").joinpath("checkpoints/step-000000050.npz").write_bytes(b"")
    assert nano("verify", "calm").status == 1


def test_a_checkpoint_that_unpacks_to_more_than_its_size_is_refused(
    nano: Nano, home: Path, tmp_path: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weight_0.npy", bytes(1 << 20))
    recording = Recording(home).started().steps(50)
    checkpoint(recording, 50, 0.9, packed.getvalue())
    folder = recording.finished()
    file = tmp_path / "bundle.tar.gz"
    assert nano("export", folder.name, "--format", "bundle", "-o", file).status == 0
    ran = nano("import", file)
    assert ran.status == 1 and "step-000000050.npz is compressed (1,048,576 bytes in" in ran.err
    assert len(list(Path(folder.path).parent.iterdir())) == 1


def test_a_name_that_is_taken_is_refused(
    nano: Nano, trained: SessionFolder, tmp_path: Path
) -> None:
    file = tmp_path / "one.nanotrain"
    assert nano("export", trained.name, "--format", "session", "-o", file).status == 0
    ran = nano("import", file, "--name", trained.name)
    assert ran.status == 1 and "mnist-1" in ran.err


def test_verify_names_the_damage(nano: Nano, trained: SessionFolder) -> None:
    assert nano("verify", trained.name).status == 0
    Path(trained.checkpoints, "step-000000100.npz").unlink()
    ran = nano("verify", trained.name)
    assert ran.status == 1 and "step-000000100.npz is missing" in ran.out
    with closing(sqlite3.connect(trained.recording)) as db, db:
        db.execute("UPDATE events SET t = 1e9 WHERE kind = 'started'")
    ran = nano("verify", trained.name)
    assert ran.status == 1 and "its time runs back" in ran.out


def test_missing_files_and_sessions_are_refused(nano: Nano, home: Path, tmp_path: Path) -> None:
    tutorial_run(home)
    assert nano("verify", "nothing").status == 2
    ran = nano("import", tmp_path / "gone")
    assert ran.status == 1 and "No such file" in ran.err
    (tmp_path / "text").write_text("hello")
    assert nano("verify", tmp_path / "text").status == 1
    ran = nano("import", tmp_path / "text")
    assert ran.status == 1 and "neither a recording nor a bundle" in ran.err
