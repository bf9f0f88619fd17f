"""data: the data sets that are listed, and the download of MNIST."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_runs import Nano, is_paragraph

from nanotrain_tui.trainer.data import DataError
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
