"""Sessions of a trainer that declares metrics of its own, and curves of metrics."""

from pathlib import Path

from recorded import Recording, bytes_of

from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.metrics import Metric, MetricPart, declaration_of, parse_metric_part

BOTH = ("training", "test")
REGRESSION = (
    Metric("loss", "Loss", "", "down", "number", BOTH),
    Metric("mae", "Mean error", "°C", "down", "number", BOTH),
    Metric("iou", "IoU", "", "up", "percent", BOTH),
)
SCORE_ALONE = (Metric("score", "Score", "", "up", "number", BOTH),)
NEVER_TESTED = (Metric("perplexity", "Perplexity", "", "down", "number", ("training",)),)


def value_at(metric: Metric, step: int) -> float:
    """Better with every step."""
    return 1.0 - 100.0 / (step + 200) if metric.better == "up" else 200.0 / (step + 200)


def record(home: Path, metrics: tuple[Metric, ...], steps: int = 300) -> SessionFolder:
    """A finished session whose evaluations at 100, 200 ... have a checkpoint each."""
    recording = Recording(home, data="sensors", train__steps=steps)
    recording.started(steps, metrics=declaration_of(metrics))
    trained = [metric for metric in metrics if "training" in metric.on]
    tested = [metric for metric in metrics if "test" in metric.on]
    for first in range(1, steps + 1, 100):
        run = range(first, min(first + 100, steps + 1))
        values = {one.name: (value_at(one, step) for step in run) for one in trained}
        recording.recorder.steps(first, len(run), recording.t, recording.t + 1, bytes_of(values))
        recording.t, recording.step = recording.t + 1, run[-1]
        if tested:
            found = {one.name: value_at(one, recording.step) for one in tested}
            recording.event("evaluated", metrics=found, on="test", cause="schedule", seconds=0.1)
            best = max(tested, key=lambda one: one.better == "up")
            recording.event(
                "checkpoint",
                file=f"step-{recording.step:09}.npz",
                sha256="0" * 64,
                bytes=1000,
                tested={"step": recording.step, "metrics": found},
                score={"metric": best.name, "value": found[best.name]},
            )
    return recording.finished()


def curves_of(**curves: Curve) -> dict[MetricPart, Curve]:
    """Curves by their names, as a state and a window hold them: ``loss=..., test_loss=...``"""
    return {parse_metric_part(name): curve for name, curve in curves.items()}
