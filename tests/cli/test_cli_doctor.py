"""doctor: the checks and their advice."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli_runs import Nano, Ran

from nanotrain_tui.catalog import check
from nanotrain_tui.cli.checks import machine as checks
from nanotrain_tui.cli.commands.doctor import _print_text
from nanotrain_tui.config import find_folders
from nanotrain_tui.telemetry.board import BoardInfo, SwapArea
from nanotrain_tui.telemetry.clocks import ClockRange
from nanotrain_tui.trainer_python.cache import PythonCache


@pytest.fixture
def python(tmp_path: Path) -> Callable[[str], Path]:
    """A program that replies like a Python with TensorFlow; ``answer`` loads TensorFlow."""

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


def test_doctor_as_text(
    nano: Nano, python: Callable[[str], Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nanotrain_tui.cli.commands.doctor.width", lambda: 40)
    path = python(f"echo '{ANSWER % 0}'")
    ran = nano("doctor", "--python", path)
    assert ran.status == 0
    assert "2.13.1 with NumPy 1.24.3, Python 3.8.10" in " ".join(ran.out.split())
    assert str(path) in ran.out, "a long word is in one line"
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
    assert ", 1 GPU:" in found["tensorflow"]["found"]


@pytest.mark.parametrize(("count", "text"), [(0, ", no GPU:"), (2, ", 2 GPUs:")])
def test_doctor_counts_gpus(
    nano: Nano, python: Callable[[str], Path], count: int, text: str
) -> None:
    ran = nano("doctor", "--json", "--python", python(f"echo '{ANSWER % count}'"))
    assert text in by_name(ran)["tensorflow"]["found"]


@pytest.mark.parametrize(
    ("answer", "message"),
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
    nano: Nano, python: Callable[[str], Path], answer: str, message: str
) -> None:
    ran = nano("doctor", "--json", "--python", python(answer))
    found = by_name(ran)["tensorflow"]
    assert ran.status == 1 and found["status"] == "problem"
    assert message in found["found"] + found["advice"]


def test_a_missing_python_is_a_problem(nano: Nano) -> None:
    ran = nano("doctor", "--json", "--python", "/no/such/python")
    assert ran.status == 1
    assert "/no/such/python" in by_name(ran)["tensorflow"]["found"]


def test_doctor_lists_every_python_and_its_result(
    nano: Nano,
    python: Callable[[str], Path],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also those after the one that is used."""
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
        (python["path"], python["taken"], python["why_not"])
        for python in json.loads(ran.out)["pythons"]
    ] == [
        (str(bare), False, "has no TensorFlow"),
        (str(fit), True, ""),
        ("/no/python", False, "cannot be run (No such file or directory)"),
    ]
    text = " ".join(nano("doctor").out.split())
    assert f"{bare} (nanotrain's own) has no TensorFlow (asked)" in text
    assert f"{fit} (python3 on the PATH) has TensorFlow; this one is used (asked)" in text
    assert "/no/python (the system's) cannot be run" in text
    assert not home.exists(), "doctor caches nothing"


