"""doctor and data: what they find, and what they say to do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Nano, Ran, is_paragraph

from nanotrain_tui.catalog import check
from nanotrain_tui.cli.checks import machine as checks
from nanotrain_tui.launch.plan import PYTHONS
from nanotrain_tui.telemetry.board import BoardInfo, SwapArea
from nanotrain_tui.telemetry.clocks import ClockRange
from nanotrain_tui.trainer.data import DataError
from nanotrain_tui.trainer.data.sources import mnist
from nanotrain_tui.trainer_python.cache import Remembered


@pytest.fixture
def python(tmp_path: Path) -> Callable[[str], Path]:
    """A program that answers like a Python: has it TensorFlow, and what does that say."""

    def make(answer: str) -> Path:
        path = tmp_path / "python"
        path.write_text(
            "#!/bin/sh\n"
            'case "$2" in\n'
            f"*list_physical_devices*) {answer};;\n"
            """*) echo '{"version": [3, 8], "tensorflow": true}';;\n"""
            "esac\n"
        )
        path.chmod(0o755)
        return path

    return make


ANSWER = '{"tensorflow": "2.13.1", "numpy": "1.24.3", "python": "3.8.10", "gpus": %d}'


def by_name(ran: Ran) -> dict[str, dict[str, Any]]:
    return {found["name"]: found for found in json.loads(ran.out)["checks"]}


def test_doctor_as_text(nano: Nano, python: Callable[[str], Path], home: Path) -> None:
    path = python(f"echo '{ANSWER % 0}'")
    ran = nano("doctor", "--python", path)
    assert ran.status == 0
    assert "2.13.1 with NumPy 1.24.3, Python 3.8.10" in ran.out
    assert str(home) in ran.out
    assert not home.exists()


def test_doctor_as_json(nano: Nano, python: Callable[[str], Path], home: Path) -> None:
    ran = nano("doctor", "--json", "--python", python(f"echo noise; echo '{ANSWER % 1}'"))
    answer = json.loads(ran.out)
    assert set(answer) == {"checks", "pythons", "folders"}
    assert answer["folders"]["sessions"] == str(home / "sessions")
    found = by_name(ran)
    assert {"tensorflow", "gpu", "tegrastats", "memory", "swap", "home", "terminal"} <= set(found)
    assert all(set(check) == {"name", "status", "found", "advice"} for check in found.values())
    assert "1 GPU" in found["tensorflow"]["found"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("echo 'ImportError: libcudart.so' >&2; exit 1", "libcudart"),
        ("kill -ILL $$", "OPENBLAS_CORETYPE"),
        ("exit 3", "status 3"),
        ("kill -SEGV $$", "another JetPack"),
        ("echo 'Illegal instruction' >&2; exit 132", "OPENBLAS_CORETYPE"),
        (f"echo '{ANSWER % 0}' | sed s/2.13.1/2.4.4/", "needs 2.5 or newer"),
    ],
)
def test_a_tensorflow_that_does_not_load_is_a_problem(
    nano: Nano, python: Callable[[str], Path], answer: str, said: str
) -> None:
    ran = nano("doctor", "--json", "--python", python(answer))
    found = by_name(ran)["tensorflow"]
    assert ran.status == 1 and found["status"] == "problem"
    assert said in found["found"] + found["advice"]


def test_a_python_that_is_not_there_is_a_problem(nano: Nano) -> None:
    ran = nano("doctor", "--json", "--python", "/no/such/python")
    assert ran.status == 1
    assert "/no/such/python" in by_name(ran)["tensorflow"]["found"]


def test_all_pythons_are_listed_with_what_was_found(
    nano: Nano,
    python: Callable[[str], Path],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also those behind the one that is taken."""
    fit = python(f"echo '{ANSWER % 0}'")
    bare = tmp_path / "bare"
    bare.write_text('#!/bin/sh\necho \'{"version": [3, 8], "tensorflow": null}\'\n')
    bare.chmod(0o755)
    named = {
        str(bare): "nanotrain's own",
        str(fit): "python3 on the PATH",
        "/no/python": "the system's",
    }
    for module in (
        "nanotrain_tui.trainer_python.finder",
        "nanotrain_tui.cli.checks.trainer",
    ):
        monkeypatch.setattr(f"{module}.candidates", lambda: named)
    ran = nano("doctor", "--json")
    assert [
        (tried["path"], tried["taken"], tried["why_not"])
        for tried in json.loads(ran.out)["pythons"]
    ] == [
        (str(bare), False, "has no TensorFlow"),
        (str(fit), True, ""),
        ("/no/python", False, "cannot be run (No such file or directory)"),
    ]
    text = " ".join(nano("doctor").out.split())
    assert f"{bare} (nanotrain's own) has no TensorFlow (asked)" in text
    assert f"{fit} (python3 on the PATH) has TensorFlow; this one is taken (asked)" in text
    assert "/no/python (the system's) cannot be run" in text
    assert not home.exists(), "doctor remembers nothing"


