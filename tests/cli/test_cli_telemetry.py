"""``nanotrain telemetry``: live samples, and logs of tegrastats for other programs."""

import csv
import gzip
import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cli_runs import Nano, Start, is_paragraph

from nanotrain_tui.cli.commands.telemetry import watch
from nanotrain_tui.telemetry.monitor import Monitor

# Lines in the forms that boards print.
NANO = (
    "RAM 2100/3964MB (lfb 30x4MB) SWAP 10/1982MB (cached 1MB) CPU [12%@1428,off,3%@1428,0%@1428] "
    "EMC_FREQ 0% GR3D_FREQ 97%@921 PLL@31C CPU@33.5C PMIC@100C GPU@34C AO@39C thermal@33.75C "
    "POM_5V_IN 4321/4000 POM_5V_GPU 1500/1200 POM_5V_CPU 700/650"
)
THOR = (
    "07-23-2026 15:29:27 RAM 900/12000MB (lfb 19x4MB) CPU [4%@972,off] GR3D_FREQ @[314,315] "
    "tj@36C/40C VDD_GPU 10mW/20mW/30mW"
)
TEGRASTATS = """#!{python}
import sys, time
for number in range(10**6):
    load = "GR3D_FREQ 97%@921 GPU@34C"
    print("RAM %d/3964MB CPU [12%%@1428,off] %s" % (number, load), flush=True)
    time.sleep(int(sys.argv[2]) / 1000)
"""


