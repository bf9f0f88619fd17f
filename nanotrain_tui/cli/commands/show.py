"""``nanotrain show``: one session in plain text."""

import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog import flatten, format_value
from nanotrain_tui.catalog.formats import (
    clock,
    count,
    joules,
    moment,
    plural,
    samples_per_joule,
)
from nanotrain_tui.catalog.network import network_text, recorded_network
from nanotrain_tui.cli.divergence import divergence_advice
from nanotrain_tui.cli.exit_status import FINISHED, CommandError, paragraph
from nanotrain_tui.cli.options import json_option, newest_argument
from nanotrain_tui.cli.output import metric_value, print_json, table, width
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.session.metrics import SCORED_BY

if TYPE_CHECKING:
    from nanotrain_tui.follow.run_state import Checkpoint, RunState
    from nanotrain_tui.session.folder import SessionFolder
    from nanotrain_tui.session.metrics import Metrics
    from nanotrain_tui.session.recording.reader import SessionReader
    from nanotrain_tui.session.recording.records import Evaluation

LOG_LINES = 20
MEMORY = {
    "tf_memory": "TensorFlow's allocator",
    "gpu_mapped": "mapped for the GPU",
    "ram": "RAM",
    "gpu_memory": "GPU",
}


@click.command("show")
@newest_argument
@click.option("--log", "only_log", is_flag=True, help="Print what the trainer or script printed.")
@json_option
def command(session: str | None, only_log: bool, as_json: bool) -> int:
    """Show SESSION: charts, figures, configuration and events.

    SESSION, running or ended, is a name or the beginning of one. Without it, the newest running
    session is shown, else the newest.

    \b
    nanotrain show
    nanotrain show mnist-3
    nanotrain show mnist-3 --json | jq '.evaluations[-1].accuracy'
    nanotrain show train-1 --log | tail
    """
    from nanotrain_tui.cli.pick import pick_or_newest
    from nanotrain_tui.follow.source import Follower, LocalSource
    from nanotrain_tui.session.recording.reader import SessionReader

    folder = pick_or_newest(my_folders(), session)
    if only_log:
        return _print_log(folder, as_json)
    follower = Follower(LocalSource(folder.path))
    try:
        state = follower.follow()
        while state.behind:
            state = follower.follow()
        with SessionReader(folder) as reader:
            if as_json:
                print_json(_object(folder, state, reader))
            else:
                _print_text(folder, state, reader)
    finally:
        follower.close()
    return FINISHED


def _print_log(folder: "SessionFolder", as_json: bool) -> int:
    """The log, without what would control the terminal. Raises CommandError."""
    from nanotrain_tui.follow.script.output import read_output

    if as_json:
        raise CommandError("--log prints text: leave out --json.")
    try:
        for text in read_output(folder.log):
            sys.stdout.write(text)
    except FileNotFoundError:
        raise CommandError(f"{folder.name} has no log: {folder.log} is not there.") from None
    except OSError as error:
        raise CommandError(f"cannot read {folder.log}: {error.strerror}.") from None
    return FINISHED


def _object(folder: "SessionFolder", state: "RunState", reader: "SessionReader") -> dict[str, Any]:
    from nanotrain_tui.follow.not_finite_ranges import as_object
    from nanotrain_tui.session.evaluated import as_json, beside_metrics, evaluated
    from nanotrain_tui.session.metrics import BESIDE_METRICS, TRAINING
    from nanotrain_tui.session.summary import parent_of

    meta = reader.meta()
    evaluations = reader.evaluations()
    trained = state.metrics.on(TRAINING)
    summary = evaluated(state.metrics, evaluations)
    return {
        "name": folder.name,
        "state": state.state,
        "step": state.step,
        "own_steps": state.own_steps,
        "steps": state.steps,
        "started": meta.get("created"),
        "duration_s": state.elapsed_s,
        "energy_j": state.energy_j,
        "energy_use": state.energy_use and state.energy_use._asdict(),
        "verdict": state.bottleneck and asdict(state.bottleneck),
        "other_load": state.other_load and asdict(state.other_load),
        "memory_mb": {name: _gauge(state, name) for name in MEMORY},
        "metrics": as_json(summary),
        **beside_metrics(summary),
        "training": {metric.name: state.curve(metric.name).last for metric in trained},
        **{_curve_key(name): state.curve(name).last for name in BESIDE_METRICS},
        "checkpoints": [_checkpoint(one) for one in state.checkpoints],
        "not_finite": {
            _curve_key(*key): as_object(state.curve(*key))
            for key in state.metrics.columns
            if state.metrics.get(key.metric).is_result
        },
        "data": dict(state.data),
        "devices": [dict(device) for device in state.devices],
        "versions": dict(state.versions),
        "notices": list(state.notices),
        "config": dict(state.config),
        "evaluations": [_evaluation(one) for one in evaluations],
        "events": [
            {"t": event.t, "step": event.step, "kind": event.kind, "body": event.body}
            for event in reader.events()
        ],
        "folder": folder.path,
        "parent": parent_of(meta),
    }


