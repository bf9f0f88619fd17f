"""The exported script: plain Python, with the values and edits of the recording."""

import ast
import io
import re

import numpy as np
import pytest
from recorded import Recording, tutorial_run

from nanotrain_tui.catalog import (
    ACTIVATIONS,
    DATASETS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    applies,
)
from nanotrain_tui.export import Options, get_format
from nanotrain_tui.export.format_types import ExportError
from nanotrain_tui.export.formats.script import edits_of
from nanotrain_tui.export.script_formulas import formulas_of, import_lines
from nanotrain_tui.export.script_source import _names_used
from nanotrain_tui.session.history import SegmentHistory
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Event
from nanotrain_tui.trainer.graph.augmentation import (
    Operations,
    augmentation_of,
    augmented,
    in_numpy,
)
from nanotrain_tui.trainer.initializers import initial_weights


@pytest.fixture
def script(tmp_path):
    out = io.StringIO()
    with SessionReader(tutorial_run(tmp_path)) as reader:
        get_format("script").write(reader, out, Options())
        return out.getvalue(), reader.folder.name, reader.position()[0]


def test_the_script_is_python_3_6_and_complete(script):
    text, name, _ = script
    ast.parse(text, feature_version=(3, 6))
    assert name in text.splitlines()[0]
    assert re.search(r"@[A-Z]+@", text) is None


def test_the_script_has_the_values_of_the_recording(script):
    text, _, reached = script
    tree = ast.parse(text)
    found = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in ("CONFIG", "EDITS")
    }  # fmt: skip
    assert found["CONFIG"]["optimizer.name"] == "adam"
    assert found["CONFIG"]["layers"] == [{"units": 1024, "activation": "relu"}]
    assert f"FIRST, LAST = 0, {reached}" in text
    assert {step for step, _ in found["EDITS"]} <= set(range(reached))


def test_the_script_of_a_fork_knows_its_classes_and_whose_weights_it_needs(tmp_path):
    recording = Recording(tmp_path, parent=("mnist-9", 500))
    recording.event("started", steps=1000, data={"name": "mnist", "classes": 7})
    folder = recording.steps(100).finished()
    out = io.StringIO()
    with SessionReader(folder) as reader:
        get_format("script").write(reader, out, Options())
    assert "OUTPUTS = 7 " in out.getvalue()
    assert "('nanotrain export PARENT --format weights --checkpoint 500')" in out.getvalue()
    assert "'softmax': softmax" in out.getvalue()  # of the last layer


def top_level_names(text):
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                yield from (one.id for one in ast.walk(target) if isinstance(one, ast.Name))


@pytest.mark.parametrize("data", [name for name in DATASETS if name != "auto"])
def test_no_name_is_defined_twice(tmp_path, data):
    """The copied formulas, the copied loader of any data and the script itself."""
    keys = [key for key in ("data.path", "data.function") if applies(key, {"data.name": data})]
    own = dict.fromkeys(keys, "mine.py:load")
    folder = Recording(tmp_path, **{"data.name": data}, **own).steps(10).finished()
    out = io.StringIO()
    with SessionReader(folder) as reader:
        get_format("script").write(reader, out, Options())
    names = list(top_level_names(out.getvalue()))
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]


def test_one_script_can_have_all_formulas():
    """All formulas, and everything that they use, have different names."""
    configs = [
        {"loss.name": name, "output": "softmax"} for name in LOSSES
    ] + [
        {"optimizer.name": name} for name in OPTIMIZERS
    ] + [
        {"model.initializer": name} for name in INITIALIZERS
    ] + [
        {"schedule.name": name} for name in SCHEDULES
    ] + [
        {"layers": [{"activation": name}]} for name in ACTIVATIONS
    ] + [
        {"augment.zoom": 0.1, "augment.flip": "both"}
    ]  # fmt: skip
    found = formulas_of(configs)
    scope = {"tf": None, "np": np}
    exec("\n".join([*import_lines(found.imports), found.text]).replace(
        "import tensorflow as tf", "tf = None"), scope)  # fmt: skip
    for name, table in (("LOSSES", LOSSES), ("OPTIMIZERS", OPTIMIZERS), ("SCHEDULES", SCHEDULES),
                        ("INITIALIZERS", INITIALIZERS), ("ACTIVATIONS", ACTIVATIONS)):  # fmt: skip
        assert set(scope[name]) == set(table)
    pictures = np.random.RandomState(0).rand(4, 7, 9, 3).astype(np.float32)
    operations = Operations(*in_numpy())
    numbers = augmentation_of({"augment.zoom": 0.1, "augment.flip": "both"})
    given = (pictures, numbers, (1, 5), (0.0, 1.0), operations)
    assert np.array_equal(scope["augmented"](*given), augmented(*given))
    variables = [((3, 3, 2, 6), "kernel"), ((6,), "zeros"), ((6,), "ones")]
    weights = scope["initial_weights"]("he_normal", variables, 1)
    assert [part.tobytes() for part in weights] == [
        part.tobytes() for part in initial_weights("he_normal", variables, 1)
    ]


@pytest.mark.parametrize("start", [0.0, 0.2])
def test_only_the_script_of_augmented_pictures_augments(tmp_path, start):
    recording = Recording(tmp_path, **{"augment.zoom": start}).started().steps(10)
    if not start:
        recording.event("edited", changes={"train.batch_size": [100, 50]})
    out = io.StringIO()
    with SessionReader(recording.steps(10).finished()) as reader:
        get_format("script").write(reader, out, Options())
    text = out.getvalue()
    assert ("def augmented(" in text) == ("x = augmented(" in text) == bool(start)
    assert ("x = prepared(inputs)" in text) == (not start)
    assert f"'augment.zoom': {start}" in text


def test_an_unknown_formula_is_refused():
    with pytest.raises(ExportError, match="no formula for optimizer"):
        formulas_of([{"optimizer.name": "lion"}])


def stretch(config, from_step, reached, *edits):
    edited = [
        Event(0, 1, 0.0, step, "edited", {"changes": {key: [None, value]}})
        for step, key, value in edits
    ]
    begun = Event(0, 1, 0.0, from_step, "configured", {"config": config})
    return SegmentHistory(begun, from_step, reached, edited, [], None)


def test_edits_that_a_resume_ran_again_count_once():
    from nanotrain_tui.catalog import check, nest

    start = check({})
    rate = "optimizer.learning_rate"
    went_on = nest(dict(start, **{rate: 0.5}))
    history = [
        stretch(nest(start), 0, 90, (20, rate, 0.5), (60, rate, 0.25)),
        stretch(went_on, 50, 100, (70, rate, 0.125)),
    ]
    assert edits_of(history) == [(20, {rate: 0.5}), (70, {rate: 0.125})]


def test_what_a_formula_takes_from_its_module_is_not_what_it_makes_itself():
    text = "def f(a, *, b: int = one):\n    c = g(a)\n    return [c, d, b]\n"
    assert set(_names_used(ast.parse(text).body[0])) == {"int", "one", "g", "d"}