def test_each_python_is_run_once_and_a_wrong_cached_answer_is_removed(
    nano: Nano, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "bare"
    answer = '{"version": [3, 8], "tensorflow": null}'
    bare.write_text(f"#!/bin/sh\necho x >>{tmp_path}/asked\necho '{answer}'\n")
    bare.chmod(0o755)
    cache = PythonCache(str(home / "cache" / "pythons.json"))
    cache.add(str(bare), str(bare))
    for module in (
        "nanotrain_tui.trainer_python.finder",
        "nanotrain_tui.cli.checks.trainer",
    ):
        monkeypatch.setattr(f"{module}.candidates", lambda: {str(bare): "the system's"})
    assert cache.has_tensorflow(str(bare))
    nano("doctor")
    assert (tmp_path / "asked").read_text() == "x\n"
    assert not cache.has_tensorflow(str(bare))


def test_every_python_is_listed_if_none_has_tensorflow(
    nano: Nano, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (
        "nanotrain_tui.trainer_python.finder",
        "nanotrain_tui.cli.checks.trainer",
    ):
        monkeypatch.setattr(f"{module}.candidates", lambda: {"/no/python": "the system's"})
    ran = nano("doctor", "--json")
    assert ran.status == 1 and by_name(ran)["tensorflow"]["status"] == "problem"
    assert [python["path"] for python in json.loads(ran.out)["pythons"]] == ["/no/python"]


def test_a_command_of_several_words_is_used_unchanged(
    nano: Nano, python: Callable[[str], Path]
) -> None:
    path = python(f"echo '{ANSWER % 0}'")
    found = by_name(nano("doctor", "--json", "--python", f"env A=b {path}"))
    assert found["tensorflow"]["status"] == "ok"
    assert found["tensorflow"]["found"].endswith(f"env A=b {path}")


def test_broken_settings_are_named_and_the_other_checks_run(
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


def test_little_memory_without_swap_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    class Memory:
        total = 4 << 30

    monkeypatch.setattr("psutil.virtual_memory", Memory)
    assert checks.check_memory(board(), check({}))[-1].status == "warn"
    swap = [SwapArea("/swapfile", "file", 4096, 0)]
    found = checks.check_memory(board(swap=swap), check({}))[-1]
    assert (found.status, found.found) == ("ok", "/swapfile (file) 4,096 MB")
    Memory.total = 16 << 30
    found = checks.check_memory(board(), check({}))[-1]
    assert (found.status, found.found) == ("ok", "none")


def test_memory_is_compared_with_what_the_settings_need(tmp_path: Path) -> None:
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


def test_sessions_that_end_at_log_out_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "nanotrain_tui.telemetry.logind.logind_kills_user_processes"
    monkeypatch.setattr("getpass.getuser", lambda: "nobody-of-that-name")
    monkeypatch.setattr(name, lambda user: True)
    found = checks.check_logind()
    assert found.status == "warn" and "enable-linger" in found.advice
    monkeypatch.setattr(name, lambda user: None)
    assert checks.check_logind().status == "ok"


def test_the_most_serious_status_counts() -> None:
    found = [checks.Check("a", status, "") for status in ("ok", "problem", "warn")]
    assert checks.worst(found) == "problem"
    assert checks.worst([]) == "ok"


def test_a_terminal_inside_of_another_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    environ = {"TERM": "screen-256color", "COLUMNS": "80"}
    assert ", in " not in checks.check_terminal(environ).found
    found = checks.check_terminal({**environ, "TMUX": "/tmp/x", "SSH_CONNECTION": "1 2"}).found
    assert found.endswith(", in tmux and ssh")
    assert checks.check_terminal({**environ, "SSH_CONNECTION": "1 2"}).found.endswith(", in ssh")


@pytest.mark.parametrize(
    ("size", "environ", "encoding", "advice"),
    [
        ((80, 24), {"TERM": "xterm-256color"}, "utf-8", ""),
        ((79, 24), {"TERM": "xterm"}, "utf-8", "Enlarge it"),
        ((80, 24), {"TERM": "dumb"}, "utf-8", "Set TERM"),
        ((80, 24), {"TERM": "xterm"}, "ascii", "Set LANG=C.UTF-8"),
    ],
)
def test_a_terminal_for_the_dashboard(
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int], environ: dict[str, str], encoding: str, advice: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size(size))
    terminal = SimpleNamespace(isatty=lambda: True, encoding=encoding)
    monkeypatch.setattr(checks, "sys", SimpleNamespace(stdout=terminal))
    found = checks.check_terminal(environ)
    assert (found.status, advice) == ("warn" if advice else "ok", found.advice[: len(advice)])
    assert f"{size[0]}x{size[1]}" in found.found and found.found.endswith(encoding)


@pytest.mark.parametrize(("free_mb", "status"), [(checks.MIN_FREE_MB, "ok"), (10, "warn")])
def test_space_for_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_mb: int, status: str
) -> None:
    usage = SimpleNamespace(free=free_mb << 20)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    found = checks.check_home(find_folders({"NANOTRAIN_HOME": str(tmp_path)}))
    assert (found.status, found.found) == (status, f"{tmp_path}, {free_mb:,} MB free")


def test_a_python_that_was_killed_names_the_signal(
    nano: Nano, python: Callable[[str], Path]
) -> None:
    ran = nano("doctor", "--json", "--python", python("kill -9 $$"))
    assert "killed by signal 9 while it loaded TensorFlow" in str(by_name(ran)["tensorflow"])


def test_a_long_word_of_an_advice_is_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nanotrain_tui.cli.commands.doctor.width", lambda: 40)
    path = "/a/" + "very-long-" * 8 + "name"
    found = checks.Check("home", checks.WARN, "", f"Free some space on {path} soon.")
    _print_text([found], find_folders({"NANOTRAIN_HOME": str(tmp_path)}))
    assert f"   {path}\n" in capsys.readouterr().out