@pytest.fixture
def tegrastats(tmp_path: Path) -> Path:
    program = tmp_path / "tegrastats"
    program.write_text(TEGRASTATS.format(python=sys.executable))
    program.chmod(0o755)
    return program


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def log_of(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "tegrastats.log"
    path.write_bytes(data)
    return path


def test_live_samples_as_json(nano: Nano, home: Path, tegrastats: Path) -> None:
    ran = nano("telemetry", "--json", "--interval", 20, "--count", 3, "--tegrastats", tegrastats)
    assert ran.status == 0
    samples = lines(ran.out)
    assert len(samples) == 3 and all(one["source"].startswith("tegrastats") for one in samples)
    assert [one["gpu_load_percent"] for one in samples] == [97] * 3
    used = [one["ram_used_mb"] for one in samples]
    assert used == sorted(used) and all(one["time"][10] == "T" for one in samples)


def test_live_samples_as_csv_and_as_lines(nano: Nano, home: Path, tegrastats: Path) -> None:
    arguments = ("telemetry", "--interval", 20, "--count", 2, "--tegrastats", tegrastats)
    rows = list(csv.DictReader(io.StringIO(nano(*arguments, "--csv").out)))
    assert [row["cpus.0.load_percent"] for row in rows] == ["12", "12"]
    assert list(rows[0])[:2] == ["time", "source"]
    source, header, *plain = nano(*arguments).out.splitlines()
    assert source == "# from tegrastats" and header.startswith("TIME") and len(plain) == 2
    assert "97%" in plain[0] and "34.0" in plain[0]
    assert all(len(line) < 80 for line in (header, *plain))


def test_without_tegrastats_the_machine_itself_is_read(nano: Nano, home: Path) -> None:
    ran = nano("telemetry", "--json", "--interval", 20, "--count", 1)
    assert ran.status == 0 and lines(ran.out)[0]["ram_total_mb"] > 0


@pytest.mark.parametrize("arguments", [("--interval", "0"), ("--count", "0"), ("--json", "--csv")])
def test_wrong_options_are_refused(nano: Nano, home: Path, arguments: tuple[str, ...]) -> None:
    ran = nano("telemetry", *arguments)
    assert ran.status == 2 and is_paragraph(ran.err) and ran.out == ""


def test_a_missing_program_is_named(nano: Nano, home: Path, tmp_path: Path) -> None:
    ran = nano("telemetry", "--tegrastats", tmp_path / "none")
    assert ran.status == 2 and str(tmp_path / "none") in ran.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(start: Start, tegrastats: Path, number: int) -> None:
    process = start("telemetry", "--json", "--interval", "20", "--tegrastats", str(tegrastats))
    assert process.stdout is not None and process.stderr is not None
    assert json.loads(process.stdout.readline())
    process.send_signal(number)
    process.stdout.read()
    assert process.wait() == 130 and not process.stderr.read().strip()


def test_a_closed_pipe_ends_it(start: Start, tegrastats: Path) -> None:
    process = start("telemetry", "--json", "--interval", "20", "--tegrastats", str(tegrastats))
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait() == 141


def test_a_log_becomes_one_object_per_line(nano: Nano, home: Path, tmp_path: Path) -> None:
    ran = nano("telemetry", "--from", log_of(tmp_path, f"{NANO}\n{THOR}\n".encode()))
    first, second = lines(ran.out)
    assert (ran.status, ran.err) == (0, "")
    assert first["timestamp"] is None and first["cpus"][1] is None
    assert first["power_mw"]["POM_5V_IN"] == {"now": 4321, "avg": 4000}
    assert second["timestamp"] == "2026-07-23T15:29:27" and second["gpu_load_percent"] is None
    assert second["temperatures_max_c"] == {"tj": 40.0} and second["swap_used_mb"] is None


def test_lines_that_are_not_samples_are_counted_and_skipped(
    nano: Nano, home: Path, tmp_path: Path
) -> None:
    bad = b"WARNING: not invoking as root\n\n" + b"x" * (1 << 20) + b"\nM 12/39MB CPU [1%\n"
    ran = nano("telemetry", "--from", log_of(tmp_path, bad + NANO.encode() + b"\r\n"))
    assert len(lines(ran.out)) == 1 and ran.status == 0
    assert "4 lines" in ran.err


def test_damage_in_a_log_loses_no_neighbouring_sample(
    nano: Nano, home: Path, tmp_path: Path
) -> None:
    damaged = b"\xef\xbb\xbf" + NANO.encode() + b"\n" + b"\0" * 600 + NANO.encode() + b"\n"
    first, second = lines(nano("telemetry", "--from", log_of(tmp_path, damaged)).out)
    assert first == second and "unknown" not in first


def test_a_log_without_its_last_newline_is_read_completely(
    nano: Nano, home: Path, tmp_path: Path
) -> None:
    ran = nano("telemetry", "--from", log_of(tmp_path, f"{THOR}\n{NANO}".encode()))
    assert lines(ran.out)[1]["power_mw"]["POM_5V_CPU"] == {"now": 700, "avg": 650}


def test_csv_of_a_log_has_the_columns_of_all_lines(nano: Nano, home: Path, tmp_path: Path) -> None:
    ran = nano("telemetry", "--from", log_of(tmp_path, f"{NANO}\n{THOR}\n".encode()), "--csv")
    first, second = csv.DictReader(io.StringIO(ran.out))
    assert (first["temperatures_c.GPU"], first["temperatures_c.tj"]) == ("34.0", "")
    assert (second["timestamp"], second["power_mw.VDD_GPU.max"]) == ("2026-07-23T15:29:27", "30")


def test_csv_of_a_pipe_has_columns_for_sleeping_parts_and_warns_of_missing_ones(home: Path) -> None:
    first = "RAM 1/2MB CPU [5%@102,off] GPU@-256C"
    second = "RAM 1/2MB CPU [5%@102,7%@204] GPU@40C GR3D_FREQ 9%@76 tj@41C VDD_IN 10mW/20mW"
    ran = subprocess.run(
        [sys.executable, "-m", "nanotrain_tui", "telemetry", "--from", "-", "--csv"],
        input=f"{first}\n{second}\n", capture_output=True, text=True,
    )  # fmt: skip
    asleep, awake = csv.DictReader(io.StringIO(ran.stdout))
    assert (asleep["temperatures_c.GPU"], awake["temperatures_c.GPU"]) == ("", "40.0")
    assert (asleep["cpus.1.freq_mhz"], awake["cpus.1.freq_mhz"]) == ("", "204")
    assert (asleep["gpu_load_percent"], awake["gpu_load_percent"]) == ("", "9")
    assert ran.stderr.count("no column") == 1
    assert "power_mw.VDD_IN.avg and 2 more have no column" in ran.stderr


def test_live_csv_has_the_usual_columns_from_the_start(
    nano: Nano, home: Path, tegrastats: Path
) -> None:
    program = tegrastats.read_text().replace("GR3D_FREQ 97%@921 GPU@34C", "AO@34C")
    tegrastats.write_text(program)
    ran = nano(
        "telemetry", "--csv", "--interval", 20, "--count", 1, "--tegrastats", tegrastats
    )  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(ran.out))
    assert row["gpu_load_percent"] == row["gpu_temperature_c"] == row["throttling"] == ""
    assert row["temperatures_c.AO"] == "34.0" and not ran.err


