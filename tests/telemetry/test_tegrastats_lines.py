"""The parser with lines of every form, written for these tests."""

import pytest

from nanotrain_tui.telemetry.tegrastats import (
    MAX_LINE,
    Core,
    Engine,
    Rail,
    TegrastatsLine,
    parse_line,
)

NANO = (
    "RAM 1203/3900MB (lfb 301x4MB) SWAP 12/1950MB (cached 3MB) IRAM 8/252kB(lfb 244kB)"
    " CPU [16%@1326,off,10%@1224,4%] EMC_FREQ 6%@1331 GR3D_FREQ 31%@537 NVDEC 268 VIC_FREQ 2%@192"
    " APE 25 PLL@38C CPU@45.5C PMIC@100C GPU@42.5C POM_5V_IN 4011/3002 POM_5V_GPU 0/95"
)


def parse(line: str) -> TegrastatsLine:
    parsed = parse_line(line)
    assert parsed is not None
    return parsed


def test_nano() -> None:
    line = parse(NANO)
    assert (line.ram_used_mb, line.ram_total_mb) == (1203, 3900)
    assert (line.lfb_blocks, line.lfb_block_mb) == (301, 4)
    assert (line.swap_used_mb, line.swap_total_mb, line.swap_cached_mb) == (12, 1950, 3)
    assert line.iram == {"used_kb": 8, "total_kb": 252, "lfb_kb": 244}
    assert line.cpus == [Core(16, 1326), None, Core(10, 1224), Core(4, None)]
    assert (line.emc_load_percent, line.emc_freq_mhz) == (6, 1331)
    assert (line.gpu_load_percent, line.gpu_freq_mhz) == (31, 537)
    assert line.engines == {
        "NVDEC": Engine(None, 268), "VIC": Engine(2, 192), "APE": Engine(None, 25)
    }  # fmt: skip
    assert line.temperatures_c == {"PLL": 38, "CPU": 45.5, "PMIC": 100, "GPU": 42.5}
    assert line.power_mw == {"POM_5V_IN": Rail(4011, 3002, None), "POM_5V_GPU": Rail(0, 95, None)}
    assert line.timestamp is None
    assert line.unknown == ()


def test_the_order_of_the_tokens_does_not_matter() -> None:
    parts = (
        "AO@2C", "GR3D_FREQ 28%@76", "POM_5V_IN 41/31", "GPU@41.5C", "CPU [1%@2]",
        "EDP limit 1912", "SWAP 1/2MB (cached 0MB)", "MTS fg 1% bg 2%", "RAM 7/8MB (lfb 1x512kB)",
        "VDE 0", "EMC 3%@4", "tj@1C",
    )  # fmt: skip
    assert parse(" ".join(parts)) == parse("   ".join(reversed(parts)))


@pytest.mark.parametrize(
    ("token", "field", "value"),
    [
        ("GR3D_FREQ 99%", "gpu_load_percent", 99),
        ("GR3D_FREQ 99%", "gpu_freq_mhz", None),
        ("GR3D 39%@76 EDP limit 7", "gpu_freq_mhz", 76),
        ("GR3D_FREQ 7%@[713]", "gpu_freq_mhz", [713]),
        ("GR3D_FREQ @[0,314,0]", "gpu_freq_mhz", [0, 314, 0]),
        ("GR3D_FREQ @[0,314,0]", "gpu_load_percent", None),
        ("GR3D_FREQ 0%@-1 gpu@3C", "gpu_freq_mhz", None),
        ("GR3D2_FREQ 5%@114 gpu@3C", "gpu2_load_percent", 5),
        ("EMC_FREQ 0%", "emc_load_percent", 0),
        ("cpu [5%,off]@-1 VDE 0", "cpus", [Core(5, None), None]),
        ("cpu [5%,off]@204 VDE 0", "cpus", [Core(5, 204), None]),
        ("CPU [off,off]", "cpus", [None, None]),
        ("MTS fg 1% bg 8%", "mts", {"fg_percent": 1, "bg_percent": 8}),
        ("EDP limit 1912", "edp_limit_mhz", 1912),
        ("NVENC0_FREQ @1556 tj@3C", "engines", {"NVENC0": Engine(None, 1556)}),
        ("PVA0_FREQ off", "engines", {"PVA0": "off"}),
        ("NEWBLOCK_FREQ 3%@7 tj@3C", "engines", {"NEWBLOCK": Engine(3, 7)}),
        ("CV0@-256C", "temperatures_c", {"CV0": None}),
        ("tj@-3.5C", "temperatures_c", {"tj": -3.5}),
        ("cpu@50.7C/60C", "temperatures_c", {"cpu": 50.7}),
        ("cpu@50.7C/60C", "temperatures_max_c", {"cpu": 60}),
        ("GPU 466/470 GPU@3C", "power_mw", {"GPU": Rail(466, 470, None)}),
        ("CPU 466/470 CPU@3C", "power_mw", {"CPU": Rail(466, 470, None)}),
        ("NC 0mW/0mW", "power_mw", {}),
        ("VIC 3mW/4mW", "power_mw", {"VIC": Rail(3, 4, None)}),
        ("VDD_4V0_X 1mW/2mW", "power_mw", {"VDD_4V0_X": Rail(1, 2, None)}),
        ("VDD_IN 1mW/2mW/3mW", "power_mw", {"VDD_IN": Rail(1, 2, 3)}),
        ("12-31-2025 23:59:58", "timestamp", "2025-12-31T23:59:58"),
    ],
)
def test_each_form(token: str, field: str, value: object) -> None:
    line = parse("RAM 1/2MB (lfb 54x128kB) " + token)
    assert getattr(line, field) == value
    assert line.unknown == ()
    assert line.lfb_block_mb == 0.125


