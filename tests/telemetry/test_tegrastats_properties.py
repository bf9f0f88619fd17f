"""The parser with random lines: valid ones, cut ones and noise."""

import json
from string import ascii_uppercase, digits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.telemetry.line_splitter import LineSplitter, text_of
from nanotrain_tui.telemetry.tegrastats import TegrastatsLine, parse_line

pytestmark = pytest.mark.slow

COUNT = st.integers(0, 99999)
LOAD = st.integers(0, 100)
NAME = st.builds(
    str.__add__,
    st.sampled_from(ascii_uppercase),
    st.text(ascii_uppercase + digits + "_", min_size=1, max_size=9),
)
RESERVED = {"RAM", "IRAM", "SWAP", "CPU", "EMC", "GR3D", "GR3D2", "MTS", "EDP", "NC"}
DEGREES = st.none() | st.integers(-40_000, 150_000).map(lambda millis: millis / 1000)
Told = tuple[str, dict[str, Any]]  # a token, and the fields it stands for


@st.composite
def cores(draw: st.DrawFn) -> Told:
    drawn = draw(st.lists(st.none() | st.tuples(LOAD, COUNT), min_size=1, max_size=6))
    text = ",".join("off" if core is None else f"{core[0]}%@{core[1]}" for core in drawn)
    plain = [core and {"load_percent": core[0], "freq_mhz": core[1]} for core in drawn]
    return f"CPU [{text}]", {"cpus": plain}


@st.composite
def temperatures(draw: st.DrawFn) -> Told:
    drawn = draw(st.dictionaries(NAME, DEGREES, max_size=4))
    text = " ".join(f"{name}@{-256 if c is None else c}C" for name, c in drawn.items())
    return text, {"temperatures_c": drawn}


@st.composite
def rails(draw: st.DrawFn) -> Told:
    drawn = draw(
        st.dictionaries(
            NAME.filter(lambda name: name not in RESERVED), st.tuples(COUNT, COUNT), max_size=4
        )
    )
    text = " ".join(f"{name} {now}mW/{avg}mW" for name, (now, avg) in drawn.items())
    return text, {
        "power_mw": {name: {"now": now, "avg": avg} for name, (now, avg) in drawn.items()}
    }


@st.composite
def simple(draw: st.DrawFn) -> list[Told]:
    a, b, c = draw(COUNT), draw(COUNT), draw(COUNT)
    load, clocks = draw(LOAD), draw(st.lists(COUNT, min_size=1, max_size=3))
    every = [
        (f"SWAP {a}/{b}MB (cached {c}MB)",
         {"swap_used_mb": a, "swap_total_mb": b, "swap_cached_mb": c}),
        (f"EMC_FREQ {load}%@{a}", {"emc_load_percent": load, "emc_freq_mhz": a}),
        (f"GR3D_FREQ {load}%@[{','.join(map(str, clocks))}]",
         {"gpu_load_percent": load, "gpu_freq_mhz": clocks}),
        (f"MTS fg {load}% bg 0%", {"mts": {"fg_percent": load, "bg_percent": 0}}),
        (f"IRAM {a}/{b}kB(lfb {c}kB)", {"iram": {"used_kb": a, "total_kb": b, "lfb_kb": c}}),
    ]  # fmt: skip
    return [told for told in every if draw(st.booleans())]


@st.composite
def lines(draw: st.DrawFn) -> Told:
    used, total, blocks = draw(COUNT), draw(COUNT), draw(COUNT)
    ram = {"ram_used_mb": used, "ram_total_mb": total, "lfb_blocks": blocks, "lfb_block_mb": 4}
    told = [(f"RAM {used}/{total}MB (lfb {blocks}x4MB)", ram), *draw(simple())]
    told += [draw(cores()), draw(temperatures()), draw(rails())]
    expected: dict[str, Any] = {}
    for _text, fields in told:
        expected.update(fields)
    return " ".join(text for text, _ in draw(st.permutations(told)) if text), expected


MAIN = {
    "timestamp", "ram_used_mb", "ram_total_mb", "swap_used_mb", "swap_total_mb", "lfb_blocks",
    "lfb_block_mb", "cpus", "gpu_load_percent", "gpu_freq_mhz", "emc_load_percent", "emc_freq_mhz",
    "temperatures_c", "power_mw",
}  # fmt: skip


@given(lines())
def test_a_line_is_parsed_to_the_values_it_was_made_of(told: Told) -> None:
    text, expected = told
    parsed = parse_line(text)
    assert parsed is not None
    plain = parsed.to_dict()
    assert plain == {**dict.fromkeys(MAIN - set(expected)), **expected}


@given(lines(), st.data())
def test_a_cut_line_has_only_values_of_the_complete_one(told: Told, data: st.DataObject) -> None:
    text, _ = told
    # the next token begins with what ends a number
    whole = parse_line(text + " tj@1C")
    cut = parse_line(text[: data.draw(st.integers(0, len(text)))], whole=False)
    assert whole is not None
    if cut is None:
        return
    for field in TegrastatsLine._fields:
        value, full = getattr(cut, field), getattr(whole, field)
        if field == "unknown" or value is None:
            continue
        if isinstance(value, dict):
            assert value.items() <= full.items()
        else:
            assert value == full


@given(st.text(max_size=200), lines(), st.integers(0, 400))
def test_noise_never_raises_and_stays_plain(noise: str, told: Told, at: int) -> None:
    text, _ = told
    for line in (noise, text[:at] + noise + text[at:]):
        parsed = parse_line(line)
        if parsed is not None:
            assert json.loads(json.dumps(parsed.to_dict(), allow_nan=False))


@given(st.lists(st.text("ab", min_size=1), max_size=9), st.lists(st.integers(0, 9)))
def test_lines_come_whole_however_they_are_cut_into_reads(
    texts: list[str], cuts: list[int]
) -> None:
    data = "\n".join(texts).encode()
    buffer = LineSplitter()
    got: list[bytes] = []
    for size in cuts:
        got += buffer.feed(data[:size])
        data = data[size:]
    got += buffer.feed(data)
    assert list(map(text_of, got + buffer.end())) == texts
    assert buffer.end() == [] and buffer.dropped == 0


@given(st.lists(st.binary(max_size=12), max_size=30))
def test_the_buffer_stays_small_and_drops_only_long_lines(chunks: list[bytes]) -> None:
    buffer = LineSplitter(longest=8)
    got: list[bytes] = []
    for chunk in chunks:
        got += buffer.feed(chunk)
        assert len(buffer._rest) <= 8
    assert got == [line for line in b"".join(chunks).split(b"\n")[:-1] if len(line) <= 8]
