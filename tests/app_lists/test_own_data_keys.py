"""A person's own data by keys: a path is typed, the form takes what is found, r starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from app_fakes import FakeBackend, make_app, message, until
from setup_fakes import FOLDER, NUMBERS, TABLE, findings
from textual.pilot import Pilot
from textual.widgets import Input

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.form.letters import LETTERS
from nanotrain_tui.app.screens.dialogs import Ask
from nanotrain_tui.app.widgets.setup_panel import PlanRegion
from nanotrain_tui.drawing.setup.state import Findings, Outlook
from nanotrain_tui.launch.code import Code

pytestmark = pytest.mark.slow

FUNCTION = "data.function"


class Machine(FakeBackend):
    """Finds a table where the form has one, else MNIST."""

    def __init__(self, facts: Mapping[str, Any] = TABLE, **about: Any) -> None:
        super().__init__()
        self.own = findings(facts, pictures=(), **about)

    def look_up(self, config: Mapping[str, Any]) -> Findings:
        found = super().look_up(config)
        return self.own if config["data.name"] in ("csv", "npz", "folder") else found


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "flowers.csv"
    file.write_text("a,species\n1,x\n2,y\n", encoding="utf-8")
    (tmp_path / "flowers.md").touch()
    return file


def outlook(app: NanotrainApp) -> Outlook:
    return app.dashboard.setup.query_one(PlanRegion).outlook


def typed(app: NanotrainApp) -> str:
    return app.dashboard.query_one(Input).value


async def go(pilot: Pilot[None], app: NanotrainApp, key: str) -> None:
    """Go to a field by its letter, as the form shows it."""
    await pilot.press("f", LETTERS[key])
    await until(pilot, lambda: app.dashboard.form.key == key and app.dashboard.is_ready)


async def type_in(pilot: Pilot[None], app: NanotrainApp, text: str) -> None:
    await until(pilot, lambda: app.dashboard.editing)
    app.dashboard.query_one(Input).value = text
    await pilot.pause()


async def test_a_path_typed_under_auto_trains_the_table(table: Path) -> None:
    backend = Machine()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await go(pilot, app, "data.dir")
        await pilot.press("enter")
        await type_in(pilot, app, f"{table.parent}/fl")
        hint = app.dashboard.query_one("#edit-hint").render().plain  # type: ignore[union-attr]
        assert "flowers.csv  flowers.md" in hint and "Tab: complete" in hint
        await pilot.press("tab")
        assert typed(app).endswith("/flowers.")
        await pilot.press("c", "tab")
        assert typed(app) == str(table)
        hint = app.dashboard.query_one("#edit-hint").render().plain  # type: ignore[union-attr]
        assert hint == "data: csv, guessed from flowers.csv"
        await pilot.press("enter")
        await until(pilot, lambda: app.model.value("data.task") == "classification")
        assert message(app) == (
            "Task classification; preset tabular and 4 values, proposed for this data"
        )
        assert app.dashboard.form.key == "data.path"
        await until(pilot, lambda: outlook(app).findings is not None and not outlook(app).problem)
        await pilot.press("r")
        await until(pilot, lambda: backend.started)
    (started,) = backend.started
    assert started["data.name"] == "csv" and started["data.path"] == str(table)
    assert started["data.task"] == "classification" and started["train.epochs"] == 275
    assert started["train.batch_size"] == 16 and started["model.hidden"] == "64, 32"


async def test_a_folder_of_class_folders_is_typed_and_trained(tmp_path: Path) -> None:
    for name in ("circle", "red square"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.JPG").touch()
    backend = Machine(FOLDER)
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await go(pilot, app, "data.dir")
        await pilot.press("enter")
        await type_in(pilot, app, str(tmp_path))
        hint = app.dashboard.query_one("#edit-hint").render().plain  # type: ignore[union-attr]
        assert hint.startswith("data: folder, guessed from")
        await pilot.press("enter")
        await until(pilot, lambda: app.model.value("data.task") == "classification")
        await until(pilot, lambda: outlook(app).findings is not None and not outlook(app).problem)
        await pilot.press("r")
        await until(pilot, lambda: backend.started)
    (started,) = backend.started
    assert started["data.name"] == "folder" and started["data.path"] == str(tmp_path)
    assert any(layer.startswith("conv") for layer in started["model.layers"].split(", "))


async def test_a_folder_that_is_said_to_have_pictures_may_have_names_without_endings(
    tmp_path: Path,
) -> None:
    app = make_app(Machine(FOLDER))
    (tmp_path / "cats").mkdir()
    async with app.run_test(size=(80, 24)) as pilot:
        await go(pilot, app, "data.name")
        await pilot.press("enter", *"folder", "enter")
        await until(pilot, lambda: app.dashboard.editing)
        assert app.dashboard.form.key == "data.path"
        await type_in(pilot, app, str(tmp_path))
        await pilot.press("enter")
        await until(pilot, lambda: app.model.value("data.path") == str(tmp_path))


async def test_the_data_set_is_chosen_and_its_file_is_asked_for(table: Path) -> None:
    app = make_app(Machine(NUMBERS))
    async with app.run_test(size=(80, 24)) as pilot:
        await go(pilot, app, "data.name")
        await pilot.press("enter", *"csv", "enter")
        await until(pilot, lambda: app.dashboard.editing)
        assert app.dashboard.form.key == "data.path"
        await type_in(pilot, app, "/no/such.csv")
        await pilot.press("enter")
        why = app.dashboard.query_one("#edit-why")
        assert why.display and "no such file" in why.render().plain  # type: ignore[union-attr]
        await type_in(pilot, app, str(table))
        assert not why.display
        await pilot.press("enter")
        await until(pilot, lambda: app.model.value("data.task") == "regression")
        assert app.model.config["loss.name"] == "mean_squared_error"
        await go(pilot, app, "data.target")
        await pilot.press("enter", "a", "enter")
        await until(pilot, lambda: app.backend.looked_up[-1].get("data.target") == "a")  # type: ignore[attr-defined]


async def test_r_waits_until_the_data_is_known(table: Path) -> None:
    backend = Machine(NUMBERS)
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        app.model.accept_all({"data.name": "csv", "data.path": str(table)})
        await pilot.press("r")
        await until(pilot, lambda: backend.started)
    assert backend.started[0]["data.task"] == "regression"
    assert backend.started[0]["loss.name"] == "mean_squared_error"


async def test_a_target_is_completed_and_answered_while_it_is_typed(table: Path) -> None:
    backend = Machine()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:

        def hint() -> str:
            return app.dashboard.query_one("#edit-hint").render().plain  # type: ignore[union-attr]

        app.model.accept_all({"data.name": "csv", "data.path": str(table)})
        app.form_changed()
        await until(pilot, lambda: outlook(app).findings is not None and not outlook(app).problem)
        for target in ("spec", "nothing"):  # also after a target that is refused
            await go(pilot, app, "data.target")
            await pilot.press("enter")
            await type_in(pilot, app, target)
            if target == "spec":
                assert hint() == "species\nTab: complete."
                await pilot.press("tab")
                assert typed(app) == "species" and hint() == "species: category"
                await type_in(pilot, app, "seen")
                assert hint() == "seen: date; it cannot be a target"
            else:
                assert hint().startswith("There is no column 'nothing'. There are: id  sepal")
                await type_in(pilot, app, "species")
            backend.own = findings({}, problem="wrong", key="data.target")
            await pilot.press("enter")
            await until(pilot, lambda: outlook(app).problem == "wrong")


async def test_a_column_that_does_not_exist_is_told_at_its_field(table: Path) -> None:
    why = "there is no column 'pricee' in flowers.csv. Did you mean 'price'?"
    backend = Machine({}, problem=why, key="data.target")
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        app.model.accept_all({"data.name": "csv", "data.path": str(table)})
        app.model.accept("data.target", "pricee")
        app.form_changed()
        await until(pilot, lambda: outlook(app).problem == why)
        row = next(row for row in app.model.rows() if row.key == "data.target")
        assert row.problem == why
        await pilot.press("r")
        await until(pilot, lambda: message(app).startswith("Cannot start: target: there is no"))
        assert app.dashboard.form.key == "data.target" and not backend.started
        backend.own = findings(NUMBERS)
        app.model.accept("data.target", "price")
        app.form_changed()
        await until(pilot, lambda: not outlook(app).problem and app.model.refused is None)


@pytest.fixture
def function() -> Machine:
    """A machine where the code of data.function has not run."""
    code = Code("/data/loader.py", "load", b"def load(): ...")
    backend = Machine()
    backend.findings = findings(
        {}, problem="has not been run; r asks before it runs it", key=FUNCTION, code=code
    )
    facts = {**NUMBERS, "name": "function", "columns": []}
    backend.after_consent = {"data": facts, "pictures": ()}
    return backend


async def use_function(pilot: Pilot[None], app: NanotrainApp) -> None:
    app.model.accept("data.name", "function")
    app.model.accept(FUNCTION, "/data/loader.py:load")
    app.form_changed()
    await until(pilot, lambda: "has not been run" in outlook(app).problem)


async def test_a_function_runs_only_after_a_question(function: Machine) -> None:
    app = make_app(function)
    async with app.run_test(size=(80, 24)) as pilot:
        await use_function(pilot, app)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("n")
        await until(pilot, lambda: message(app) == "/data/loader.py was not run.")
        assert not function.agreed and not function.started
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: function.started)
    assert [code.function for code in function.agreed] == ["load"]
    assert function.started[0]["data.task"] == "regression"


async def test_a_function_can_be_looked_at_before_a_start(function: Machine) -> None:
    app = make_app(function)
    async with app.run_test(size=(80, 24)) as pilot:
        await use_function(pilot, app)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("l")
        await until(pilot, lambda: app.model.value("data.task") == "regression")
        await until(pilot, lambda: bool(outlook(app).data) and not outlook(app).problem)
        assert function.agreed and not function.started
        await pilot.press("r")
        await until(pilot, lambda: function.started)