@pytest.mark.parametrize(
    "token",
    [
        "WHAT", "NEW 12", "VDD_IN 12", "VDD_IN 1mW/2", "VDD_IN 1/2/3", "GR3D_FREQ 9", "GPU@41.",
        "GPU@nanC", "GPU@41C/", "13-40-2025 23:59:58", "SWAP 1/2", "SWAP 1/2GB",
        "IRAM 1/2kB(lfb 3kB", "CPU [1%@2,3%@4", "CPU [1%@2,,3%@4]", "CPU [1%@2,]", "CPU [x]",
        "MTS fg 1% bg", "EDP limit", "GR3D_FREQ off", "APE ²", "VDD_IN ٣/٣",
        "VDD_IN 1234567890/1", "\x00\x1b[31m",
    ],
)  # fmt: skip
def test_unknown_tokens_are_kept_as_text(token: str) -> None:
    line = parse("RAM 1/2MB " + token + " tj@3C")
    assert line.unknown == tuple(token.split())
    assert line._replace(unknown=()) == parse("RAM 1/2MB tj@3C")


@pytest.mark.parametrize(
    "line",
    [
        "", "   \n", "WARNING: not invoking as root", "ERROR: failed to read /proc/meminfo",
        "Unknown command: x. Please try again or see --help", "RAM", "RAM 598/18", "RAM 598/1892M",
        "RAM -1/2MB", "RAM 1/2kB", "IRAM 0/252kB(lfb 252kB) CPU [1%@2]", "GPU@40C",
        "RAM 36/64MB (lfb 3RAM 1/2MB", NANO + " " + NANO, NANO + " " * MAX_LINE, "A" * 1_000_000,
    ],
)  # fmt: skip
def test_what_is_no_sample(line: str) -> None:
    expected = "3RAM" in line  # run together without a blank: what is whole still stands
    assert (parse_line(line) is not None) is expected


@pytest.mark.parametrize(
    ("cut", "kept", "unknown"),
    [
        ("CPU [1%@2] EMC_FREQ 4%@16", "CPU [1%@2] EMC_FREQ 4%", ("4%@16",)),
        ("CPU [1%@2] GR3D_FREQ 99%@9", "CPU [1%@2] GR3D_FREQ 99%", ("99%@9",)),
        ("cpu [1%]@17", "cpu [1%]", ("[1%]@17",)),
        ("CPU [1%@2] GR3D_FREQ 9", "CPU [1%@2]", ("GR3D_FREQ", "9")),
        ("CPU [1%@2] GR3D_FREQ @[1,2], NVENC0_FREQ @15", "CPU [1%@2]",
         ("GR3D_FREQ", "@[1,2],", "NVENC0_FREQ", "@15")),
        ("CPU [1%@2] APE 2", "CPU [1%@2]", ("APE", "2")),
    ],
)  # fmt: skip
def test_a_number_that_may_lack_digits_is_ignored(
    cut: str, kept: str, unknown: "tuple[str, ...]"
) -> None:
    line = parse_line("RAM 1/2MB " + cut, whole=False)
    assert line is not None and line.unknown == unknown
    assert line._replace(unknown=()) == parse("RAM 1/2MB " + kept)


def test_the_dictionary_holds_plain_values() -> None:
    plain = parse("05-06-2026 07:08:09 " + NANO + " NVJPG off VDD_IN 1mW/2mW/3mW").to_dict()
    assert plain["timestamp"] == "2026-05-06T07:08:09"
    assert plain["cpus"][:2] == [{"load_percent": 16, "freq_mhz": 1326}, None]
    assert plain["cpus"][3] == {"load_percent": 4, "freq_mhz": None}
    assert plain["engines"]["NVDEC"] == {"freq_mhz": 268}
    assert plain["engines"]["NVJPG"] == "off"
    assert plain["power_mw"]["POM_5V_IN"] == {"now": 4011, "avg": 3002}
    assert plain["power_mw"]["VDD_IN"] == {"now": 1, "avg": 2, "max": 3}
    assert plain["swap_cached_mb"] == 3
    bare = parse("RAM 1/2MB").to_dict()
    assert bare["cpus"] is None and bare["swap_used_mb"] is None and bare["power_mw"] == {}
    assert "engines" not in bare and "mts" not in bare and "unknown" not in bare


def test_an_unknown_clock_at_the_end_is_whole() -> None:
    line = parse_line("RAM 850/1892MB (lfb 209x4MB) cpu [72%,off]@-1", whole=False)
    assert line is not None and line.unknown == ()
    assert line.cpus == [Core(72, None), None]
