"""A folder that a killed start left behind does not block its name for ever."""

import os
from pathlib import Path

import pytest
from recorded import held, tutorial_run

from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import (
    SessionFolder,
    create_session,
    find_leftover,
    list_leftovers,
    list_sessions,
)
from nanotrain_tui.session.manage import delete_session, rename_session
from nanotrain_tui.session.recording.portable import import_file

FILES = ("lock", "trainer.log", "recording.nanotrain.new", "recording.nanotrain.new-journal")


@pytest.fixture
def left(tmp_path):
    """As a host leaves it that is killed before it has a recording, an hour ago."""
    folder = create_session(str(tmp_path), "mnist", "mine")
    Path(folder.checkpoints).mkdir()
    for name in FILES:
        Path(folder.path, name).touch()
    age(folder)
    return folder


def age(folder):
    for path in (*Path(folder.path).iterdir(), Path(folder.path)):
        an_hour_ago = path.lstat().st_mtime - 3600
        os.utime(path, (an_hour_ago, an_hour_ago), follow_symlinks=False)


def test_a_leftover_is_not_listed_but_can_be_deleted(left, tmp_path):
    home = str(tmp_path)
    assert list_sessions(home) == []
    assert list_leftovers(home) == [left] == [find_leftover(home, "mine")]
    assert find_leftover(home, "min") is None
    delete_session(left)
    assert list(Path(home, "sessions").iterdir()) == []


def test_a_folder_of_which_nothing_can_be_known_is_left_alone(left, tmp_path, monkeypatch):
    look = os.scandir

    def refuse(path):
        if path == left.path:
            raise PermissionError(13, "Permission denied")
        return look(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert list_leftovers(str(tmp_path)) == []
    with pytest.raises(SessionError, match="has just begun"):
        create_session(str(tmp_path), "mnist", "mine")


def test_a_link_is_as_old_as_itself_not_as_what_it_leads_to(left, tmp_path):
    new = tmp_path / "new"
    new.touch()
    for target in (new, tmp_path / "gone"):
        Path(left.path, target.name).symlink_to(target)
    age(left)
    assert list_leftovers(str(tmp_path)) == [left]


def test_a_new_session_takes_its_place(left, tmp_path):
    assert create_session(str(tmp_path), "mnist", "mine") == left
    assert list(Path(left.path).iterdir()) == []


def test_a_renamed_and_an_imported_session_take_its_place(left, tmp_path):
    renamed = rename_session(tutorial_run(tmp_path), "mine")
    assert renamed == left
    other = str(tmp_path / "other")
    age(create_session(other, "mnist", "mine"))
    assert import_file(renamed.recording, other).name == "mine-2"
    assert import_file(renamed.recording, other, "mine").name == "mine"


@pytest.mark.parametrize("file", ["notes.txt", "checkpoints/step-10.npz"])
def test_a_folder_that_may_be_needed_is_not_removed(left, tmp_path, file):
    Path(left.path, file).touch()
    age(left)
    with pytest.raises(SessionError, match=r"has no recording.*sessions delete mine"):
        create_session(str(tmp_path), "mnist", "mine")
    assert Path(left.path, file).exists()


def test_a_start_that_has_just_begun_is_left_alone(tmp_path):
    folder = create_session(str(tmp_path), "mnist", "mine")
    assert list_leftovers(str(tmp_path)) == []
    with pytest.raises(SessionError, match="has just begun"):
        create_session(str(tmp_path), "mnist", "mine")
    age(folder)
    with held(folder):
        assert find_leftover(str(tmp_path), "mine") is None
        with pytest.raises(SessionError, match="already"):
            create_session(str(tmp_path), "mnist", "mine")


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "mine").touch()
    assert find_leftover(str(tmp_path), "mine") is None
    with pytest.raises(SessionError, match="mine exists already"):
        create_session(str(tmp_path), "mnist", "mine")


def test_a_session_whose_recording_cannot_be_reached_is_none(tmp_path):
    folder = SessionFolder(str(tmp_path / "sessions" / "mine"))
    Path(folder.path).mkdir(parents=True)
    Path(folder.recording).symlink_to(tmp_path / "unplugged")
    age(folder)
    assert find_leftover(str(tmp_path), "mine") is None