def test_each_python_is_asked_once_and_a_wrong_memory_is_dropped(
    nano: Nano, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "bare"
    answer = '{"version": [3, 8], "tensorflow": null}'
    bare.write_text(f"#!/bin/sh\necho x >>{tmp_path}/asked\necho '{answer}'\n")
    bare.chmod(0o755)
    remembered = Remembered(home / "cache" / PYTHONS)
    remembered.keep(str(bare), str(bare))
    for module in (
        "nanotrain_tui.trainer_python.finder",
        "nanotrain_tui.cli.checks.trainer",
    ):
        monkeypatch.setattr(f"{module}.candidates", lambda: {str(bare): "the system's"})
    assert remembered.has_tensorflow(str(bare))
    nano("doctor")
    assert (tmp_path / "asked").read_text() == "x\n"
    assert not remembered.has_tensorflow(str(bare))


def test_where_none_has_tensorflow_all_are_listed_too(
    nano: Nano, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (
        "nanotrain_tui.trainer_python.finder",
        "nanotrain_tui.cli.checks.trainer",
    ):
        monkeypatch.setattr(f"{module}.candidates", lambda: {"/no/python": "the system's"})
    ran = nano("doctor", "--json")
    assert ran.status == 1 and by_name(ran)["tensorflow"]["status"] == "problem"
    assert [tried["path"] for tried in json.loads(ran.out)["pythons"]] == ["/no/python"]


def test_a_command_of_several_words_is_asked_as_it_is(
    nano: Nano, python: Callable[[str], Path]
) -> None:
    path = python(f"echo '{ANSWER % 0}'")
    found = by_name(nano("doctor", "--json", "--python", f"env A=b {path}"))
    assert found["tensorflow"]["status"] == "ok"
    assert found["tensorflow"]["found"].endswith(f"env A=b {path}")


def test_broken_settings_are_named_and_the_rest_is_looked_at(
    nano: Nano, python: Callable[[str], Path], home: Path
) -> None:
    settings = home / "config" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[train\n")
    ran = nano("doctor", "--json", "--python", python(f"echo '{ANSWER % 0}'"))
    assert ran.status == 1
    assert str(settings) in by_name(ran)["settings"]["found"]
    assert by_name(ran)["home"]["status"] == "ok"


def test_a_home_that_is_a_file_is_a_problem(
    nano: Nano, python: Callable[[str], Path], home: Path
) -> None:
    home.write_text("")
    ran = nano("doctor", "--json", "--python", python(f"echo '{ANSWER % 0}'"))
    assert ran.status == 1 and "NANOTRAIN_HOME" in by_name(ran)["home"]["advice"]


def board(**facts: Any) -> BoardInfo:
    return BoardInfo(**{
        "is_jetson": True, "model": "NVIDIA Jetson Nano", "l4t": "32.7.1", "power_mode": "MAXN",
        "power_mode_id": 0, "power_modes": {0: "MAXN", 1: "5W"},
        "gpu": ClockRange(76, 76, 921, 921),
        "cpu": ClockRange(), "swap": [], **facts,
    })  # fmt: skip


@pytest.mark.parametrize(("mode", "status"), [("MAXN", "ok"), ("5W", "warn"), (None, "warn")])
def test_power_mode(mode: str | None, status: str) -> None:
    machine, power, clocks = checks.check_board(board(power_mode=mode))
    assert "GPU up to 921 MHz" in clocks.found and clocks.found.startswith("free")
    assert ("5W (-m 1)" in power.found) is (mode != "5W")
    assert "L4T 32.7.1" in machine.found
    assert power.status == status and bool(power.advice) == (status != "ok")


def test_little_memory_wants_swap(monkeypatch: pytest.MonkeyPatch) -> None:
    class Memory:
        total = 4 << 30

    monkeypatch.setattr("psutil.virtual_memory", Memory)
    assert checks.check_memory(board(), check({}))[-1].status == "warn"
    swap = [SwapArea("/swapfile", "file", 4096, 0)]
    assert checks.check_memory(board(swap=swap), check({}))[-1].status == "ok"


def test_memory_is_held_against_what_the_settings_need(tmp_path: Path) -> None:
    meminfo = tmp_path / "proc" / "meminfo"
    meminfo.parent.mkdir()
    for available_mb, status in ((400, "warn"), (4000, "ok")):
        meminfo.write_text(f"MemAvailable: {available_mb * 1024} kB\n")
        memory, _ = checks.check_memory(board(), check({}), str(tmp_path))
        assert memory.status == status and f"{available_mb:,} MB available" in memory.found
        assert ("close other programs" in memory.advice) is (status == "warn")


def test_a_jetson_without_tegrastats_is_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nanotrain_tui.telemetry.child.find_tegrastats", lambda named: None)
    assert checks.check_tegrastats("", is_jetson=True).status == "warn"
    assert checks.check_tegrastats("", is_jetson=False).status == "ok"


def test_killing_at_log_out_is_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "nanotrain_tui.telemetry.logind.logind_kills_user_processes"
    monkeypatch.setattr("getpass.getuser", lambda: "nobody-of-that-name")
    monkeypatch.setattr(name, lambda user: True)
    found = checks.check_logind()
    assert found.status == "warn" and "enable-linger" in found.advice
    monkeypatch.setattr(name, lambda user: None)
    assert checks.check_logind().status == "ok"


def test_the_gravest_status_counts() -> None:
    found = [checks.Check("a", status, "") for status in ("ok", "problem", "warn")]
    assert checks.worst(found) == "problem"
    assert checks.worst([]) == "ok"


# -- data ---------------------------------------------------------------------------------------


def test_data_says_what_is_found_and_how_to_get_more(nano: Nano, home: Path) -> None:
    ran = nano("data")
    assert ran.status == 0
    assert "digits" in ran.out and "nanotrain data download mnist" in ran.out
    assert [place["ok"] for place in json.loads(nano("data", "--json").out)] == [False, False]
    assert not home.exists()


def test_data_finds_mnist(nano: Nano, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANOTRAIN_DATA", str(shared / "data" / "mnist"))
    assert "60,000 and 10,000 images" in nano("data").out


def test_download_goes_into_the_data_folder(
    nano: Nano, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def download(place: str, progress: Callable[[str, float], None]) -> None:
        progress("downloading MNIST", 0.5)
        asked.append(place)

    monkeypatch.setattr(mnist, "SOURCE", mnist.SOURCE._replace(download=download))
    ran = nano("data", "download", "mnist")
    assert ran.status == 0 and asked == [str(home / "data")]


def test_a_download_that_fails_is_one_paragraph(
    nano: Nano, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(place: str, progress: object) -> None:
        raise DataError("data.dir", "no mirror answers.")

    monkeypatch.setattr(mnist, "SOURCE", mnist.SOURCE._replace(download=download))
    ran = nano("data", "download", "mnist")
    assert ran.status == 1 and is_paragraph(ran.err) and "no mirror answers" in ran.err
    assert nano("data", "download", "cifar").status == 2
