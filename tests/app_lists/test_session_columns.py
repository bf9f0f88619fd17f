"""The columns of the list of sessions, by width."""

from __future__ import annotations

from typing import Any

import pytest
from drawn_states import text_of

from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import width_of
from nanotrain_tui.drawing.lists.session_columns import COLUMNS, layout_of
from nanotrain_tui.drawing.lists.sessions import chosen, details, draw_head, draw_session
from nanotrain_tui.session.evaluated import Evaluated
from nanotrain_tui.session.metrics import STANDARD
from nanotrain_tui.session.summary import SessionSummary

ACCURACY = next(one for one in STANDARD if one.name == "accuracy")


def summary(name: str, **known: Any) -> SessionSummary:
    empty = dict.fromkeys(SessionSummary._fields)
    about = {
        "name": name, "state": "finished", "data": "mnist", "model": "1024 relu",
        "loss_name": "hinge", "optimizer": "adam", "learning_rate": 1e-4, "batch_size": 100,
        "step": 1000, "own_steps": 1000, "steps": 1000, "duration_s": 65.0, "energy_j": 15.0,
        "started": "2024-05-06T07:08:09+02:00", "spark": [3.0, 2.0, 1.0], "tags": ["keep"],
        "metrics": {"accuracy": Evaluated(ACCURACY, 0.9, 0.95)}, "note": "calm\none",
    }  # fmt: skip
    return SessionSummary(**{**empty, **about, **known})


FORK = summary("mnist-2", parent="mnist-1", own_steps=700, optimizer="sgd", learning_rate=0.05)
PLAIN = summary("mnist-1", tags=[], note="", energy_j=None, batch_size=64)
BOTH = [FORK, PLAIN]


def shown(width: int, summaries: list[SessionSummary] = BOTH) -> list[str]:
    return [column.name for column, _ in layout_of(summaries, width, UNICODE).columns]


def test_it_is_clear_which_column_is_left_out_first() -> None:
    assert sorted(column.priority for column in COLUMNS) == list(range(len(COLUMNS)))


def test_a_long_text_is_cut_before_its_column_is_left_out() -> None:
    both = [summary("a", model="1024 relu, 512 relu, 256 relu", loss_name="x" * 30)] * 2
    least: dict[str, int] = {}
    for width in range(40, 240):
        for column, cells in layout_of(both, width, UNICODE).columns:
            least[column.name] = min(cells, least.get(column.name, cells))
    assert (least["model"], least["loss"]) == (8, 8)


def test_a_wide_terminal_has_every_column() -> None:
    assert shown(196) == [column.name for column in COLUMNS]


def test_a_narrow_one_has_the_most_telling() -> None:
    assert shown(76) == [
        "session", "tags", "state", "step", "training", "best", "optimizer", "rate", "batch",
        "time",
    ]  # fmt: skip
    assert shown(40) == ["session", "state", "step", "best", "rate"]
    assert shown(1) == ["session"]


def test_tags_and_parent_are_cut_before_a_column_is_left_out() -> None:
    """With long tags, a screen of 80 cells has all that a session was trained with."""
    tagged = [summary(f"digits-{i}", state="interrupted", tags=["baseline", "keep", "sweep"],
                      parent="digits-12", own_steps=200) for i in range(3)]  # fmt: skip
    narrow = layout_of(tagged, 76, UNICODE)
    assert {"tags", "optimizer", "rate", "batch"} <= {column.name for column, _ in narrow.columns}
    assert "baselin" in narrow.row(tagged[0], UNICODE)
    wide = layout_of(tagged, 116, UNICODE)
    assert "parent" in wide.head() and "digits-12" in wide.row(tagged[0], UNICODE)
    assert "baseline keep" in wide.row(tagged[0], UNICODE)


def test_tags_are_whole_before_less_telling_columns_come() -> None:
    tagged = [summary("mnist-1", tags=["baseline", "keep", "learning-rate-sweep"], note="n " * 80)]
    for width in (150, 160, 180, 196, 300):
        layout = layout_of(tagged, width, UNICODE)
        assert "started" in layout.head()
        assert "baseline keep learning-rate-sweep" in layout.row(tagged[0], UNICODE), width
    assert layout.place("note")[1] - layout.place("note")[0] > 60


