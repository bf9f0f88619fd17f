"""Fields edited by keys: good values, bad values, the way out."""

from __future__ import annotations

import pytest
from app_fakes import FakeBackend, make_app, message, until
from textual.pilot import Pilot
from textual.widgets import Input, Static

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.form.model import Row
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.widgets.form_list import fitting
from nanotrain_tui.catalog import FIELDS, ConfigError, applies
from nanotrain_tui.catalog.fields import CHOICE, FLOAT, INT

pytestmark = pytest.mark.slow

ROW = Row("model.layers", "layers", "conv 32 3x3, pool 2", "conv, pool")
NUMBERS = [key for key, field in FIELDS.items() if field.kind in (INT, FLOAT)]
CHOICES = [key for key, field in FIELDS.items() if field.kind == CHOICE]
BAD = ["abc", "", "-1", "1e309", "nan", "9" * 400]
ENABLERS = {  # what makes a field apply
    "loss.huber_delta": ("loss.name", "huber"),
    "optimizer.momentum": ("optimizer.name", "sgd"),
    "optimizer.nesterov": ("optimizer.name", "sgd"),
    "optimizer.rho": ("optimizer.name", "rmsprop"),
    "optimizer.weight_decay": ("optimizer.name", "adamw"),
    "optimizer.initial_accumulator_value": ("optimizer.name", "adagrad"),
    "schedule.decay_steps": ("schedule.name", "step"),
    "schedule.decay_rate": ("schedule.name", "step"),
    "schedule.end_fraction": ("schedule.name", "cosine"),
}


def enable(app: NanotrainApp, key: str) -> None:
    if key in ENABLERS:
        app.model.accept(*ENABLERS[key])
        app.dashboard.reload_form()


async def open_field(app: NanotrainApp, pilot: Pilot[None], key: str) -> None:
    enable(app, key)
    app.dashboard.form.focus()
    app.dashboard.form.go_to(key)
    await pilot.press("enter")
    await pilot.pause()


def complaint(app: NanotrainApp) -> str:
    """The sentence under the editor, empty while there is none."""
    for line in app.dashboard.query("#edit-why").results(Static):
        return str(line.render()) if line.display else ""
    return ""


async def test_a_number_is_typed_and_applied() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_field(app, pilot, "optimizer.learning_rate")
        assert isinstance(app.focused, Input)
        app.focused.value = ""
        await pilot.press(*"0.005", "enter")
        await until(pilot, lambda: not app.dashboard.editing)
        assert app.model.value("optimizer.learning_rate") == 0.005
        assert app.focused is not None and app.focused.id == "form"
        assert message(app) == "learning rate: 0.005"


async def test_letters_are_text_while_editing_and_commands_after() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_field(app, pilot, "data.dir")
        await pilot.press(*"/srv/quota")
        assert isinstance(app.focused, Input) and app.focused.value == "/srv/quota"
        assert backend.started == [] and app.is_running
        await pilot.press("escape")
        await until(pilot, lambda: not app.dashboard.editing)
        assert app.model.value("data.dir") == ""
        await pilot.press("r")
        await until(pilot, lambda: backend.started)


async def test_tab_applies_as_enter_does() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_field(app, pilot, "train.seed")
        await pilot.press(*"7", "tab")
        await until(pilot, lambda: not app.dashboard.editing)
        assert app.model.value("train.seed") == 7


