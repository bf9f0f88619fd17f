"""The parser against real lines of thirteen boards, where they are at hand."""

import json
import re
from pathlib import Path

import pytest

from nanotrain_tui.telemetry.summary import module_power
from nanotrain_tui.telemetry.tegrastats import TegrastatsLine, parse_line

pytestmark = pytest.mark.shared

TOKEN = re.compile(
    r"\d\d-\d\d-\d{4} \S+|RAM \S+(?: +\(lfb \S+)?|SWAP \S+(?: +\(cached \S+)?|IRAM \S+ \S+"
    r"|MTS fg \S+ bg \S+|EDP limit \S+|[^@\s]+@-?[\d.]+C\S*|\S+ +\S+"
)


@pytest.fixture(scope="module")
def recorded(shared: Path) -> Path:
    return shared / "tegrastats"


def every_line(folder: Path) -> "list[tuple[str, TegrastatsLine]]":
    texts = [
        text
        for path in sorted([*folder.glob("*.txt"), *folder.glob("logs/*.log")])
        for text in path.read_text().split("\n")
        if text.strip()
    ]
    parsed = [(text, parse_line(text)) for text in texts]
    assert len(parsed) > 300
    return [(text, line) for text, line in parsed if line is not None]


def test_expected_values(recorded: Path) -> None:
    cases = json.loads((recorded / "expected.json").read_text())
    assert len(cases) >= 32
    for case in cases:
        text = (recorded / case["file"]).read_text().split("\n")[case["line"] - 1]
        line = parse_line(text)
        assert line is not None
        plain = line.to_dict()
        expected = {**case["expect"], **case.get("extra", {})}
        assert {key: plain.get(key) for key in expected} == expected, case["why"]
        assert line.unknown == (), text


def test_every_line_is_understood(recorded: Path) -> None:
    for text, line in every_line(recorded):
        assert line.unknown == (), text
        assert line.cpus, text


def test_the_module_rail_is_believed_but_on_the_odd_carrier(recorded: Path) -> None:
    for text, line in every_line(recorded):
        now = {name: rail.now for name, rail in line.power_mw.items()}
        rail = now.get("POM_5V_IN", now.get("VDD_IN"))
        odd_carrier = now.get("POM_5V_GPU", 0) > 8000
        assert module_power(now) == (None if odd_carrier else rail), text


def test_a_line_cut_anywhere_has_only_its_true_values(recorded: Path) -> None:
    """But for a number at its end, as ``1405/140`` of 1408: the reader takes whole lines."""
    cases = json.loads((recorded / "expected.json").read_text())
    for case in cases:
        text = (recorded / case["file"]).read_text().split("\n")[case["line"] - 1]
        whole = parse_line(text)
        assert whole is not None
        for end in range(len(text)):
            cut = parse_line(text[:end], whole=False)
            if cut is not None and not text[end - 1].isdigit():
                for field in set(TegrastatsLine._fields) - {"unknown"}:
                    assert agrees(getattr(cut, field), getattr(whole, field)), text[:end]


def test_the_order_of_tokens_does_not_matter(recorded: Path) -> None:
    """Every token is read on its own, also as the last one."""
    for text, line in every_line(recorded):
        tokens = TOKEN.findall(text)
        assert " ".join(tokens).split() == text.split()
        for turn in range(1, len(tokens)):
            turned = parse_line(" ".join(tokens[turn:] + tokens[:turn]))
            assert turned is not None and turned.to_dict() == line.to_dict(), tokens[turn - 1]


def agrees(part: object, whole: object) -> bool:
    """Whether ``part`` holds nothing that ``whole`` does not."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(agrees(value, whole[name]) for name, value in part.items())
    if isinstance(part, (tuple, list)) and isinstance(whole, (tuple, list)):
        return len(part) == len(whole) and all(map(agrees, part, whole))
    return part is None or part == whole