def test_live_lines_that_are_not_samples_are_counted_at_the_end(
    nano: Nano, home: Path, tegrastats: Path
) -> None:
    program = tegrastats.read_text().replace(
        '    print("RAM', '    print("WARNING: x")\n    print("RAM'
    )
    tegrastats.write_text(program)
    ran = nano(
        "telemetry", "--json", "--interval", 20, "--count", 3, "--tegrastats", tegrastats
    )  # fmt: skip
    assert len(lines(ran.out)) == 3 and "lines of tegrastats skipped: not samples" in ran.err


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_is_read_too(pack: Any) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "nanotrain_tui", "telemetry", "--from", "-", "--count", "2"],
        input=pack(f"{NANO}\n{THOR}\n{NANO}\n".encode()), capture_output=True,
    )  # fmt: skip
    assert ran.returncode == 0 and len(lines(ran.stdout.decode())) == 2


def test_a_log_that_cannot_be_read_is_named(nano: Nano, home: Path, tmp_path: Path) -> None:
    for place in (tmp_path / "none.log", tmp_path):
        ran = nano("telemetry", "--from", place)
        assert ran.status == 2 and is_paragraph(ran.err) and str(place) in ran.err
    cut = log_of(tmp_path, gzip.compress(NANO.encode() * 99)[:60])
    assert "gzip" in nano("telemetry", "--from", cut).err
    ran = nano("telemetry", "--from", log_of(tmp_path, b"nothing\n"))
    assert ran.status == 1 and "no sample" in ran.err


def test_the_lines_of_every_board(nano: Nano, home: Path, shared: Path) -> None:
    boards = shared / "tegrastats"
    samples_of: dict[str, list[Any]] = {}
    for one in json.loads((boards / "expected.json").read_text()):
        name = one["file"]
        if name not in samples_of:
            samples_of[name] = lines(nano("telemetry", "--from", boards / name).out)
        wanted, got = one["expect"], samples_of[name][one["line"] - 1]
        got["power_mw"].pop("NC", None)
        assert {key: got[key] for key in wanted} == wanted, (name, one["line"])


def test_a_sample_that_is_due_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[dict[str, Any] | None] = [None, {"ram": 1}, None, {"ram": 2}]
    monitor = SimpleNamespace(
        poll=lambda now: bodies.pop(0), notes=list, fileno=lambda: None, deadline=lambda: 0.0
    )
    waits: list[float] = []
    monkeypatch.setattr(
        "select.select", lambda read, write, bad, wait: waits.append(wait) or (read, write, bad)
    )
    shown: list[dict[str, Any]] = []
    watch(cast(Monitor, monitor), shown.append, 2)
    assert shown == [{"ram": 1}, {"ram": 2}] and waits == [0.0, 0.0]
