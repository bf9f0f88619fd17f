"""To the bit, in each way to make a step: convolutions, augmentation, early stopping, resumed."""

import itertools

import pytest
from trainer_runs import PICTURES, config_of, of_kind, serve_here, values_of, write_data

pytestmark = pytest.mark.tensorflow

CONV = {"stride": [1, 1], "padding": "same", "activation": None}
LENET = [
    {"kind": "conv", "filters": 4, "size": [3, 3], **CONV},
    {"kind": "batchnorm"},
    {"kind": "pool", "size": [2], "stride": [2], "padding": "valid"},
    {"kind": "dropout", "rate": 0.2},
    {"kind": "flatten"},
    {"kind": "dense", "units": 12, "activation": "tanh"},
    {"kind": "dropout", "rate": None},
]
EDITS = [
    {"step": 5, "set": {"optimizer.learning_rate": 0.02, "train.batch_size": 17}},
    {"step": 12, "set": {"model.dropout": 0.3, "model.l2": 0.001}},
    {"step": 14, "set": {"train.batch_size": 30}},
    {"step": 19, "set": {"optimizer.name": "rmsprop", "model.activation": "elu"}},
    {"step": 23, "set": {"optimizer.learning_rate": 0.005, "model.dropout": 0.1}},
]
# It stops early at one of the evaluations, and lowers the rate before.
STOPPING = {
    "stop__patience": 4, "stop__metric": "accuracy", "stop__min_delta": 0.2,
    "schedule__name": "plateau", "schedule__patience": 2, "schedule__factor": 0.5,
    "train__steps": 200, "train__eval_every": 7, "data__validation": 0.2,
}  # fmt: skip
REGRESSION = {
    **STOPPING, "data__name": "curve", "data__samples": 200, "loss__name": "mean_squared_error",
    "output": "linear", "stop__metric": "auto", "stop__min_delta": 0.05,
}  # fmt: skip
AUGMENTED = {
    "augment__flip": "horizontal", "augment__shift": 0.1, "augment__rotate": 10.0,
    "augment__contrast": 0.2, "augment__cutout": 0.3,
}  # fmt: skip
LIVE = [
    {"step": 13, "set": {"augment.shift": 0.0, "augment.zoom": 0.2, "augment.flip": "none"}},
    {"step": 22, "set": {"augment.brightness": 0.1}},
]
KINDS = {
    "lenet": {**PICTURES, "layers": LENET, "edits": EDITS},
    "augmented": {**PICTURES, **AUGMENTED, "layers": LENET, "edits": LIVE},
    "stopping": {**STOPPING, "edits": EDITS[:2]},
    "regression": {**REGRESSION, "edits": EDITS[:2]},
}
WAYS = ["fused", "plain", "xla", "block"]


def config(folder, kind, way, **changes):
    options = {"train__checkpoint_every": 4, "train__checkpoint_keep": 99, "model__dropout": 0.1}
    own = {"trainer__update": way, "trainer__xla": "auto"}
    return config_of(folder, **{**options, **KINDS[kind], **own, **changes})


@pytest.mark.parametrize(
    ("kind", "way"),
    # What a classification stops by is no part of a graph: one way is enough.
    # Augmentation is tried with each way in test_augmentation_tf.py.
    [
        *itertools.product(("lenet", "regression"), WAYS),
        ("stopping", "fused"),
        ("augmented", "fused"),
        ("augmented", "block"),
    ],
)
def test_a_resume_goes_on_as_if_nothing_had_been(kind, way, tmp_path):
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    undisturbed = folder, kind, way, serve_here(config(write_data(folder), kind, way))[1]
    if kind in ("stopping", "regression"):
        stops_early_with_the_best_network(undisturbed)
    for step in (4, 20, 28) if way == "fused" else (20,):
        goes_on(undisturbed, tmp_path / str(step), step)
    # A block has sizes, which a change must leave; the network does not matter, but its compiling.
    if way == "fused" or (kind, way) == ("regression", "block"):
        goes_on_with_a_change(undisturbed, tmp_path / "changed", 20)


def goes_on(undisturbed, place, step):
    folder, kind, way, whole = undisturbed
    edits = [edit for edit in KINDS[kind]["edits"] if edit["step"] >= step]
    restore = str(folder / f"step-{step:09d}.npz")
    # Another way in the configuration does not matter: the recorded one is used.
    again = config(
        folder, kind, "auto", edits=edits, resume=True, restore=restore,
        checkpoint_dir=str(place),
    )  # fmt: skip
    _, events = serve_here(again)
    assert not of_kind(events, "failed")
    started = of_kind(events, "started")[0]
    assert (started["step"], started["update"]["way"]) == (step, way)
    assert started["update"]["origin"] == "recorded"
    at_steps = "mae" if kind == "regression" else "accuracy"
    for metric in ("loss", at_steps, "learning_rate"):
        found, expected = values_of(events, metric), values_of(whole, metric)[step:]
        assert found.tobytes() == expected.tobytes(), metric
    tested = [
        [(event["on"], event["step"], event["metrics"]) for event in of_kind(some, "evaluated")]
        for some in (events, whole)
    ]
    assert tested[0] == [one for one in tested[1] if one[1] > step]
    assert of_kind(events, "note") == [e for e in of_kind(whole, "note") if e["step"] > step]
    assert events[-1] == whole[-1]


def goes_on_with_a_change(undisturbed, place, step):
    """A resume with a change gets the configuration in force, with the pinned way."""
    folder, kind, way, whole = undisturbed
    before, later = [], []
    for edit in KINDS[kind]["edits"]:
        (later if edit["step"] >= step else before).append(edit)
    in_force = {
        key.replace(".", "__"): value for edit in before for key, value in edit["set"].items()
    }
    restore = str(folder / f"step-{step:09d}.npz")
    again = config(
        folder, kind, way, edits=later, restore=restore, checkpoint_dir=str(place), **in_force,
        train__checkpoint_keep=5,
    )  # fmt: skip
    _, events = serve_here(again)
    at_steps = "mae" if kind == "regression" else "accuracy"
    for metric in ("loss", at_steps, "learning_rate"):
        found, expected = values_of(events, metric), values_of(whole, metric)[step:]
        assert found.tobytes() == expected.tobytes(), metric
    assert events[-1] == whole[-1]


def stops_early_with_the_best_network(undisturbed):
    _, kind, _, events = undisturbed
    assert events[-1]["event"] == "stopped" and events[-1]["step"] < 200
    notes = [event["message"] for event in of_kind(events, "note")]
    score = "r2" if kind == "regression" else "accuracy"
    assert notes[-2].startswith(score + " has not improved for 4 evaluations")
    assert notes[-1].startswith("The weights are those of the best step")
    scored = [event for event in of_kind(events, "evaluated") if event["on"] == "validation"]
    best = max(event["metrics"][score] for event in scored)
    assert scored[-1]["metrics"][score] == best
    assert of_kind(events, "checkpoint")[-1]["tested"]["metrics"][score] == best
    rates = values_of(events, "learning_rate")
    assert rates[-1] == rates[8] / 2
