"""Bytes of a path that are no UTF-8, as text for a reader and as JSON."""

import json
import os

import pytest

from nanotrain_tui.catalog.undecodable import SHOWN, json_safe, shown

ODD = os.fsdecode(b"/h\xe9/\xff")


def test_a_byte_is_shown_by_its_number() -> None:
    assert shown(ODD) == r"/h\xe9/\xff"
    assert shown("/hé/日") == "/hé/日"
    assert shown("\ud800") == "?"
    assert f"é{ODD}".encode("ascii", SHOWN) == rb"?/h\xe9/\xff"
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", SHOWN)


def test_json_reads_back_the_same() -> None:
    text = json_safe(json.dumps({"path": ODD, "é": 1}, ensure_ascii=False))
    assert json.loads(text.encode("utf-8")) == {"path": ODD, "é": 1}
    assert "é" in text
