"""The picture of what a network has learned."""

from __future__ import annotations

import re

import pytest

from nanotrain_tui.export.function_picture import Learned, draw_learned
from nanotrain_tui.follow.function import Axis, Function


@pytest.mark.parametrize("axes", [1, 2])
def test_everything_is_inside_the_picture(axes: int) -> None:
    axis = Axis("x", -1.0, 1.0, 5)
    outputs = tuple(n / 5**axes for n in range(5**axes))
    text = draw_learned(Learned(Function((axis,) * axes, outputs=outputs, step=1200), 0.5))
    assert "The network at step 1,200" in text
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', text)
    assert found is not None
    width, height = map(float, found.groups())
    texts = re.findall(r'<text[^>]* x="([\d.]+)" y="([\d.]+)"', text)
    assert len(texts) > 2
    assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in texts)
