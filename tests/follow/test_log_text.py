"""The text of every kind of event."""

from typing import Any

import pytest

from nanotrain_tui.follow.log_text import LONGEST, describe, one_line
from nanotrain_tui.session.metrics import Metric, Metrics
from nanotrain_tui.session.recording.records import Event


def said(kind: str, step: int = 7, **body: Any) -> str:
    return describe(Event(1, 1, 0.0, step, kind, body)).text


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("configured", {"who": "ada@nano", "said": "MNIST"}, "configured by ada@nano: MNIST"),
        (
            "configured",
            {"said": ["MNIST is found.", "XLA on."]},
            "configured: MNIST is found. XLA on.",
        ),
        (
            "ready",
            {
                "versions": {"tensorflow": "2.5"},
                "devices": [{"name": "cpu", "kind": "CPU"}, {"name": "Tegra X1", "kind": "GPU"}],
            },
            "TensorFlow 2.5 on Tegra X1",
        ),
        ("ready", {"versions": {"tensorflow": "2.5"}}, "TensorFlow 2.5 on the CPU"),
        (
            "ready",
            {"versions": {"python": "3.8.10", "numpy": "1.19.5", "tensorflow": "2.5"}},
            "TensorFlow 2.5 on the CPU",
        ),
        (  # of a script that trains without TensorFlow
            "ready",
            {"versions": {"numpy": "2.1.0", "torch": "2.3", "python": "3.11.2"}},
            "torch 2.3, python 3.11.2",
        ),
        ("ready", {"versions": {"python": "3.11.2"}}, "python 3.11.2"),
        ("ready", {}, "TensorFlow ? on the CPU"),
        (
            "edited",
            {"who": "a@b", "changes": {"train.batch_size": [100, 50]}, "retraced": True},
            "batch size 100 → 50 by a@b (compiled again)",
        ),
        (
            "edited",
            {
                "changes": {
                    "optimizer.name": ["adam", "sgd"],
                    "optimizer.beta_1": [0.9, None],
                    "optimizer.learning_rate": [0.1, 0.2],
                    "new.key": [None, 1],
                },
                "scripted": True,
            },
            "optimizer Adam → gradient descent (SGD), learning rate 0.1 → 0.2, new.key none → 1 "
            "(scripted, optimizer state reset)",
        ),
        (
            "edited",
            {"who": "a@b", "changes": {"optimizer.learning_rate": [0.01, 0.001]}, "undoes": 4},
            "undid learning rate 0.01 → 0.001 by a@b",
        ),
        (
            "edited",
            {"who": "a@b", "changes": {"train.batch_size": [5, 6]}, "scripted": True, "again": 4},
            "batch size 5 → 6 by a@b (repeated)",
        ),
        ("edited", {"changes": {"train.steps": 5}}, "nothing changed"),
        (
            "diverged",
            {"loss": "inf", "policy": "pause", "checkpoint": "step-5.npz"},
            "the loss is inf at step 7; last good checkpoint: step-5.npz",
        ),
        (
            "diverged",
            {"checkpoint": None},
            "the loss is nan at step 7; there is no good checkpoint, so restart with other values",
        ),
        (  # an older version's: the best of other steps' evaluations
            "checkpoint",
            {"bytes": None, "best": True},
            "checkpoint at step 7",
        ),
        (
            "checkpoint",
            {"tested": {"step": 7, "metrics": {"accuracy": 0.9427}}, "best": True},
            "checkpoint at step 7, tested 94.27%, the best",
        ),
        ("checkpoint", {"tested": {"step": 7, "metrics": {}}}, "checkpoint at step 7, tested"),
        ("checkpoint", {"tested": None, "bytes": 5e6}, "checkpoint at step 7, not tested, 5.0 MB"),
        ("checkpoint_removed", {"file": "step-5.npz"}, "removed step-5.npz"),
        (
            "configured",
            {"who": "a@b", "resumed_from": "step-5.npz"},
            "resumed from step-5.npz by a@b",
        ),
        ("refused", {"command": {"do": "step"}, "why": "it runs"}, "step refused: it runs"),
        (
            "evaluated",
            {"loss": 0.25, "accuracy": 0.9427},
            "step 7: accuracy 94.27%, loss 0.25",
        ),
        ("evaluated", {"loss": "nan", "accuracy": None}, "step 7: test loss nan"),
        ("checkpoint", {"bytes": 6512000}, "checkpoint at step 7, 6.5 MB"),
        ("crashed", {"reason": "out of memory"}, "failed: out of memory"),
        ("warned", {"message": "hot"}, "hot"),
        ("unheard_of", {}, "unheard_of"),
    ],
)
def test_text_of_an_event(kind: str, body: dict[str, Any], text: str) -> None:
    assert said(kind, **body) == text


def test_the_start_names_data_and_size() -> None:
    data = {"name": "mnist", "train": 60000}
    text = said("started", step=0, data=data, parameters=814090, xla=True)
    assert text == "training starts, mnist, 60,000 images, 814,090 parameters, XLA"
    assert said("started", step=400, data=data).startswith("training continues after step 400")


def test_the_start_of_a_script_names_what_is_recorded() -> None:
    assert said("started") == "the script starts"
    assert said("started", metrics={"loss": {}, "mae": {}}) == "recorded: loss, mae"


def test_a_traceback_becomes_one_short_line() -> None:
    text = one_line("Traceback\n  File \x1b[31m'x'\t" + "y" * 10**6)
    assert text.startswith("Traceback File [31m'x' yyy") and len(text) == LONGEST


def test_level_of_an_event() -> None:
    levels = {kind: describe(Event(1, 1, 0.0, 0, kind, {})).level for kind in ("note", "crashed")}
    assert levels == {"note": "info", "crashed": "error"}


def test_evaluations_and_divergences_name_their_metrics_as_they_are_declared() -> None:
    metrics = Metrics([
        Metric("iou", "IoU", "", "up", "percent", ("validation",)),
        Metric("mae", "MAE", "mm", "down", "number", ("training", "validation")),
        Metric("long", "L" * 120, "", None, "number", ("validation",)),
    ])  # fmt: skip

    def report(kind: str, **body: Any) -> str:
        return describe(Event(1, 1, 0.0, 7, kind, body), metrics).text

    found = {"iou": 0.5, "mae": 1.25}
    assert report("evaluated", metrics=found, on="validation") == (
        "step 7: validation IoU 50.00%, MAE 1.25 mm"
    )
    assert report("evaluated", metrics={"long": 2.0}, on="test").endswith("… 2")
    assert report("diverged", metric="mae", value="nan").startswith("the MAE is nan at step 7")
    tested = {"step": 7, "metrics": {"mae": 1.25}}
    score = {"metric": "mae", "value": 1.25}
    assert report("checkpoint", tested=tested, score=score) == (
        "checkpoint at step 7, tested MAE 1.25 mm"
    )
