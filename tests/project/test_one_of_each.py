"""One of each kind of thing is added to a copy of the program, and found wherever it belongs.

docs/ARCHITECTURE.md, "To change one thing", names the places; these are all there are.
"""

import json
from pathlib import Path

import pytest
from house import ROOT, House

pytestmark = pytest.mark.slow

FAKES = ROOT / "tests" / "fakes"
CHOSEN = {
    "model.hidden": "6 mish", "loss.name": "fourth_power", "optimizer.name": "lion",
    "data.name": "stripes",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    place = House(tmp_path_factory.mktemp("house"))
    add_an_activation(place)
    add_a_loss(place)
    add_an_optimizer(place)
    add_a_data_source(place)
    place.add("nanotrain_tui/export/formats/names.py", FORMAT)
    place.add("nanotrain_tui/cli/commands/wave.py", COMMAND)
    place.row(
        "app/keys/actions.py",
        "ACTIONS = (",
        'Action("wave", "session.run", "ctrl+y", "wave", "Waves.", SCREEN, "Wave: at it"),',
    )
    place.add("nanotrain_tui/app/views/steps.py", VIEW)
    place.row(
        "app/keys/actions.py",
        "ACTIONS = (",
        'Action("steps_view", "view.steps", "ctrl+o", "big step", "The step.", SCREEN, "A step"),',
    )
    place.add("themes/dusk.toml", THEME)
    place.row(
        "session/events.py",
        "EVENTS: Dict[str, Kind] = {",
        '"waved": Kind({"who": TEXT, "times": COUNT}),',
    )
    return place  # fmt: skip


def add_an_activation(house: House) -> None:
    house.row("catalog/activations.py", "_ENTRIES = (", '''
        Activation(
            "mish", "Mish", "A smooth ReLU.",
            lambda x: x * math.tanh(math.log1p(math.exp(x))), -0.31,
        ),
    ''')  # fmt: skip
    house.extend("trainer/activations.py", """
        @activation
        def mish(x: Tensor) -> Tensor:
            return x * tf.math.tanh(tf.math.softplus(x))
    """)  # fmt: skip


def add_a_loss(house: House) -> None:
    house.row("catalog/losses.py", "_ENTRIES = (", '''
        Loss("fourth_power", "fourth power", "Punishes large errors.", ANYTHING, "linear"),
    ''')  # fmt: skip
    house.extend("trainer/losses.py", """
        @loss()
        def fourth_power(y: Tensor, p: Tensor) -> Tensor:
            return tf.reduce_mean(tf.square(tf.square(p - y)), axis=-1)
    """)  # fmt: skip


def add_an_optimizer(house: House) -> None:
    house.row("catalog/optimizers.py", "_ENTRIES = (", '''
        Optimizer(
            "lion", "Lion", "Follows the sign.", {"beta_1": 0.9, "beta_2": 0.99}, 0.0001, 1,
        ),
    ''')  # fmt: skip
    house.extend("trainer/optimizers.py", '''
        @optimizer("m", beta_1=0.9, beta_2=0.99)
        def lion(w: Tensor, g: Tensor, slots: Slots, context: UpdateContext) -> Updated:
            """Chen et al. 2023."""
            (m,), p = slots, context.p
            ahead = p["beta_1"] * m + (1.0 - p["beta_1"]) * g
            return w - context.rate * tf.sign(ahead), [p["beta_2"] * m + (1.0 - p["beta_2"]) * g]
    ''')  # fmt: skip


def add_a_data_source(house: House) -> None:
    file = house.package / "catalog" / "choices.py"
    rows, anchor = file.read_text(encoding="utf-8"), '        DataSet(\n            "auto"'
    assert anchor in rows
    row = '        DataSet("stripes", "stripes", "Rows or columns.", (4, 5), 2, 60, 20),\n'
    file.write_text(rows.replace(anchor, row + anchor), encoding="utf-8")
    house.add("nanotrain_tui/trainer/data/sources/stripes.py", SOURCE)


VIEW = '''
    """The step in large letters."""

    from textual.widgets import Static

    from nanotrain_tui.app.screens.live_screen import View
    from nanotrain_tui.app.widgets.bars import KeyLine, MessageLine


    class StepsView(View):
        def compose(self):
            yield Static("", id="big")
            yield MessageLine()
            yield KeyLine()

        def show_state(self, state):
            self.query_one("#big").update(f"step {state.step}")


    def open_view(context):
        context.shell.push_screen(StepsView(), lambda _: None)
'''
SOURCE = '''
    """Images of one bright row (class 0) or column (class 1), 4 x 5 pixels."""

    import os

    import numpy as np

    from ..dataset import CLASSIFICATION, DataError, Dataset, Rows
    from ..source import Source


    def inspect(config):
        place = config.get("data.dir") or ""
        if place and not os.path.isdir(place):
            raise DataError("data.dir", "%s is no folder." % place)
        return {"source": "stripes", "shape": [4, 5], "classes": 2, "train": 60, "test": 20,
                "task": CLASSIFICATION}


    def load(config, progress):
        inspect(config)
        images, labels = np.zeros((80, 4, 5), np.uint8), (np.arange(80) % 2).astype(np.uint8)
        for number, (image, label) in enumerate(zip(images, labels)):
            image[(number % 4, slice(None)) if label == 0 else (slice(None), number % 5)] = 255
        train, test = Rows(images[:60], labels[:60]), Rows(images[60:], labels[60:])
        return Dataset("stripes", "stripes", train, test, CLASSIFICATION, 2)


    SOURCE = Source(inspect, load, keys=("data.dir",))
'''

FORMAT = '''
    """The session's name."""

    from nanotrain_tui.export.format_types import TextFormat


    def write(reader, out, options):
        out.write(reader.folder.name)


    FORMAT = TextFormat("the name alone", ".txt", write)
'''

COMMAND = '''
    """``nanotrain wave``."""

    import click


    @click.command("wave")
    def command():
        """Wave at whoever calls."""
        click.echo("waved")
'''

THEME = 'name = "dusk"\n' + "\n".join(
    line
    for line in (Path(__file__).parents[2] / "themes" / "dark.toml").read_text().splitlines()
    if not line.startswith("name")
)


def test_a_configuration_may_hold_them_and_defaults_are_filled_in(house: House) -> None:
    found = house.ask(f"""
        from nanotrain_tui.catalog import check, trainer_config
        checked = check({CHOSEN!r})
        found = [checked, trainer_config(checked)]
    """)
    assert found[0]["optimizer.beta_2"] == 0.99 and "optimizer.epsilon" not in found[0]
    assert found[1]["layers"] == [{"units": 6, "activation": "mish"}]
    assert found[1]["output"] == "linear"


@pytest.mark.parametrize(
    ("key", "name"),
    [("model.activation", "mish"), ("model.output", "mish"), ("loss.name", "fourth_power"),
     ("optimizer.name", "lion"), ("data.name", "stripes")],
)  # fmt: skip
def test_form_help_and_the_file_of_init_offer_them(house: House, key: str, name: str) -> None:
    assert name in house.nanotrain("keys", key)
    section, _, own = key.partition(".")
    lines = house.nanotrain("init", "-").partition(f"[{section}]")[2].partition(f"#{own} =")[0]
    assert name in lines
    found = house.ask(f"""
        from nanotrain_tui.app.form.model import FormModel
        from nanotrain_tui.catalog import FIELDS, check
        form = FormModel(check({{}}))
        form.accept({key!r}, {name!r})
        found = [form.text({key!r}), list(FIELDS[{key!r}].choices)]
    """)
    assert found[0] == name and name in found[1]


def test_a_parameter_belongs_to_the_new_optimizer_too(house: House) -> None:
    assert "lion" in house.nanotrain("keys", "optimizer.beta_2")


def test_set_takes_them_and_a_misspelt_name_is_told_the_new_one(house: House) -> None:
    ran = house.run("-m", "nanotrain_tui", "train", "--set", "optimizer.name=lionn", "--dry-run")
    assert ran.returncode == 2 and "'lion'" in ran.stderr
    ran = house.run("-m", "nanotrain_tui", "train", "--set", "data.name=strips", "--dry-run")
    assert ran.returncode == 2 and "'stripes'" in ran.stderr


def test_the_memory_estimate_counts_the_optimizers_slots(house: House) -> None:
    found = house.ask(f"""
        from nanotrain_tui.catalog import check
        from nanotrain_tui.catalog.memory_estimate import estimate
        need = estimate(check({CHOSEN!r}), (4, 5), 2, 60, 20)
        found = [need.slots_mb, need.weights_mb]
    """)
    assert found[0] == pytest.approx(2 * found[1] / 3)  # three copies of weights, two of slots


def test_a_checkpoint_has_the_optimizers_slots(house: House) -> None:
    found = house.ask("""
        from nanotrain_tui.trainer.checkpoints.slots import state_shapes
        from nanotrain_tui.trainer.network import Network
        network = Network([{"units": 6, "activation": "relu"}], (20,), 2)
        found = state_shapes(network, "lion")
    """)
    assert found["slot_0_m"] == [20, 6] and len(found) == 8


def test_the_trainer_inspects_the_data_and_names_key_and_file(house: House) -> None:
    trainer = str(house.package / "trainer")
    asked = house.run(trainer, "--inspect", given=json.dumps({"data.name": "stripes"}) + "\n")
    answer = json.loads(asked.stdout)
    assert answer["ok"] and answer["name"] == "stripes" and answer["shape"] == [4, 5]
    missing = str(house.place / "nowhere")
    config = {"data.name": "stripes", "data.dir": missing}
    answer = json.loads(house.run(trainer, "--inspect", given=json.dumps(config) + "\n").stdout)
    assert not answer["ok"] and answer["key"] == "data.dir" and missing in answer["message"]


def test_the_list_of_data_has_the_source(house: House) -> None:
    listed = json.loads(house.nanotrain("data", "--json"))
    assert "stripes" in {entry["name"] for entry in listed}


def test_the_activation_has_a_graph(house: House) -> None:
    assert len(house.ask("""
        from nanotrain_tui.drawing.curves import small_curve
        found = small_curve("model.activation", "mish")
    """)) == 8  # fmt: skip


def test_the_exported_script_has_the_formulas_and_the_loader(house: House) -> None:
    found = house.ask(f"""
        from nanotrain_tui.catalog import check, trainer_config
        from nanotrain_tui.export.script_formulas import formulas_of, loader_of
        config = trainer_config(check({CHOSEN!r}))
        formulas = formulas_of([config])
        found = [formulas.text, loader_of(config, formulas).text]
    """)
    for name in ("mish", "fourth_power", "lion"):
        assert f"\ndef {name}(" in found[0]
    assert "def adam(" not in found[0] and "def from_nanotrain(" in found[1]


def test_the_format_is_listed(house: House) -> None:
    formats = json.loads(house.nanotrain("export", "--formats", "--json"))
    assert {"format": "names", "suffix": ".txt", "summary": "the name alone"} in formats


def test_the_command_is_listed_and_runs(house: House) -> None:
    assert "Wave at whoever calls." in house.nanotrain("--help")
    assert house.nanotrain("wave") == "waved\n"


def test_the_dashboards_key_is_bound_can_be_moved_and_is_in_the_palette(house: House) -> None:
    found = house.ask("""
        from nanotrain_tui.app.keys.actions import ACTIONS, bindings
        from nanotrain_tui.app.keys.keymap import Keymap
        moved = Keymap({"wave": "ctrl+w"})
        found = {
            "bound": [one.id for one in bindings() if one.key == "ctrl+y"],
            "palette": [action.palette for action in ACTIONS if action.palette],
            "moved": moved.keys("wave"),
            "problems": Keymap().problems + moved.problems,
        }
    """)
    assert found["bound"] == ["wave"] and "Wave: at it" in found["palette"]
    assert found["moved"] == ["ctrl+w"] and not found["problems"]


def test_the_view_is_opened_by_its_key_drawn_and_closed(house: House) -> None:
    found = house.ask(f"""
        import asyncio, sys
        sys.path.insert(0, {str(FAKES)!r})
        from app_fakes import FakeBackend, make_app, midway, until
        from nanotrain_tui.app.screens.help import help_lines, help_text
        from nanotrain_tui.app.source.ports import Preferences

        def text(screen):
            return str(screen.query("#big").first().content) if screen.query("#big") else ""

        async def tried():
            backend = FakeBackend()
            session = backend.add("brisk-otter")
            session.change(**midway())
            chosen = Preferences(theme="dark", keys={{"steps_view": "ctrl+g"}})
            app = make_app(backend, session="brisk-otter", preferences=chosen)
            async with app.run_test(size=(80, 24)) as pilot:
                await until(pilot, lambda: app.link.state.step == 412)
                await pilot.press("ctrl+g")
                await until(pilot, lambda: text(app.screen) == "step 412")
                session.change(step=413)
                await until(pilot, lambda: text(app.screen) == "step 413")
                await pilot.press("escape")
                await until(pilot, lambda: app.screen is app.dashboard)
                listed = "^g" in str(help_text(help_lines(app.key_table)))
                found = any(one.label == "A step" for one in app.palette().entries)
                return [listed, found, *app.key_table.problems]

        found = asyncio.run(tried())
    """)
    assert found == [True, True], "it is in the help and the palette; no other action has its key"


def test_the_theme_is_one_of_ours(house: House) -> None:
    found = house.ask("""
        from nanotrain_tui.app.themes import load_themes
        themes = load_themes()
        found = [list(themes.themes), list(themes.problems)]
    """)
    assert "dusk" in found[0] and not found[1]


def test_the_event_is_recorded_checked_and_shown(house: House) -> None:
    found = house.ask("""
        from nanotrain_tui.follow.log_text import describe
        from nanotrain_tui.session.bodies import readable
        from nanotrain_tui.session.recording.records import Event
        event = Event(1, 1, 0.0, 5, "waved", {"who": "cli", "times": 3})
        found = [describe(event).text, readable("waved", {"who": "cli", "times": "x"})]
    """)
    assert found == ["waved", {"who": "cli"}]


@pytest.mark.tensorflow
def test_they_train(house: House) -> None:
    """A few steps by the command line, then the exported script makes the same."""
    chosen = [word for key, value in CHOSEN.items() for word in ("--set", f"{key}={value}")]
    few = ["--set", "train.steps=6", "--set", "train.batch_size=20", "--set", "train.eval_every=3"]
    house.nanotrain("train", *chosen, *few, "--name", "new")
    shown = json.loads(house.nanotrain("show", "new", "--json"))
    assert shown["state"] == "finished" and shown["step"] == 6
    ready = house.ask("""
        from nanotrain_tui.config import find_folders
        from nanotrain_tui.session.folder import find_session
        from nanotrain_tui.session.recording.reader import SessionReader
        import os
        with SessionReader(find_session(find_folders(os.environ).home, "new")) as reader:
            found = [reader.events(("ready",))[0].body,
                     [v for row in reader.metric_series("loss") for v in row.values]]
    """)
    body, losses = ready
    assert "mish" in body["activations"] and "lion" in body["optimizers"]
    assert "fourth_power" in body["losses"]
    assert house.nanotrain("export", "new", "--format", "names") == "new"
    house.nanotrain("export", "new", "--format", "script", "-o", "again.py")
    ran = house.run("again.py")
    assert ran.returncode == 0, ran.stderr
    printed = [line.split() for line in ran.stdout.splitlines() if line.startswith("step ")]
    assert float(printed[0][3]) == pytest.approx(losses[0], abs=1e-4)
    assert float(printed[-1][3]) == pytest.approx(losses[-1], abs=1e-3)
