"""``nanotrain compare``: sessions side by side."""

from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog.formats import clock, count, joules, percent, scalar
from nanotrain_tui.cli.exit_status import FINISHED, CommandError, note
from nanotrain_tui.cli.options import complete_session, json_option
from nanotrain_tui.cli.output import print_json, table, width
from nanotrain_tui.cli.places import my_folders

if TYPE_CHECKING:
    from nanotrain_tui.follow.compare import Contender, Reached

MOST = 8
METRICS = ("test_accuracy", "test_loss", "accuracy", "loss", "learning_rate")


@click.command("compare")
@click.argument("sessions", nargs=-1, required=True, metavar="SESSION SESSION...",
                shell_complete=complete_session)  # fmt: skip
@click.option("--by", "axis", type=click.Choice(("step", "time", "epoch")), default="step",
              show_default=True, help="What the curves are drawn along.")  # fmt: skip
@click.option("--metric", type=click.Choice(METRICS), default="test_accuracy", show_default=True,
              help="Which curve is drawn.")  # fmt: skip
@click.option("--accuracy", type=click.FloatRange(0, 1), metavar="SHARE",
              help="Tell what it took to get there. Default: what all reached.")  # fmt: skip
@json_option
def command(
    sessions: tuple[str, ...], axis: str, metric: str, accuracy: float | None, as_json: bool
) -> int:
    """Lay two to eight sessions over each other: curves, what differs, what each took.

    Values are those in force at the end; one that was edited is shown with the value it began
    with. Time, energy and own steps of a fork are without its parent's.

    \b
    nanotrain compare mnist-3 mnist-4
    nanotrain compare mnist-3 mnist-4 --by time --metric loss
    nanotrain compare mnist-3 mnist-4 --accuracy 0.93 --json
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.follow.compare import common_accuracy, differences, read_contender

    folders = my_folders()
    chosen = list(dict.fromkeys(pick_session(folders, name) for name in sessions))
    if not 2 <= len(chosen) <= MOST:
        raise CommandError(f"two to {MOST} different sessions can be compared.")
    found = [read_contender(folder) for folder in chosen]
    wanted = common_accuracy(found) if accuracy is None else accuracy
    differ = differences(found)
    if as_json:
        print_json(_object(found, differ, wanted, metric, axis))
        return FINISHED
    if len({one.summary.data for one in found}) > 1:
        note("these were trained on different data; their accuracies do not compare.")
    parts = [_chart(found, metric, axis), _results(found, wanted), _differences(found, differ)]
    print("\n\n".join(part for part in parts if part))
    return FINISHED


def _object(
    found: list["Contender"], differ: dict[str, list[str]], accuracy: float | None, metric: str,
    axis: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "accuracy": accuracy,
        "metric": metric,
        "by": axis,
        "sessions": [_session(one, accuracy, metric, axis) for one in found],
        "differences": {
            key: dict(zip((one.name for one in found), values, strict=True))
            for key, values in differ.items()
        },
        "settings": {
            key: {one.name: _setting(one, key) for one in found}
            for key in differ
            if any(key in one.settings for one in found)
        },
    }


def _setting(one: "Contender", key: str) -> dict[str, Any]:
    """A value as the session began and at its end; ``edits``: how often it was changed."""
    setting = one.settings.get(key)
    if setting is None:
        return {"start": None, "now": None, "edited": False, "edits": 0, "last_edit": None}
    edited = bool(setting.edits) or setting.start != setting.now
    return {"edited": edited, **setting._asdict()}


def _session(one: "Contender", accuracy: float | None, metric: str, axis: str) -> dict[str, Any]:
    from nanotrain_tui.follow.not_finite import as_object

    reached = one.reached(accuracy) if accuracy is not None else None
    best = one.best
    trace = one.trace(metric, axis)
    return {
        "name": one.name,
        "state": one.summary.state,
        "step": one.summary.step,
        "begins_at": one.begins_at,
        "own_steps": one.summary.own_steps,
        "duration_s": one.summary.duration_s,
        "energy_j": one.summary.energy_j,
        "accuracy": one.summary.accuracy,
        "loss": one.summary.loss,
        "best_accuracy": best.accuracy if best else None,
        "best_step": best.step if best else None,
        "best_loss": one.summary.best_loss,
        "reached": None if reached is None else {
            "step": reached.step, "own_steps": reached.own_steps, "time_s": reached.time_s,
            "energy_j": reached.energy_j,
        },
        "points": trace.points,
        "not_finite": as_object(one.curve(metric)),
    }  # fmt: skip


def _results(found: list["Contender"], accuracy: float | None) -> str:
    target = "" if accuracy is None else f"{100 * accuracy:g}%"
    header = ["SESSION", "STATE", "STEPS", "TIME", "ENERGY", "BEST", "AT STEP", "LEAST LOSS"]
    if target:
        header.append(f"TO {target}")
    rows = []
    for one in found:
        best = one.best
        row = [
            one.name,
            one.summary.state,
            _steps(one),
            clock(one.summary.duration_s),
            joules(one.summary.energy_j, "-"),
            percent(best.accuracy if best else None, "-"),
            count(best.step) if best else "-",
            scalar(one.summary.best_loss, "-"),
        ]
        if accuracy is not None:
            row.append(_took(one.reached(accuracy)))
        rows.append(row)
    return "\n".join(table(header, rows))


def _steps(one: "Contender") -> str:
    """``600``, of a fork ``600, 300 own``."""
    own = f", {count(one.summary.own_steps)} own" if one.begins_at else ""
    return f"{count(one.summary.step)}{own}"


def _took(reached: "Reached | None") -> str:
    if reached is None:
        return "never"
    energy = "" if reached.energy_j is None else f", {joules(reached.energy_j)}"
    own = f" ({count(reached.own_steps)} own)" if reached.own_steps != reached.step else ""
    return f"step {count(reached.step)}{own}, {clock(reached.time_s)}{energy}"


def _differences(found: list["Contender"], differ: dict[str, list[str]]) -> str:
    if not differ:
        return "Their configurations do not differ."
    rows = [(key, *values) for key, values in differ.items()]
    return "\n".join(table(("DIFFERS", *(one.name for one in found)), rows))


def _chart(found: list["Contender"], metric: str, axis: str) -> str:
    from nanotrain_tui.cli.chart import draw_lines
    from nanotrain_tui.cli.charts import colour_and_simple

    traces = {one.name: one.trace(metric, axis) for one in found}
    colour, simple = colour_and_simple()
    along = {"step": "steps", "time": "seconds", "epoch": "epochs"}[axis]
    title = f"{metric.replace('_', ' ')} over {along}"
    return draw_lines(title, traces, width(), "accuracy" in metric, colour, simple)
