"""Keys the user wants elsewhere: taken, or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_fakes import FakeBackend, make_app, message, midway, until
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nanotrain_tui.app.keys.actions import ACTIONS, BY_ID, FOOTERS, PANES
from nanotrain_tui.app.keys.keymap import Keymap, key_name, shown_key
from nanotrain_tui.app.keys.situation import Situation
from nanotrain_tui.app.screens.help import help_lines, help_text
from nanotrain_tui.app.source.ports import Preferences


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("?", "question_mark"), ("+", "plus"), ("x", "x"), ("F", "F"), ("é", "é"), ("f5", "f5"),
        ("space", "space"), ("PageUp", "pageup"), ("ctrl+r", "ctrl+r"), ("Ctrl+R", "ctrl+R"),
        ("shift+tab", "shift+tab"), ("minus", "minus"), ("alt+x", "alt+x"),
        ("", ""), ("foo", ""), ("ctrl+zz", ""), ("hyper+x", ""), ("\n", ""),
    ],
)  # fmt: skip
def test_keys_by_name(written: str, name: str) -> None:
    assert key_name(written) == name


def test_keys_as_people_write_them() -> None:
    names = ["question_mark", "ctrl+p", "pageup", "f2", "plus", "minus", "full_stop", "shift+tab"]
    assert [shown_key(name) for name in names] == [
        "?",
        "^p",
        "PgUp",
        "F2",
        "+",
        "-",
        ".",
        "Shift+Tab",
    ]


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"stpo": "x"}, "keys.stpo: there is no such action. Did you mean 'stop'?"),
        ({"stop": "foo"}, "keys.stop: 'foo' is not a key; stop keeps its default keys."),
        ({"stop": "escape"}, "keys.stop: escape is reserved; choose another key."),
        ({"stop": " "}, "keys.stop: no key is given; stop keeps its default keys."),
        ({"stop": "q"}, "keys.stop: q is already the key of 'quit'; stop keeps s."),
        (
            {"more": "j"},
            "keys.more: j is already the key of 'cursor_down'; more keeps + = Right l.",
        ),
        ({"undo": "Z", "drop": "Z"}, "keys.undo: Z is already the key of 'drop'; undo keeps u."),
        (
            {"chart_row": "5"},
            "keys.chart_row: these keys cannot be changed.",
        ),
    ],
)
def test_what_cannot_be_is_named_and_left_out(wanted: dict[str, str], problem: str) -> None:
    keymap = Keymap(wanted)
    assert keymap.problems == [problem]
    assert all(keymap.keys(action.id) for action in ACTIONS)


def test_two_actions_may_change_places_and_panes_share_keys() -> None:
    swapped = Keymap({"stop": "x", "drop": "s", "chart_left": "e", "undo": ","})
    assert swapped.problems == []
    assert (swapped.shown("stop"), swapped.shown("drop"), swapped.shown("undo")) == ("x", "s", ",")


@given(
    st.dictionaries(
        st.sampled_from([*BY_ID, "nobody"]),
        st.lists(st.sampled_from(["x", "s", "q", "ctrl+r", "j", "f5", "foo", "+"]), max_size=3),
        max_size=5,
    )
)
def test_whatever_is_wished_no_key_does_two_things(wishes: dict[str, list[str]]) -> None:
    keymap = Keymap({name: ",".join(keys) for name, keys in wishes.items()})
    for pane in PANES:
        keys = [
            key
            for action in ACTIONS
            if action.pane in ("", pane)
            for key in dict.fromkeys(keymap.keys(action.id))
        ]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "situation",
    [
        Situation(), Situation("running", name="mnist-12"), Situation("paused"),
        Situation("running", staged=3), Situation("paused", staged=3), Situation("failed"),
        Situation("", launching=True), Situation("running"), Situation("running", replayed=True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("view", ["", "chart", "log", "charts"])
def test_the_footer_fits_80_columns_in_every_state(situation: Situation, view: str) -> None:
    items = Keymap().footer(situation, view)
    assert sum(cell_len(f" {item.key} {item.label} ") for item in items) <= 80
    assert any(item.id == "help" for item in items)


def test_every_footer_is_of_a_phase() -> None:
    states = ("", "starting", "running", "paused", "failed")
    seen = {
        Situation(state, staged=staged, script=script).phase
        for state in states for staged in (0, 1) for script in (False, True)
    }  # fmt: skip
    seen.add(Situation("running", replayed=True).phase)
    assert {*seen, "chart", "log", "charts", "learned", "output"} == set(FOOTERS)


async def test_remapped_keys_work_and_are_shown() -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    session.change(**midway())
    wanted = {"checkpoint": "ctrl+k,K", "stop": "q", "nobody": "x"}
    app = make_app(backend, session="brisk-otter", preferences=Preferences("dark", keys=wanted))
    async with app.run_test(size=(80, 24)) as pilot:
        log = app.dashboard.query_one("#log").state.log  # type: ignore[attr-defined]
        notes = [line.text for line in log if line.text.startswith("keys.")]
        assert len(notes) == 2 and "keys.nobody" in notes[0] and "keys.stop" in notes[1]
        await until(pilot, lambda: app.model.live)
        await pilot.press("c")
        assert "'c' has no action here" in message(app)
        await pilot.press("K", "ctrl+k")
        await until(pilot, lambda: session.sent == ["checkpoint"] * 2)
        assert "^k K" in help_text(help_lines(app.key_table)).plain


async def test_a_remapped_key_of_the_form_works_there() -> None:
    app = make_app(
        preferences=Preferences("dark", keys={"cursor_down": "down,n", "step": "full_stop"})
    )
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.dashboard.form.key
        await pilot.press("n")
        assert app.dashboard.form.key != before
        before = app.dashboard.form.key
        await pilot.press("j")
        assert app.dashboard.form.key == before and "'j' has no action here" in message(app)


def test_the_manual_names_every_action() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "DASHBOARD.md").read_text(encoding="utf-8")
    assert [action.id for action in ACTIONS if f"`{action.id}`" not in manual] == []
