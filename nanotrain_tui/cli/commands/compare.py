"""``nanotrain compare``: sessions side by side."""

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog import nearest
from nanotrain_tui.cli.exit_status import FINISHED, CommandError, note
from nanotrain_tui.cli.options import complete_session, json_option
from nanotrain_tui.cli.output import print_json, table, width
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.session.metrics import (
    SCORED_BY,
    STANDARD_METRICS,
    TEST,
    TRAINING,
    MetricPart,
)

if TYPE_CHECKING:
    from nanotrain_tui.drawing.compare.result_columns import Target
    from nanotrain_tui.follow.compare.runs import ComparedRun
    from nanotrain_tui.session.metrics import Metric

MOST = 8
LONG_VALUE = 40  # cells; longer values would make the table of differences too wide


@click.command("compare")
@click.argument("sessions", nargs=-1, required=True, metavar="SESSION SESSION...",
                shell_complete=complete_session)  # fmt: skip
@click.option("--by", "axis", type=click.Choice(("step", "time", "epoch")), default="step",
              show_default=True, help="What the curves are drawn along.")  # fmt: skip
@click.option("--metric", metavar="NAME",
              help="Which curve is drawn: 'loss' of the training, 'test_loss' of evaluations. "
              "Default: evaluations of the primary metric.")  # fmt: skip
@click.option("--target", type=float, metavar="VALUE",
              help="Show what each session needed to reach this value of the primary metric. "
              "Default: the best value that all sessions reached.")  # fmt: skip
@click.option("--accuracy", type=click.FloatRange(0, 1), metavar="FRACTION",
              help="The same as --target, for sessions with an accuracy.")  # fmt: skip
