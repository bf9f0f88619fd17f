"""The parser of tegrastats: lines a second, and a fuzz on demand."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HELP = "tegrastats' lines a second; --fuzz SECONDS tries to break the parser instead"

# Own lines of the forms that boards of L4T 21 to 39 print; braces stand for figures.
FORMS = (
    "RAM {m}/1892MB (lfb 209x4MB) cpu [{p}%,off,off,off]@-1",
    "RAM {m}/3983MB (lfb 47x4MB) SWAP {m}/8192MB (cached 2MB) cpu [{p}%,{p}%,{p}%,0%]@1734 EMC {p}%@1600 APE 25 "
    "GR3D {p}%@76 EDP limit 1734",
    "RAM {m}/7846MB (lfb 1x2MB) CPU [{p}%@2035,off,off,{p}%@2035] BCPU@{t}C MCPU@{t}C GPU@{t}C PLL@{t}C "
    "Tboard@38C Tdiode@{t}C PMIC@100C thermal@{t}C VDD_IN {w}/{w} VDD_SYS_GPU {w}/{w} MTS fg {p}% bg {p}%",
    "RAM {m}/3964MB (lfb 12x256kB) SWAP 10/1982MB (cached 0MB) IRAM 0/252kB(lfb 252kB) CPU "
    "[{p}%@1428,{p}%@1428,{p}%@1428,off] EMC_FREQ {p}%@1600 GR3D_FREQ {p}%@921 NVDEC 716 APE 25 PLL@{t}C "
    "CPU@{t}C PMIC@100C GPU@{t}C AO@{t}C thermal@{t}C POM_5V_IN {w}/{w} POM_5V_GPU {w}/{w} POM_5V_CPU {w}/{w}",
    "10-01-2025 20:06:07 RAM {m}/6834MB (lfb 27x4MB) SWAP 542/3417MB (cached 2MB) CPU [{p}%@1189,{p}%@1190,"
    "off,off] EMC_FREQ 0% GR3D_FREQ {p}% AUX@{t}C CPU@{t}C PMIC@50C VDD_IN {w}mW/{w}mW VDD_SOC {w}mW/{w}mW",
    "10-02-2025 09:00:59 RAM {m}/62841MB (lfb 2x4MB) SWAP 0/31420MB (cached 0MB) CPU [{p}%@729,{p}%@729,"
    "{p}%@729,{p}%@2201,off,off,off,off] EMC_FREQ {p}%@2133 GR3D_FREQ {p}%@[305,0] NVENC off NVDEC off NVJPG off "
    "VIC off OFA off NVDLA0 off PVA0_FREQ off APE 174 cpu@{t}C tboard@{t}C soc2@{t}C gpu@-256C tj@{t}C "
    "VDD_GPU_SOC {w}mW/{w}mW VDD_CPU_CV {w}mW/{w}mW NC 0mW/0mW",
    "07-23-2026 15:29:27 RAM {m}/125811MB (lfb 19x4MB) CPU [{p}%@972,{p}%@972] EMC_FREQ {p}%@3200 "
    "GR3D_FREQ @[314,314,314] VIC off tj@{t}C/{t}C cpu@{t}C/{t}C VDD_GPU {w}mW/{w}mW/{w}mW VIN {w}mW/{w}mW/{w}mW",
)  # fmt: skip
SIGNS = " @%/,[]()-.0123456789aAkKmMB\t\0\xffC_\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fuzz", type=float, metavar="SECONDS", help="fuzz for so long")
    parser.add_argument("--seed", type=int, default=1, help="of the lines and of the fuzz")
    parser.add_argument("--json", action="store_true", help="print JSON")


def lines_of(chance: random.Random, count: int) -> list[str]:
    """Lines whose figures wander as a board's do."""
    made = []
    for number in range(count):
        text = FORMS[number % len(FORMS)]
        while "{" in text:
            at = text.index("{")
            value = {
                "m": lambda: str(chance.randint(300, 3900)),
                "p": lambda: str(chance.randint(0, 100)),
                "t": lambda: f"{chance.randint(40, 160) / 2:g}",
                "w": lambda: str(chance.randint(0, 15000)),
            }[text[at + 1]]()
            text = text[:at] + value + text[at + 3 :]
        made.append(text)
    return made


def run(asked: argparse.Namespace) -> int:
    chance = random.Random(asked.seed)
    if asked.fuzz is not None:
        return fuzz(chance, asked.fuzz)
    result = speed(lines_of(chance, 20000))
    if asked.json:
        print(json.dumps(result, indent=2))
    else:
        for name, value in result.items():
            print(f"{name:<44} {value:>9,.0f} lines/s")
    return 0


def speed(lines: list[str]) -> dict[str, float]:
    from nanotrain_tui.telemetry.tegrastats import parse_line

    assert all(line is not None and not line.unknown for line in map(parse_line, lines))
    rates = []
    for _ in range(3):
        began = time.perf_counter()
        for line in lines:
            parse_line(line)
        rates.append(len(lines) / (time.perf_counter() - began))
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        log.write_text("\n".join(lines) + "\n")
        began = time.perf_counter()
        command = [sys.executable, "-m", "nanotrain_tui", "telemetry", "--from", str(log)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took = time.perf_counter() - began
    return {
        "the parser": max(rates),
        "telemetry --from, Python's start included": len(lines) / took,
    }


def fuzz(chance: random.Random, seconds: float) -> int:
    """Break lines in every way; the status is 1 once the parser does what it must not."""
    from nanotrain_tui.telemetry.tegrastats import parse_line

    whole = lines_of(chance, 500)
    until, tried = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        for _ in range(1000):
            line = broken(chance, whole)
            tried += 1
            try:
                parsed = parse_line(line)
                if parsed is not None:
                    json.dumps(parsed.to_dict(), allow_nan=False)
                    assert 0 <= parsed.ram_used_mb < 10**9
                    assert -256 not in parsed.temperatures_c.values()
            except Exception:
                print(f"after {tried} lines: {line!r}", file=sys.stderr)
                raise
    print(f"{tried:,} broken lines, no exception")
    return 0


def broken(chance: random.Random, whole: list[str]) -> str:
    """A line that is cut, glued, shuffled or has other signs in it."""
    line = chance.choice(whole)
    for _ in range(chance.randint(1, 4)):
        at, to = sorted(chance.randrange(len(line) + 1) for _ in range(2))
        start, middle, end = line[:at], line[at:to], line[to:]
        words = line.split()
        line = chance.choice([
            start, end, start + end, start + chance.choice(whole)[to:], start + 3 * middle + end,
            start + "".join(chance.choices(SIGNS, k=3)) + middle + end,
            " ".join(chance.sample(words, len(words))),
        ])  # fmt: skip
        line = line[:20000] or "R"
    return line