def _curve_key(metric: str, part: str = "training") -> str:
    """``train_loss``, ``test_loss``: a curve as the JSON names it."""
    return f"{'train' if part == 'training' else part}_{metric}"


def _evaluation(one: "Evaluation") -> dict[str, Any]:
    from nanotrain_tui.session.metrics import standard_values

    return {**one._asdict(), **standard_values(one.metrics)}


def _checkpoint(one: "Checkpoint") -> dict[str, Any]:
    tested, score = one.tested, one.score
    nested = {
        "tested": tested and tested._asdict(),
        "score": score and score._asdict(),
        SCORED_BY: one.value(SCORED_BY),
    }
    return {**one._asdict(), **nested}


def _print_text(folder: "SessionFolder", state: "RunState", reader: "SessionReader") -> None:
    from nanotrain_tui.cli.charts import session_charts
    from nanotrain_tui.session.recording.lost import read_lost

    parts = [
        _head(state, reader, read_lost(folder)),
        session_charts(state),
        _evaluations(state.metrics, reader.evaluations()),
        _config(state),
        _found(state),
        _events(state),
        f"Recorded in {paragraph(folder.path)}",
    ]
    print("\n\n".join(part for part in parts if part))


def _head(state: "RunState", reader: "SessionReader", lost: str) -> str:
    from nanotrain_tui.session.summary import parent_of

    steps = count(state.step) + (f"/{count(state.steps)}" if state.steps else "")
    state_word = state.state if state.responding else f"{state.state}, not responding"
    lines = [f"{state.name}: {state_word}, step {steps}, {clock(state.elapsed_s)}"]
    if lost:
        lines.append(lost)
    started = f"started {moment(reader.meta().get('created'), '-')}"
    version = state.versions.get("tensorflow")
    lines.append(f"{started}, TensorFlow {version}" if version else started)
    parent = parent_of(reader.meta())
    if parent is not None:
        origin = f"forked from {parent.get('session')} at step {_step(parent.get('step'))}"
        lines.append(
            f"{origin}; {plural(state.own_steps, 'step')} of its own, which time and energy are of"
        )
    if state.energy_j is not None:
        lines.append(f"energy: {joules(state.energy_j)}{_energy_use(state)}")
    lines += _memory(state) + _bottleneck(state) + _best(state)
    if state.data.get("source"):
        lines.append(f"data: {state.data['source']}")
    lines += _network(state)
    if state.diverged is not None:
        since = f"since step {count(state.diverged.step)}"
        what = f"the {state.diverged.metric} is {state.diverged.value} {since}"
        lines.append(f"{what}; {divergence_advice(state)}")
    return "\n".join(lines + list(state.notices))


def _network(state: "RunState") -> list[str]:
    """The layers with what each of them has, if the recording says on which shapes."""
    layers = recorded_network(flatten(dict(state.config)), state.data)
    if not layers:
        return []
    parameters = plural(sum(layer.parameters for layer in layers), "parameter")
    text = f"network: {network_text(layers)}, {parameters}"
    return textwrap.wrap(text, width(), subsequent_indent="  ", break_on_hyphens=False)


