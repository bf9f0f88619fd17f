"""Decoded pictures on disk: written once, continued after a kill, bounded, never half a file."""

import fcntl
import json
import os
import resource
import time
from pathlib import Path

import numpy as np
import pytest

from nanotrain_tui.trainer.data.dataset import silent
from nanotrain_tui.trainer.data.folder import cache_folder, picture_cache
from nanotrain_tui.trainer.data.folder.picture_cache import Place, keep_pictures, kept_pictures
from nanotrain_tui.trainer.data.folder.picture_rows import ready_pictures

ROW = 16 * 16
MB = 1 << 20


class Files:
    """Stands for the pool of decoders: picture n is full of n."""

    def __init__(self, count, damaged=(), ends_after=None):
        self.paths = [f"{number}.png" for number in range(count)]
        self.shape = (16, 16)
        self.decoded = []
        self._damaged, self._ends_after = damaged, ends_after

    def __len__(self):
        return len(self.paths)

    def fill(self, numbers, into):
        for place, number in enumerate(numbers):
            if self._ends_after is not None and len(self.decoded) >= self._ends_after:
                raise Killed
            self.decoded.append(int(number))
            into[place] = 0 if number in self._damaged else number % 251
            yield place, "is damaged." if number in self._damaged else ""

    def take(self, numbers):
        return np.stack([np.full(self.shape, number % 251, np.uint8) for number in numbers])


class Killed(BaseException):
    """Ends the writing where a kill would."""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(picture_cache, "_CHUNK", 10 * ROW)  # ten pictures between two writes
    return Place(str(tmp_path), "key", "/photos (45 pictures)", 64 * MB)


def names_in(place):
    return sorted(path.name for path in Path(place.folder).iterdir())


def check(kept, count, damaged=()):
    numbers = np.arange(count)[::-1]
    expected = [0 if number in damaged else number % 251 for number in numbers]
    assert kept.take(numbers)[:, 3, 3].tolist() == expected


def test_what_is_kept_is_found_again(place):
    files = Files(45, damaged=(7,))
    first = ready_pictures(place, files, silent)
    check(first, 45, (7,))
    assert first.damaged == {7: "is damaged."} and first.notes == []
    again = Files(45)
    second = ready_pictures(place, again, silent)
    assert again.decoded == [] and second.damaged == first.damaged
    check(second, 45, (7,))
    assert names_in(place) == ["key.json", "key.pictures"]


