"""The monitor with a fake clock and a fake child."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nanotrain_tui.telemetry.monitor import Monitor, TelemetryError

LINE = (
    b"RAM 905/3900MB (lfb 3x4MB) CPU [10%@204,off] GR3D_FREQ 7%@153 GPU@31C PMIC@50C"
    b" POM_5V_IN 1920/1930\n"
)


class FakeChild:
    def __init__(self) -> None:
        self.output: list[bytes] = []
        self.closed = False
        self.status: int | None = None

    def fileno(self) -> int:
        return 99

    def read(self) -> bytes | None:
        return self.output.pop(0) if self.output else None

    def close(self) -> int | None:
        assert not self.closed
        self.closed = True
        return self.status


class Bench:
    """A monitor whose time the test turns and whose children it plays."""

    def __init__(self, root: Path, tegrastats: str | None = None, interval_s: float = 1.0) -> None:
        self.now = 100.0
        self.children: list[FakeChild] = []
        self.argv: list[str] = []
        self.refuse = False
        (root / "proc").mkdir(exist_ok=True)
        (root / "proc/meminfo").write_text("MemTotal: 2048000 kB\nMemAvailable: 1024000 kB\n")
        (root / "proc/stat").write_text("cpu0 10 0 0 90\n")
        self.monitor = Monitor(tegrastats, interval_s, lambda: self.now, self.spawn, str(root))

    def spawn(self, argv: list[str]) -> Any:
        if self.refuse:
            raise OSError(8, "Exec format error")
        self.argv = argv
        self.children.append(FakeChild())
        return self.children[-1]

    def hear(self, *data: bytes) -> None:
        self.children[-1].output += data
        for _ in data:
            self.monitor.read()

    def poll(self, at: float) -> Any:
        self.now = 100.0 + at
        return self.monitor.poll(self.now)


@pytest.fixture(autouse=True)
def nothing_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def program(folder: Path, text: str = "#!/bin/sh\n") -> Path:
    path = folder / "usr/bin/tegrastats"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    program(tmp_path)
    return Bench(tmp_path)


def test_one_sample_in_each_interval(bench: Bench, tmp_path: Path) -> None:
    bench.monitor.start()
    assert bench.argv == [str(tmp_path / "usr/bin/tegrastats"), "--interval", "1000"]
    assert bench.monitor.fileno() == 99
    bench.hear(LINE)
    assert bench.poll(0.99) is None
    assert bench.poll(1.0) == {
        "source": "tegrastats",
        "cpus": [{"load_percent": 10, "freq_mhz": 204}, None],
        "cpu_load_percent": 10.0,
        "gpu_load_percent": 7,
        "gpu_freq_mhz": 153,
        "ram_used_mb": 905,
        "ram_total_mb": 3900,
        "lfb_blocks": 3,
        "lfb_mb": 4,
        "temperatures_c": {"GPU": 31.0},
        "gpu_temperature_c": 31.0,
        "power_mw": {"POM_5V_IN": {"now": 1920, "avg": 1930}},
        "power_total_mw": 1920,
    }
    assert bench.poll(1.0) is None
    assert bench.poll(2.3) is None  # nothing new has come
    bench.hear(LINE[:30], LINE[30:])
    assert bench.poll(2.4) is not None
    bench.hear(LINE)
    assert bench.poll(2.9) is None  # intervals keep their own time
    assert bench.poll(3.0) is not None
    assert bench.monitor.notes() == []
    assert bench.monitor.unread_lines == 0
    bench.monitor.close()
    assert bench.children[0].closed


def test_of_many_lines_the_newest_counts(bench: Bench) -> None:
    bench.monitor.start()
    bench.hear(LINE.replace(b"905", b"1") + LINE.replace(b"905", b"2") + LINE.replace(b"905", b"3"))
    assert bench.poll(5.5)["ram_used_mb"] == 3
    assert bench.poll(5.9) is None
    bench.hear(LINE)
    assert bench.poll(6.0) is not None
    bench.monitor.close()


def test_lines_that_are_no_samples_are_counted(bench: Bench) -> None:
    bench.monitor.start()
    bench.hear(b"WARNING: not invoking as root\n\nRAM 1/2\n", b"x" * 70000, b"\n" + LINE)
    assert bench.monitor.unread_lines == 4
    assert bench.poll(1.0)["ram_used_mb"] == 905
    bench.monitor.close()


def test_missing_readings_are_reported_once_and_replaced_until_it_works(bench: Bench) -> None:
    bench.monitor.start()
    assert bench.poll(4.9) is None  # two seconds to start, three intervals of patience
    assert bench.monitor.deadline() == 105.0
    first = bench.poll(5.0)
    assert first["source"] == "/proc" and first["ram_total_mb"] > 0
    assert bench.poll(5.5) is None
    assert bench.poll(6.0)["source"] == "/proc"
    (note,) = bench.monitor.notes()
    assert "gives no readings: CPU" in note and "come from /proc; no GPU was found" in note
    bench.now = 107.0
    bench.hear(LINE)
    assert bench.poll(7.0)["source"] == "tegrastats"
    assert bench.monitor.notes() == ["tegrastats works again."]
    assert bench.poll(9.9) is None
    assert bench.poll(10.0)["source"] == "/proc"
    bench.hear(LINE)
    assert bench.poll(11.0)["source"] == "tegrastats"
    assert bench.monitor.notes() == []  # both were said before
    bench.monitor.close()


def test_a_tegrastats_that_keeps_failing_is_reported_once(bench: Bench) -> None:
    bench.monitor.start()
    notes = []
    for tick in range(1, 200):
        if tick % 9 == 0:
            bench.now = 100.0 + tick
            bench.hear(b"WARNING: x\n" * tick + LINE)
        bench.poll(float(tick))
        notes += bench.monitor.notes()
    assert len(notes) == 2 and notes[1] == "tegrastats works again."
    bench.monitor.close()


def test_a_tegrastats_that_hangs_is_restarted(bench: Bench) -> None:
    bench.monitor.start()
    bench.hear(b"WARNING: not invoking as root\n" + LINE + b"WARNING: failed to open x\n" * 3)
    starts = []
    for tick in range(1, 80):
        bench.poll(tick * 0.5)
        if len(bench.children) > len(starts):
            starts.append(tick * 0.5)
    # ten intervals of silence, one or two seconds of back-off; later ones have two to start
    assert starts == [0.5, 11.0, 25.0]
    assert all(child.closed for child in bench.children[:-1])
    silent, hangs = bench.monitor.notes()
    assert "gives no readings, only lines that are no samples: CPU" in silent
    assert "hangs and was stopped: CPU" in hangs
    bench.monitor.close()


def test_lines_that_waited_while_this_process_was_stopped_count(bench: Bench) -> None:
    bench.monitor.start()
    bench.children[0].output.append(LINE)
    assert bench.poll(1000)["source"] == "tegrastats"
    assert bench.monitor.notes() == []
    bench.monitor.close()


def test_a_tegrastats_that_dies_is_restarted_with_growing_delays(bench: Bench) -> None:
    bench.monitor.start()
    starts = []
    for tick in range(400):
        bench.poll(tick * 0.5)
        if bench.monitor.fileno() is not None:
            starts.append(tick * 0.5)
            bench.children[-1].status = 1
            bench.hear(b"")
            assert bench.monitor.fileno() is None
            assert bench.children[-1].closed
    assert starts == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    notes = bench.monitor.notes()
    assert len(notes) == 1 and "ended (exit status 1): CPU" in notes[0]
    assert len(bench.children) == len(starts)
    bench.monitor.close()


def test_after_a_long_run_it_is_restarted_at_once(bench: Bench) -> None:
    bench.monitor.start()
    for at in (0.0, 1.0, 3.0):
        bench.poll(at)
        bench.children[-1].status = -9
        bench.hear(b"")
    bench.poll(7.0)
    bench.poll(70.0)
    bench.hear(b"")
    bench.poll(71.0)
    assert len(bench.children) == 5
    assert "ended (signal 9)" in bench.monitor.notes()[0]
    bench.monitor.close()


def test_a_restart_that_fails_is_tried_again(bench: Bench) -> None:
    bench.monitor.start()
    bench.hear(b"")
    bench.refuse = True
    assert bench.poll(1.0)["source"] == "/proc"
    bench.refuse = False
    bench.poll(3.0)
    assert bench.monitor.fileno() is not None
    bench.monitor.close()


def test_a_flood_is_stopped(bench: Bench) -> None:
    bench.monitor.start()
    bench.hear(b"x" * (1 << 20) + b"\n" + LINE)  # a line too long is skipped
    assert bench.poll(1.0)["ram_used_mb"] == 905 and bench.monitor.unread_lines == 1
    bench.hear(b"RAM 1/2MB\n" * 6000, *[b"x" * 59_999 + b"\n"] * 143)
    assert bench.children[0].closed
    assert "writes too much" in bench.monitor.notes()[0]
    bench.poll(59.0)
    assert len(bench.children) == 1
    bench.monitor.close()


def test_without_tegrastats_it_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.monitor.start()
    assert bench.monitor.fileno() is None
    (note,) = bench.monitor.notes()
    assert note == (
        "No tegrastats here: CPU and memory come from /proc;"
        " no GPU was found (no NVIDIA driver is loaded)."
    )
    assert bench.monitor.notes() == []
    bench.monitor.read()
    assert bench.poll(0.5) is None
    (tmp_path / "proc/stat").write_text("cpu0 40 0 0 160\n")
    body = bench.poll(1.0)
    assert body["source"] == "/proc" and len(body["cpus"]) >= 1
    assert body["ram_used_mb"] > 0 and "gpu_load_percent" not in body
    bench.monitor.close()


def test_a_tegrastats_that_cannot_be_executed_is_reported_and_replaced(bench: Bench) -> None:
    bench.refuse = True
    bench.monitor.start()
    assert "cannot be run: Exec format error: CPU" in bench.monitor.notes()[0]
    assert bench.poll(1.0)["source"] == "/proc"
    bench.monitor.close()


def test_a_named_tegrastats_must_exist(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    for name, problem in [
        ("none", "there is no program"), ("plain", "is not executable"), ("", "is a folder"),
    ]:  # fmt: skip
        with pytest.raises(TelemetryError, match=problem) as caught:
            Bench(tmp_path, str(tmp_path / name)).monitor.start()
        assert caught.value.key == "telemetry.tegrastats"
        assert str(tmp_path / name) in caught.value.message


def test_a_named_tegrastats_must_run(tmp_path: Path) -> None:
    broken = tmp_path / "tegrastats"
    broken.write_bytes(b"\x7fELF broken")
    broken.chmod(0o755)
    with pytest.raises(TelemetryError, match="cannot be run: Exec format error"):
        Monitor(str(broken)).start()


@pytest.mark.parametrize("interval", [0.0, -1.0, float("nan"), float("inf")])
def test_the_interval_must_make_sense(interval: float) -> None:
    with pytest.raises(TelemetryError) as caught:
        Monitor(interval_s=interval)
    assert caught.value.key == "telemetry.interval_s"


def test_a_jetsons_gpu_load_comes_from_its_driver_where_tegrastats_hides_it(tmp_path: Path) -> None:
    program(tmp_path)
    for path, text in [("etc/nv_tegra_release", "# R28"), ("sys/devices/gpu.0/load", "421\n")]:
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    bench = Bench(tmp_path)
    bench.monitor.start()
    bench.hear(b"RAM 1/2MB CPU [1%@2] GPU@3C\n")
    body = bench.poll(1.0)
    assert (body["gpu_load_percent"], body["source"]) == (42.1, "tegrastats + sysfs")
    assert body["sources"] == {
        "gpu_load_percent": "sysfs", "mem_available_mb": "/proc",
    }  # fmt: skip
    bench.hear(LINE)
    body = bench.poll(2.0)
    assert (body["gpu_load_percent"], body["source"]) == (7, "tegrastats")
    bench.monitor.close()


@pytest.mark.parametrize("uid", [0, 1000])
def test_what_only_root_sees_is_noted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uid: int
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: uid)
    program(tmp_path)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/nv_tegra_release").write_text("# R32")
    bench = Bench(tmp_path)
    bench.monitor.start()
    notes = []
    for second in (1, 2, 3):
        bench.hear(LINE.replace(b"GR3D", b"EMC_FREQ 0% GR3D"))
        assert "emc_load_percent" not in bench.poll(second)
        notes += bench.monitor.notes()
    wanted = (
        "tegrastats shows the memory controller's load only to root."
        " Root is not needed for anything else."
    )
    assert notes == ([] if uid == 0 else [wanted])
    bench.monitor.close()


def test_nothing_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, nanotrain_tui.telemetry.monitor\n"
        "print([name for name in ('psutil', 'pynvml', 'asyncio', 'numpy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
