"""Every line and symbol of the charts is explained."""

from __future__ import annotations

import pytest
from drawn_states import accuracy_chart, learned, state_of

from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.screens.help import help_lines, help_text
from nanotrain_tui.drawing.chart import draw_chart
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE, Glyphs
from nanotrain_tui.drawing.legend import chart_legend
from nanotrain_tui.session.events import signs


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_each_sign_of_an_event_is_explained_once(glyphs: Glyphs) -> None:
    legend = chart_legend(glyphs)
    for sign in signs().values():
        assert (glyphs.sign(sign), sign.about) in legend
        assert sign.about.endswith(".")
    assert len({text for _, text in legend}) == len(legend)
    assert len({sign.glyph for sign in signs().values()}) == len(signs())


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_the_lines_of_a_title_and_the_arrows_are_explained(glyphs: Glyphs) -> None:
    known = " ".join(sign for sign, _ in chart_legend(glyphs)).split()
    title = "".join(span.text for span in draw_chart(accuracy_chart(state_of(learned())), 70, 8,
                                                     glyphs)[0])  # fmt: skip
    for sign in (glyphs.train, glyphs.test):
        assert sign in known and sign in title
    assert {glyphs.above, glyphs.below, glyphs.cross, glyphs.infinite} <= set(known)


def test_the_help_explains_the_charts() -> None:
    text = help_text(help_lines(Keymap({}))).plain
    for sign in signs().values():
        assert sign.about in text