@pytest.mark.parametrize("after", [0, 5, 10, 25, 44])
def test_a_killed_caching_goes_on_where_it_was(place, after):
    with pytest.raises(Killed):
        keep_pictures(place, Files(45, damaged=(2,), ends_after=after), silent)
    assert kept_pictures(place, Files(45)) is None
    files = Files(45, damaged=(2,))
    pictures = ready_pictures(place, files, silent)
    check(pictures, 45, (2,))
    assert files.decoded == list(range(after // 10 * 10, 45))
    assert pictures.damaged == {2: "is damaged."}


@pytest.mark.parametrize(
    "harm",
    [
        lambda part, journal: part.write_bytes(part.read_bytes()[:-1]),
        lambda part, journal: part.write_bytes(part.read_bytes() + b"rest"),
        lambda part, journal: part.write_bytes(b"\1" + part.read_bytes()[1:]),
        lambda part, journal: part.unlink(),
        lambda part, journal: journal.unlink(),
        lambda part, journal: journal.write_bytes(journal.read_bytes()[:-9]),
        lambda part, journal: journal.write_bytes(b'{"rows": "x"}\n[]\n'),
    ],
)
def test_a_part_that_is_not_as_its_journal_says_is_decoded_anew(place, tmp_path, harm):
    with pytest.raises(Killed):
        keep_pictures(place, Files(45, ends_after=35), silent)
    harm(tmp_path / "key.part", tmp_path / "key.journal")
    check(ready_pictures(place, Files(45), silent), 45)


def test_a_whole_file_of_another_length_is_not_taken(place, tmp_path):
    ready_pictures(place, Files(45), silent)
    whole = tmp_path / "key.pictures"
    whole.write_bytes(whole.read_bytes()[:-1])
    files = Files(45)
    check(ready_pictures(place, files, silent), 45)
    assert len(files.decoded) == 45


def test_a_second_session_waits_for_the_first(place, tmp_path, monkeypatch):
    said = []
    with open(tmp_path / "key.part", "a+b") as other:  # noqa: PTH123
        fcntl.flock(other, fcntl.LOCK_EX)

        def first_is_done(_seconds):
            fcntl.flock(other, fcntl.LOCK_UN)

        monkeypatch.setattr(time, "sleep", first_is_done)
        keep_pictures(place, Files(5), lambda what, _fraction: said.append(what))
    assert said[0].startswith("waiting for another session")
    check(kept_pictures(place, Files(5))[0], 5)


def test_without_room_for_a_map_pictures_are_read_one_by_one(place, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (1 << 30, 1 << 30))
    check(ready_pictures(place, Files(45), silent), 45)


def test_pictures_that_do_not_fit_are_read_from_their_files(place):
    small = place._replace(limit=100)
    files = Files(45, damaged=(3,))
    found = ready_pictures(small, files, silent)
    assert "in each epoch, because they take 1 MB" in found.notes[0]
    assert found.damaged == {3: "is damaged."} and len(files.decoded) == 45
    check(found, 45)
    again = Files(45)
    assert ready_pictures(small, again, silent).damaged == found.damaged
    assert again.decoded == []  # they were checked before


def test_the_cache_can_be_off(place):
    found = ready_pictures(place._replace(limit=0), Files(5), silent)
    assert "because the cache is off" in found.notes[0]
    assert not os.path.exists(place.path(".pictures"))  # noqa: PTH110


def test_a_full_disk_is_noticed_before_the_first_byte(place, monkeypatch):
    monkeypatch.setattr(cache_folder, "_free", lambda _folder: 1000)
    found = ready_pictures(place, Files(45), silent)
    assert "has 0 MB left" in found.notes[0]
    check(found, 45)


def test_a_disk_that_fills_up_is_no_crash(place, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nanotrain_tui.trainer.data.folder.picture_rows.keep_pictures", full)
    found = ready_pictures(place, Files(45), silent)
    assert "cannot be written: No space left on device" in found.notes[0]


def fill(folder, key, megabytes, used):
    path = folder / f"{key}.pictures"
    path.write_bytes(b"")
    os.truncate(path, megabytes * MB)
    os.utime(path, (used, used))
    (folder / f"{key}.json").write_text(json.dumps({"source": key, "pictures": 3, "shape": [2]}))
    return path


def test_the_least_recently_used_goes_first(place, tmp_path):
    old, new = fill(tmp_path, "old", 30, 1000), fill(tmp_path, "new", 30, 2000)
    assert cache_folder.why_no_room(place.folder, "key", 20 * MB, 64 * MB) == ""
    assert not old.exists() and new.exists()


def test_what_is_in_use_is_never_removed(place, tmp_path):
    old, new = fill(tmp_path, "old", 30, 1000), fill(tmp_path, "new", 30, 2000)
    with old.open("rb") as used:
        fcntl.flock(used, fcntl.LOCK_SH)
        assert cache_folder.why_no_room(place.folder, "key", 20 * MB, 64 * MB) == ""
        assert old.exists() and not new.exists()
        assert [entry.in_use for entry in cache_folder.entries(place.folder)] == [True]
        assert cache_folder.clear(place.folder) == []
    assert [entry.key for entry in cache_folder.clear(place.folder)] == ["old"]
    assert names_in(place) == []


@pytest.mark.parametrize("first", [True, False])
def test_the_pictures_of_a_session_are_in_use_while_it_has_them(place, first):
    pictures = ready_pictures(place, Files(45), silent)
    if not first:
        pictures = ready_pictures(place, Files(45), silent)
    assert cache_folder.clear(place.folder) == []
    check(pictures, 45)
    del pictures
    assert [entry.key for entry in cache_folder.clear(place.folder)] == ["key"]


def test_pictures_are_on_the_disk_before_they_are_whole(place, disk_order):
    keep_pictures(place, Files(45), silent)
    about = [f"sync key.json.{os.getpid()}", "name key.json"]
    assert disk_order == [*about, "sync key.part", *about, "name key.pictures"]
