"""The editor of ``model.layers``, from the form to the value."""

import pytest
from app_fakes import FakeBackend, make_app, message, midway, until
from textual.widgets import Input, Static

from nanotrain_tui.app.form.letters import LETTERS
from nanotrain_tui.app.screens.layer_editor import LayerEditor
from nanotrain_tui.app.screens.pick_list import PickList

pytestmark = pytest.mark.slow

KEY = "model.layers"
SMALL = "conv 8 3x3, pool 2, flatten"
SIZE = (80, 24)


async def opened(app, pilot):
    await pilot.press("f", LETTERS[KEY], "enter")
    await pilot.pause()
    assert isinstance(app.screen, LayerEditor)


def texts(app):
    return [row.text for row in app.screen._rows.rows]


def about(app):
    return str(app.screen.query_one("#layers-about", Static).render())


def total(app):
    return str(app.screen.query_one("#layers-total", Static).render())


def hint(app):
    return str(app.screen.query_one("#edit-hint", Static).render())


async def test_a_list_is_made_from_nothing_and_applied():
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await opened(app, pilot)
        assert texts(app) == ["inputs"] and about(app).startswith("No layers: the hidden layers")
        await pilot.press("a")
        assert isinstance(app.screen, PickList)
        await pilot.press(*"conv", "enter")
        await pilot.pause()
        assert app.screen.query_one(Input).value == "conv 32 3x3"
        app.screen.query_one(Input).value = ""
        await pilot.press(*"conv 8 5x5 valid")
        await pilot.pause()
        assert texts(app) == ["inputs", "conv 8 5x5 valid", "output softmax"]
        assert [row.shape for row in app.screen._rows.rows][1] == (24, 24, 8)
        assert hint(app).startswith("the output layer: it needs flat inputs")
        await pilot.press("enter", "a", *"flat", "enter")
        await pilot.pause()
        assert total(app) == "46,298 parameters, 0.2 MB"
        assert about(app).startswith("flatten: Makes one row")
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is app.dashboard
        assert app.model.value(KEY) == "conv 8 5x5 valid, flatten"
        assert message(app) == "layers: conv 8 5x5 valid, flatten"
        assert not app.dashboard.form.go_to("model.hidden")


async def test_what_the_data_does_not_allow_is_refused_by_layer_and_reason():
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        app.model.accept(KEY, SMALL)
        await opened(app, pilot)
        await pilot.press("end", "d", "enter")
        await pilot.pause()
        assert isinstance(app.screen, LayerEditor)
        assert about(app) == (
            "the output layer: it needs flat inputs; add flatten or a global pooling before it."
        )
        await pilot.press("u", "enter")
        await pilot.pause()
        assert app.screen is app.dashboard and app.model.value(KEY) == SMALL


async def test_esc_leaves_the_value_and_a_layer_being_added():
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        app.model.accept(KEY, SMALL)
        await opened(app, pilot)
        await pilot.press("a", *"dense", "enter", "escape")
        await pilot.pause()
        assert texts(app)[1:-1] == SMALL.split(", ")
        await pilot.press("d", "plus", "escape")
        await pilot.pause()
        assert app.screen is app.dashboard and app.model.value(KEY) == SMALL


async def test_layers_are_moved_edited_and_stepped():
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        app.model.accept(KEY, SMALL)
        await opened(app, pilot)
        await pilot.press("plus", "J", "e")
        await pilot.pause()
        assert texts(app)[1:-1] == ["pool 2", "conv 16 3x3", "flatten"]
        await pilot.press("end", *" tanh", "pagedown", "enter", "down", "i", "escape")
        await pilot.pause()
        assert texts(app)[1:-1] == ["pool 2", "conv 16 3x3 tanh", "flatten"]
        await pilot.press("e", "home", *"x", "enter")
        await pilot.pause()
        why = str(app.screen.query_one("#edit-why", Static).render())
        assert why.startswith("layer 3 (xflatten): 'xflatten' is no kind of layer. Did you mean")
        await pilot.press("escape", "question_mark")
        assert about(app).startswith("a i: Add a layer below or above the cursor. e: Edit")
        await pilot.press("enter")
        await pilot.pause()
        assert app.model.value(KEY) == "pool 2, conv 16 3x3 tanh, flatten"


async def test_in_a_live_session_it_asks_for_a_restart():
    backend = FakeBackend()
    backend.add("brisk-otter").change(**midway())
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.link.state.step == 412)
        await opened(app, pilot)
        await pilot.press("e", *"flatten, 64 relu", "enter", "enter")
        await pilot.pause()
        assert not isinstance(app.screen, LayerEditor)
        assert app.model.value(KEY) == "flatten, dense 64 relu"
        assert app.model.staged_for_restart() == [KEY]