def _energy_use(state: "RunState") -> str:
    use = state.energy_use
    if use is None:
        return ""
    parts = [f"{joules(use.per_step_j)} a step"]
    if use.per_epoch_j is not None:
        parts.append(f"{joules(use.per_epoch_j)} an epoch")
    if use.samples_per_j is not None:
        parts.append(samples_per_joule(use.samples_per_j))
    return f", while training {', '.join(parts)}"


def _step(value: Any) -> str:
    """A step of another session, as it is recorded."""
    return count(value) if isinstance(value, int) else str(value)


def _gauge(state: "RunState", name: str) -> dict[str, float | None]:
    gauge = state.gauges[name]
    peak = gauge.curve.high if gauge.peak is None else gauge.peak
    return {"now": gauge.now, "peak": peak, "total": gauge.total}


def _memory(state: "RunState") -> list[str]:
    """What was in use, each figure under the name of what it is."""
    parts = []
    for name, label in MEMORY.items():
        gauge = _gauge(state, name)
        if gauge["now"] is not None:
            peak = f" (peak {gauge['peak']:,.0f})" if gauge["peak"] is not None else ""
            total = f" of {gauge['total']:,.0f}" if gauge["total"] is not None else ""
            parts.append(f"{label} {gauge['now']:,.0f}{total} MB{peak}")
    return [f"memory: {', '.join(parts)}"] if parts else []


def _bottleneck(state: "RunState") -> list[str]:
    lines = []
    if state.bottleneck is not None:
        lines = [state.bottleneck.sentence, f"  {state.bottleneck.advice}"]
    return lines if state.other_load is None else [*lines, state.other_load.text]


def _best(state: "RunState") -> list[str]:
    """Which checkpoint is the best, and where it was tested."""
    for one in state.checkpoints:
        if one.best and one.tested:
            tested = f"tested at step {count(one.tested.step)}"
            return [f"best checkpoint: step {count(one.step)}, {tested}{_score(state, one)}"]
    return ["best checkpoint: none was tested at its own step"] if state.checkpoints else []


def _score(state: "RunState", one: "Checkpoint") -> str:
    """``: 0.9312``, the value that made it the best."""
    metric = state.metrics.get(one.score.metric) if one.score else state.metrics.primary
    return f": {metric_value(metric, one.value(metric.name))}" if metric else ""


def _evaluations(metrics: "Metrics", evaluations: list["Evaluation"]) -> str:
    from nanotrain_tui.session.evaluated import evaluated_columns

    if not evaluations:
        return "No evaluation yet."
    columns = evaluated_columns(metrics, evaluations)
    rows = [
        (
            count(one.step),
            *(
                metric_value(metrics.get(name), one.value(name) if one.on == part else None)
                for name, part in columns
            ),
            clock(one.t),
        )
        for one in evaluations
    ]
    names = (f"{key.part} {metrics.get(key.metric).title}".upper() for key in columns)
    return "\n".join(table(("STEP", *names, "TIME"), rows))


def _config(state: "RunState") -> str:
    flat = flatten(state.config)
    edits = flat.pop("edits", [])
    settings = [(key, format_value(key, value)) for key, value in flat.items() if value != ""]
    longest = max((len(key) for key, _ in settings), default=0)
    lines = [f"{key:<{longest}} = {value}" for key, value in settings]
    for edit in edits:
        changes = ", ".join(
            f"{key} = {format_value(key, value)}" for key, value in edit["set"].items()
        )
        lines.append(f"after step {count(edit['step'])}: {changes}")
    return "\n".join(lines)


def _found(state: "RunState") -> str:
    """What was found in the model of a script."""
    from nanotrain_tui.follow.script.model import found_values, layer_lines

    lines = [
        f"{label}: {value}" for _, label, value in found_values(state.script, flatten(state.config))
    ]
    layers = [f"  {line}" for line in layer_lines(state.script)]
    return "\n".join(["Found in the script's model", *lines, *layers]) if lines else ""


def _events(state: "RunState") -> str:
    from nanotrain_tui.session.events import is_listed

    lines = [line for line in state.log if is_listed(line.kind)][-LOG_LINES:]
    return "\n".join(f"{clock(line.t):>8}  {line.text}" for line in lines)