def test_a_column_without_a_value_is_left_out() -> None:
    assert {"tags", "parent", "note"}.isdisjoint(shown(196, [PLAIN]))


def test_each_session_shows_its_values_below_the_names() -> None:
    layout = layout_of(BOTH, 150, UNICODE)
    head, fork, plain = text_of([
        draw_head(layout, 154),
        *(draw_session(one, layout, 154, UNICODE, False, {"mnist-2"}) for one in BOTH),
    ])  # fmt: skip
    assert head.split()[:5] == ["session", "tags", "state", "step", "training"]
    at = {name: head.index(name) for name in ("tags", "parent", "optimizer")}
    assert fork[at["tags"] :].startswith("keep ") and plain[at["tags"] :].startswith("— ")
    assert fork[at["parent"] :].startswith("mnist-1 at 300 ")
    assert fork[at["optimizer"] :].startswith("sgd ")
    for text in ("0.05", "0.0001", "100", "64", "95.00%", "1:05", "15 J"):
        assert text in fork + plain
    assert fork.startswith(" *✔ mnist-2") and plain.startswith("  ✔ mnist-1")
    (broken,) = text_of([
        draw_session(PLAIN._replace(state="interrupted"), layout, 154, UNICODE, False, ())
    ])  # fmt: skip
    assert broken.startswith("  ↯ mnist-1")
    assert head.index("rate") + 4 == fork.index("0.05") + 4 == plain.index("0.0001") + 6


@pytest.mark.parametrize("width", [10, 60, 80, 99, 100, 200])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_lines_have_the_width_of_the_screen(width: int, glyphs: Any) -> None:
    long = summary("n" * 64, tags=["t" * 30], note="x" * 300, optimizer="ö" * 40)
    layout = layout_of([long, FORK], width - 4, glyphs)
    for here in (True, False):
        assert width_of(draw_session(long, layout, width, glyphs, here, ())) == width
    assert width_of(draw_head(layout, width)) == width


def test_the_details_name_what_has_no_column() -> None:
    assert details(FORK, UNICODE) == [
        "sgd 0.05, batch 100, forked from mnist-1 at 300, mnist, 1024 relu, hinge",
        "step 1,000 of 1,000, 1:05, 15 J, accuracy 90.00% (best 95.00%), 2024-05-06 07:08",
        "calm one",
    ]
    empty = summary("x", optimizer=None, learning_rate=None, batch_size=None, data=None,
                    model=None, loss_name=None, steps=None, energy_j=None, started=None,
                    metrics={}, note="")  # fmt: skip
    assert details(empty, UNICODE) == ["", "step 1,000, 1:05", ""]


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("learning rate", "mnist-2"),
        ("batch size", "mnist-2"),
        ("optimizer", "mnist-1"),
        ("parent", "mnist-2"),
        ("tags", "mnist-2"),
        ("energy", "mnist-2"),
        ("name", "mnist-1"),
    ],
)
def test_sessions_are_sorted_by_what_they_were_trained_with(sort: str, first: str) -> None:
    unknown = summary("zero", learning_rate=None, batch_size=None, optimizer=None, tags=[],
                      energy_j=None)  # fmt: skip
    for given in ([FORK, PLAIN, unknown], [unknown, PLAIN, FORK]):
        found = chosen(given, "", sort)
        assert found[0].name == first
        assert sort == "parent" or found[-1].name in ("zero", "mnist-1")


def test_what_was_searched_for_is_marked() -> None:
    layout = layout_of(BOTH, 150, UNICODE)
    for here, role in ((False, "match"), (True, "cursor-match")):
        line = draw_session(FORK, layout, 154, UNICODE, here, (), "sgd keep")
        assert [text for text, one in line if one == role] == ["keep", "sgd"]


def test_a_session_is_found_by_its_parent() -> None:
    assert chosen(BOTH, "mnist-1 sgd", "newest") == [FORK]
