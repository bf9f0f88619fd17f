"""data: the data sets that are listed, the download of MNIST, and the kept pictures."""

import fcntl
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_runs import Nano, is_paragraph

from nanotrain_tui.trainer.data import DataError
from nanotrain_tui.trainer.data.folder import cache_folder
from nanotrain_tui.trainer.data.sources import mnist


def test_data_lists_what_is_found_and_how_to_get_mnist(nano: Nano, home: Path) -> None:
    ran = nano("data")
    assert ran.status == 0
    assert "digits" in ran.out and "nanotrain data download mnist" in ran.out
    assert [place["ok"] for place in json.loads(nano("data", "--json").out)] == [False, False]
    assert not home.exists()


def test_data_finds_mnist(nano: Nano, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANOTRAIN_DATA", str(shared / "data" / "mnist"))
    assert "60,000 and 10,000 images" in nano("data").out


def test_data_lists_the_folder_of_the_settings_first(nano: Nano, home: Path) -> None:
    settings = home / "config" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[data]\ndir = "/no/mnist/here"\n')
    places = json.loads(nano("data", "--json").out)
    assert places[0]["folder"] == "/no/mnist/here" and len(places) == 3


def test_a_download_is_written_to_the_data_folder(
    nano: Nano, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = []

    def download(place: str, progress: Callable[[str, float], None]) -> None:
        progress("downloading MNIST", 0.5)
        folders.append(place)

    monkeypatch.setattr(mnist, "SOURCE", mnist.SOURCE._replace(download=download))
    ran = nano("data", "download", "mnist")
    assert ran.status == 0 and folders == [str(home / "data")]


def test_a_download_that_fails_is_one_paragraph(
    nano: Nano, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(place: str, progress: object) -> None:
        raise DataError("data.dir", "no mirror answers.")

    monkeypatch.setattr(mnist, "SOURCE", mnist.SOURCE._replace(download=download))
    ran = nano("data", "download", "mnist")
    assert ran.status == 1 and is_paragraph(ran.err) and "no mirror answers" in ran.err
    assert nano("data", "download", "cifar").status == 2


@pytest.fixture
def kept(home: Path) -> Path:
    """The folder with the pictures of a data set, and the half of another one."""
    folder = Path(cache_folder.folder_in(str(home / "cache")))
    folder.mkdir(parents=True)
    for key, ending in (("a", cache_folder.WHOLE), ("b", cache_folder.PART)):
        about = {"source": f"/photos/{key} (4 pictures)", "pictures": 4, "shape": [8, 8, 3]}
        cache_folder.write_about(str(folder), key, about)
        (folder / (key + ending)).write_bytes(b"\0" * 768)
    return folder


def test_what_is_kept_is_listed(nano: Nano, kept: Path) -> None:
    ran = nano("data", "cache")
    assert ran.status == 0
    ready = next(line for line in ran.out.splitlines() if "/photos/a" in line)
    assert "8x8x3" in ready and "ready" in ready
    assert any("unfinished" in line and "/photos/b" in line for line in ran.out.splitlines())
    found = json.loads(nano("data", "cache", "--json").out)
    assert found["folder"] == str(kept) and found["removed"] == []
    whole = next(one for one in found["kept"] if one["key"] == "a")
    assert whole["bytes"] == 768 and whole["is_whole"] and not whole["in_use"]


def test_clear_removes_all_but_what_is_in_use(nano: Nano, kept: Path) -> None:
    with (kept / "a.pictures").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        ran = nano("data", "cache", "--clear")
        assert ran.status == 0 and "of 1 data set are removed" in ran.out
        assert "in use" in ran.out and "/photos/b" not in ran.out
    found = json.loads(nano("data", "cache", "--clear", "--json").out)
    assert [one["key"] for one in found["removed"]] == ["a"] and found["kept"] == []
    assert list(kept.iterdir()) == []


def test_nothing_is_kept(nano: Nano, home: Path) -> None:
    ran = nano("data", "cache", "--clear")
    assert ran.status == 0 and "Nothing is removed." in ran.out
    assert "No decoded pictures are in" in ran.out and not home.exists()