def test_every_number_refuses_what_is_none() -> None:
    """Text, nothing, a negative, an infinity, NaN, 400 digits: each with a sentence."""
    for key in NUMBERS:
        app = make_app()
        if key in ENABLERS:
            app.model.accept(*ENABLERS[key])
        before = app.model.text(key)
        for text in BAD:
            with pytest.raises(ConfigError) as refused:
                app.model.accept(key, text)
            assert refused.value.key == key and len(refused.value.message) > 10
            assert app.model.text(key) == before


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_bad_numbers_are_refused_at_the_field_and_it_stays_open(
    size: tuple[int, int],
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        for key in ("train.steps", "optimizer.learning_rate"):
            await open_field(app, pilot, key)
            before = app.model.text(key)
            for text in BAD:
                assert isinstance(app.focused, Input)
                app.focused.value = text
                await pilot.press("enter")
                assert app.dashboard.editing, (key, text)
                assert len(complaint(app)) > 10, (key, text)
            await pilot.press("escape")
            assert app.model.text(key) == before


async def test_the_sentence_says_what_is_wrong() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key, text, why in (
            ("model.hidden", "512 rleu", "relu"),
            ("model.hidden", "0", "units"),
            ("model.hidden", "-5", "units"),
            ("model.hidden", "1e9", "number of units"),
            ("model.hidden", "65536, 65536", "weights"),
            ("train.steps", "0", "at least 1"),
            ("train.batch_size", "2.5", "whole number"),
            ("model.dropout", "1", "below 1"),
            ("trainer.command", "python 'oops", "quote"),
        ):
            await open_field(app, pilot, key)
            assert isinstance(app.focused, Input)
            app.focused.value = text
            await pilot.press("enter")
            assert why in complaint(app), text
            await pilot.press("escape")


async def test_markup_in_a_value_is_only_text() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for text in ("[bold]x[/", "[@click=app.quit]q[/]$primary"):
            await open_field(app, pilot, "data.dir")
            assert isinstance(app.focused, Input)
            app.focused.value = text
            await pilot.press("enter")
            await until(pilot, lambda: not app.dashboard.editing)
            assert message(app) == f"folder: {text}"
            await open_field(app, pilot, "model.hidden")
            app.focused.value = text
            await pilot.press("enter")
            assert text[:5] in complaint(app)
            await pilot.press("escape")


async def test_every_choice_opens_a_list_with_a_sentence_for_each() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key in CHOICES:
            if not applies(key, app.model.given):
                continue
            await open_field(app, pilot, key)
            assert isinstance(app.screen, PickList)
            rows = app.screen.rows
            choices = FIELDS[key].choices or {}
            assert [one.name for one in rows.entries] == list(choices)
            assert rows.here is not None and rows.here.name == app.model.value(key)
            await pilot.press("end")
            about = str(app.screen.query_one("#pick-about", Static).render())
            assert about.split() == list(choices.values())[-1].summary.split()
            await pilot.press("escape")
            assert not isinstance(app.screen, PickList)


async def test_a_choice_that_does_not_fit_is_refused_in_the_list() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.model.accept("model.output", "softmax")
        await open_field(app, pilot, "loss.name")
        names = list(FIELDS["loss.name"].choices or {})
        assert isinstance(app.screen, PickList)
        app.screen.rows.go_to(names.index("hinge"))
        await pilot.press("enter")
        assert isinstance(app.screen, PickList)
        about = app.screen.query_one("#pick-about", Static)
        assert "output layer" in str(about.render()) and about.has_class("-why")
        await pilot.press("escape")
        assert app.model.value("loss.name") == "categorical_crossentropy"


async def test_choosing_an_optimizer_brings_its_own_parameters() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_field(app, pilot, "optimizer.name")
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.model.value("optimizer.name") == "sgd"
        keys = [row.key for row in app.model.rows()]
        assert "optimizer.nesterov" in keys and "optimizer.beta_1" not in keys
        assert app.dashboard.form.key == "optimizer.name"


async def test_a_switch_flips_at_once_or_says_what_it_lacks() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_field(app, pilot, "optimizer.nesterov")
        assert "momentum" in message(app)
        app.model.accept("optimizer.momentum", "0.9")
        await pilot.press("enter")
        assert app.model.value("optimizer.nesterov") is True
        assert message(app) == "Nesterov: on"


async def test_another_editor_takes_the_place_of_the_open_one() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_field(app, pilot, "train.steps")
        app.form_actions.edit_field("train.seed")
        await until(pilot, lambda: isinstance(app.focused, Input) and app.focused.value == "1")
        assert len(app.dashboard.query(Input)) == 1
        await pilot.press("escape")
        await until(pilot, lambda: not app.dashboard.editing)
        assert app.dashboard.query_one("#about").display


async def test_the_cursor_walks_over_headings_and_stops_at_the_ends() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        form = app.dashboard.form
        fields = [row.key for row in app.model.rows() if row.key]
        assert not form.go_to("optimizer.no_such_field")
        seen = [form.key]
        for _ in fields[1:]:
            await pilot.press("j")
            seen.append(form.key)
        assert seen == fields
        await pilot.press("j")
        assert form.key == fields[-1]
        assert form.scroll_offset.y == len(app.model.rows()) - form.size.height
        await pilot.press("home")
        assert (form.key, form.scroll_offset.y) == (fields[0], 0)
        await pilot.press("up")
        assert form.key == fields[0]
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        assert form.key == fields[-1]
        await pilot.press("pageup", "pageup", "pageup", "pageup", "pageup")
        assert form.key == fields[0]


async def test_the_mouse_chooses_and_opens() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click("#form", offset=(3, 5))
        assert app.dashboard.form.key == "model.hidden"
        await pilot.click("#form", offset=(3, 5))
        await until(pilot, lambda: app.dashboard.editing)
        await pilot.click("#form", offset=(3, 6))
        await until(pilot, lambda: not app.dashboard.editing)
        await pilot.click("#keys", offset=(2, 0))
        await until(pilot, lambda: app.link.state.state == "running")


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (19, "conv 32 3x3, pool 2"), (18, "conv, pool"), (10, "conv, pool"), (9, "conv, po…"),
        (7, "conv,…"), (1, "c…"),
    ],
)  # fmt: skip
def test_a_long_value_is_short_or_cut(room: int, text: str) -> None:
    assert fitting(ROW, room, "…") == text