@json_option
def command(
    sessions: tuple[str, ...],
    axis: str,
    metric: str | None,
    target: float | None,
    accuracy: float | None,
    as_json: bool,
) -> int:
    """Compare sessions: curves, results and configurations.

    A SESSION is a name or the beginning of one. Two to eight can be compared. Values are those at
    the end of the session. If a value was edited, its first value is shown too. Time, energy and
    own steps of a fork do not include those of its parent.

    \b
    nanotrain compare mnist-3 mnist-4
    nanotrain compare mnist-3 mnist-4 --by time --metric loss
    nanotrain compare mnist-3 mnist-4 --target 0.93 --json
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.follow.compare.read import read_run
    from nanotrain_tui.follow.compare.runs import differences, metric_parts

    folders = my_folders()
    chosen = list(dict.fromkeys(pick_session(folders, name) for name in sessions))
    if not 2 <= len(chosen) <= MOST:
        raise CommandError(f"two to {MOST} different sessions can be compared.")
    found = [read_run(folder) for folder in chosen]
    curve = _curve_named(metric, metric_parts(found))
    wanted = _target(found, target, accuracy)
    differ = differences(found)
    if as_json:
        print_json(_object(found, differ, wanted, curve, axis))
        return FINISHED
    if len({one.summary.data for one in found}) > 1:
        note("these sessions were trained on different data; their results do not compare.")
    parts = [_chart(found, curve, axis), _results(found, wanted), _differences(found, differ)]
    print("\n\n".join(part for part in parts if part))
    return FINISHED


def _target(
    found: list["ComparedRun"], target: float | None, accuracy: float | None
) -> "Target | None":
    """The value of an option, else the best one that all reached; None without a metric."""
    from nanotrain_tui.drawing.compare.result_columns import Target, default_target
    from nanotrain_tui.follow.compare.runs import primary_metric

    metric, value = primary_metric(found), target
    if accuracy is not None and target is None:
        metric, value = _known(found, SCORED_BY) or metric, accuracy
    if metric is None or value is None:
        return default_target(found)
    return Target(metric, value)


def _known(found: list["ComparedRun"], name: str) -> "Metric | None":
    """The metric of that name, as the first session that has it declares it."""
    return next((one.metrics.get(name) for one in found if name in one.metrics), None)


def _curve_named(name: str | None, recorded: list[MetricPart]) -> MetricPart:
    """The curve to draw. Raises CommandError that lists the known curves.

    The standard curves are known in every comparison, even if no session recorded them.
    """
    if name is None:
        return recorded[0] if recorded else MetricPart("", TEST)
    known = list(dict.fromkeys([*recorded, *STANDARD_METRICS.columns]))
    found = next((key for key in known if key.text == name), None)
    if found is None:
        names = [key.text for key in known]
        raise CommandError(
            f"--metric: there is no '{name}'.{nearest(name, names)} There are: {', '.join(names)}."
        )
    return found


def _object(
    found: list["ComparedRun"],
    differ: dict[str, list[str]],
    target: "Target | None",
    curve: MetricPart,
    axis: str,
) -> dict[str, Any]:
    is_accuracy = target is not None and target.metric.name == SCORED_BY
    return {
        SCORED_BY: target.value if target and is_accuracy else None,
        "target": target and {"metric": target.metric.name, "value": target.value},
        "metric": curve.text,
        "by": axis,
        "sessions": [_session(one, target, curve, axis) for one in found],
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


def _setting(one: "ComparedRun", key: str) -> dict[str, Any]:
    """A value as the session began and at its end; ``edits``: how often it was changed."""
    setting = one.settings.get(key)
    if setting is None:
        return {"start": None, "now": None, "edited": False, "edits": 0, "last_edit": None}
    edited = bool(setting.edits) or setting.start != setting.now
    return {"edited": edited, **setting._asdict()}


def _session(
    one: "ComparedRun", target: "Target | None", curve: MetricPart, axis: str
) -> dict[str, Any]:
    from nanotrain_tui.follow.not_finite_ranges import as_object
    from nanotrain_tui.session.evaluated import as_json, beside_metrics

    reached = target.reached_by(one) if target else None
    best = one.best(target.metric.name) if target else None
    return {
        "name": one.name,
        "state": one.summary.state,
        "step": one.summary.step,
        "begins_at": one.begins_at,
        "own_steps": one.summary.own_steps,
        "duration_s": one.summary.duration_s,
        "energy_j": one.summary.energy_j,
        "metrics": as_json(one.summary.metrics),
        **beside_metrics(one.summary.metrics),
        "best_step": best.step if best else None,
        "reached": None if reached is None else asdict(reached),
        "points": one.trace(curve, axis).points,
        "not_finite": as_object(one.curve(curve)),
    }


def _results(found: list["ComparedRun"], target: "Target | None") -> str:
    from nanotrain_tui.drawing.compare.result_columns import result_columns

    columns = result_columns(found, target, missing="-")
    header = ["SESSION", *(name.upper() for name, _ in columns)]
    rows = zip((one.name for one in found), *(cells for _, cells in columns), strict=True)
    return "\n".join(table(header, list(rows)))


def _differences(found: list["ComparedRun"], differ: dict[str, list[str]]) -> str:
    if not differ:
        return "Their configurations do not differ."
    names = [one.name for one in found]
    short = {key: values for key, values in differ.items() if max(map(len, values)) <= LONG_VALUE}
    lines = table(("DIFFERS", *names), [(key, *values) for key, values in short.items()])
    for key, values in differ.items():
        if key not in short:  # a list of layers, a command: each session has a line of its own
            lines.append(key)
            for name, value in zip(names, values, strict=True):
                indent = " " * (len(name) + 4)
                lines += textwrap.wrap(f"  {name}  {value}", width(), subsequent_indent=indent)
    return "\n".join(lines)


def _chart(found: list["ComparedRun"], curve: MetricPart, axis: str) -> str:
    from nanotrain_tui.cli.chart import draw_lines
    from nanotrain_tui.cli.charts import colour_and_simple
    from nanotrain_tui.drawing.metric_text import figures_of, scale_of

    traces = {one.name: one.trace(curve, axis) for one in found}
    metric = _known(found, curve.metric)
    if metric is None:
        return ""
    colour, simple = colour_and_simple()
    along = {"step": "steps", "time": "seconds", "epoch": "epochs"}[axis]
    part = "" if curve.part == TRAINING else f"{curve.part} "
    title = f"{part}{metric.label} over {along}"
    scale, label = scale_of(metric), figures_of(metric).label
    return draw_lines(title, traces, width(), scale, label, colour, simple)
