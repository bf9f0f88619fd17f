"""The dashboard on the session of a person's own script: its keys, its values, its output."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from app_fakes import message, until
from desk import RATE, Desk
from rich.cells import cell_len

from nanotrain_tui.app.keys.actions import BY_ID
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.keys.situation import Situation
from nanotrain_tui.app.screens.output import OutputScreen
from nanotrain_tui.app.widgets.form_list import FormList
from nanotrain_tui.app.widgets.output_pane import OutputPane
from nanotrain_tui.catalog import check, nest
from nanotrain_tui.follow.script import model as script_model
from nanotrain_tui.follow.script.output import OutputLine, OutputTail, read_output

FOUND = {
    "fit": 1,
    "model": {
        "kind": "Sequential", "parameters": 1474, "layers": ["Dense d1 (None, 64)", "Dense d2"],
        "loss": "my_own_loss", "optimizer": "Lion", "learning_rate": "ExponentialDecay",
        "fixed": {
            "loss": "it is compiled into the model's graph", "layers": "the script has built them",
            "learning rate": "a schedule sets it: ExponentialDecay",
        },
    },
}  # fmt: skip


def desk(state: str = "running", **found: Any) -> Desk:
    """A dashboard on a script's session."""
    config = {**check({"script.command": "python3 train.py"}), RATE: 0.001, **found}
    one = Desk(state)
    output = tuple(OutputLine(10 * n, f"line {n}") for n in range(100))
    one.session.change(config=nest(config), script=FOUND, output=output)
    return one


def folded(form: FormList) -> str:
    return form.render_line(0).text


async def test_the_folded_form_has_what_was_found_in_the_model() -> None:
    one = desk(**{"train.batch_size": 32})
    async with one.app.run_test(size=(80, 24)) as pilot:
        await one.ready(pilot)
        line = folded(one.app.dashboard.form).strip()
        assert line == "Lion 0.001 · batch 32 · my_own_loss · 2 layers · 1,474 parameters"


async def test_a_value_that_cannot_be_changed_says_why_and_is_not_sent() -> None:
    one = desk(**{"train.batch_size": 32})
    async with one.app.run_test(size=(80, 24)) as pilot:
        await one.ready(pilot)
        rows = {row.key: row for row in one.app.model.rows()}
        assert "preset" not in rows
        assert rows[script_model.LAYERS].fixed == "The script has built them."
        await pilot.press("down")
        for key, text in ((script_model.LOSS, "compiled into"), ("train.batch_size", "decides it"),
                          ("script.on_host_death", "when the session starts"),
                          (RATE, "ExponentialDecay")):  # fmt: skip
            one.go(key)
            for press in ("plus", "enter"):
                await pilot.press(press)
                assert text in message(one.app), (key, message(one.app))
        one.go("guard.margin_c")
        await pilot.press("plus")
        await until(pilot, lambda: one.session.sent == ["set"])


async def test_the_cursor_goes_to_the_learning_rate_once_it_is_found() -> None:
    one = desk()
    found = one.session.state.config
    one.session.change(config=nest(check({"script.command": "python3 train.py"})), script={})
    async with one.app.run_test(size=(80, 24)) as pilot:
        await one.ready(pilot)
        one.session.change(config=found)
        await until(pilot, lambda: one.app.dashboard.form.key == RATE)
        await pilot.press("minus")
        await until(pilot, lambda: one.session.sent == ["set"])


async def test_keys_that_mean_nothing_for_a_script_say_what_does() -> None:
    one = desk("paused")
    async with one.app.run_test(size=(80, 24)) as pilot:
        await one.ready(pilot)
        for key, text in (("F", "Not for a script"), ("R", "Not for a script"),
                          ("w", "network of its own"), ("p", "network of its own")):  # fmt: skip
            await pilot.press(key)
            assert text in message(one.app), key
        assert one.app.screen is one.app.dashboard
        one.session.change(state="stopped")
        again = "'nanotrain run --resume brisk-otter' runs the script again."
        await until(pilot, lambda: again in message(one.app))
        await pilot.press("v")
        assert again in message(one.app)
        await pilot.press("r")
        assert message(one.app) == again


@pytest.mark.parametrize("state", ["running", "paused", "finished"])
def test_the_footer_offers_only_what_a_script_can_do(state: str) -> None:
    situation = Situation(state, name="train-12", script=True, undoable=True)
    items = Keymap().footer(situation)
    assert "output" in [item.id for item in items]
    assert all(item.possible for item in items)
    assert sum(cell_len(f" {item.key} {item.label} ") for item in items) <= 80


def test_a_session_without_a_script_keeps_its_keys() -> None:
    situation = Situation("paused", name="mnist-12")
    for name in ("fork", "restart", "preset", "save_preset", "run"):
        assert BY_ID[name].disabled_reason(situation) == ""


async def test_the_output_is_a_key_away_and_scrolls() -> None:
    one = desk()
    async with one.app.run_test(size=(80, 24)) as pilot:
        await one.ready(pilot)
        await pilot.press("O")
        await until(pilot, lambda: isinstance(one.app.screen, OutputScreen))
        pane = one.app.screen.query_one(OutputPane)
        await until(pilot, lambda: "line 99" in text_of(pane))
        await pilot.press("up")
        assert text_of(pane).rstrip().endswith("line 98") and "1 newer" in text_of(pane)
        one.session.change(output=(*one.session.state.output, OutputLine(1000, "more")))
        await until(pilot, lambda: "2 newer" in text_of(pane))
        assert text_of(pane).rstrip().endswith("line 98")
        await pilot.press("home")
        assert text_of(pane).splitlines()[1].strip() == "line 0"
        await pilot.press("end")
        assert text_of(pane).rstrip().endswith("more")
        await pilot.press("O")
        await until(pilot, lambda: one.app.screen is one.app.dashboard)


def text_of(pane: OutputPane) -> str:
    return "\n".join(pane.render_line(y).text for y in range(pane.size.height))


def test_output_is_read_without_commands_to_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "trainer.log"
    tail = OutputTail(str(log))
    assert tail.read() == ()
    log.write_bytes(b"\x1b[1m9/9\x1b[0m\tdone\r\n\x1b]0;title\x07h\xe9\n")
    assert tail.read() == (OutputLine(0, "9/9     done"), OutputLine(18, "h�"))
    assert "".join(read_output(str(log))) == "9/9     done\nh�\n"
    log.write_bytes(b"".join(b"%06d\n" % n for n in range(20000)))
    assert tail.read()[-1] == OutputLine(7 * 19999, "019999")
    assert 9000 < len(tail.read()) < 10000


@pytest.mark.timeout(60)
def test_a_pipe_in_place_of_the_output_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "trainer.log")
    assert OutputTail(str(tmp_path / "trainer.log")).read() == ()
    with pytest.raises(OSError, match="not a regular file"):
        list(read_output(str(tmp_path / "trainer.log")))
