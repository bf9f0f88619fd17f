"""``nanotrain checkpoints``: from where a session can be resumed and forked."""

from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog.formats import clock, count
from nanotrain_tui.cli.exit_status import FINISHED, paragraph
from nanotrain_tui.cli.options import json_option, newest_argument
from nanotrain_tui.cli.output import metric_value, print_json, say, table
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.session.metrics import SCORED_BY

if TYPE_CHECKING:
    from nanotrain_tui.session.checkpoints import Checkpoint
    from nanotrain_tui.session.folder import SessionFolder
    from nanotrain_tui.session.metrics import Metric


@click.command("checkpoints")
@newest_argument
@json_option
def command(session: str | None, as_json: bool) -> int:
    """List the checkpoints of SESSION, the newest last.

    SESSION is a name or the beginning of one. Without it, the newest running session is taken, else
    the newest.

    Each file is read and held against its checksum; one that is damaged or missing says so.
    The column before MB is the metric that decides about the best checkpoint, such as the
    accuracy on the test data. It is that of this very network, evaluated at the step under
    TESTED AT.
    """
    from nanotrain_tui.cli.pick import pick_or_newest
    from nanotrain_tui.session.checkpoints import list_checkpoints

    folder = pick_or_newest(my_folders(), session)
    checkpoints = list_checkpoints(folder)
    if as_json:
        print_json([_object(checkpoint) for checkpoint in checkpoints])
    elif not checkpoints:
        say(f"{folder.name} has no checkpoint; 'nanotrain restart {folder.name}' begins again.")
    else:
        say("\n".join(_table(checkpoints, _scored_by(folder, checkpoints))))
    return FINISHED


def _scored_by(folder: "SessionFolder", checkpoints: "list[Checkpoint]") -> "Metric | None":
    """The metric that the checkpoints are compared by."""
    from nanotrain_tui.session.recording.reader import SessionReader

    with SessionReader(folder) as reader:
        metrics = reader.known_metrics()
    named = next((one.score.metric for one in reversed(checkpoints) if one.score), None)
    return metrics.get(named) if named else metrics.primary


def _table(checkpoints: "list[Checkpoint]", metric: "Metric | None") -> list[str]:
    name = metric.title.upper() if metric else "SCORE"
    header = ("STEP", "TIME", "TESTED AT", name, "MB", "FILE")
    return table(header, [_row(checkpoint, metric) for checkpoint in checkpoints])


def _object(checkpoint: "Checkpoint") -> dict[str, Any]:
    return {
        **checkpoint._asdict(),
        SCORED_BY: checkpoint.value(SCORED_BY),
        "problem": checkpoint.problem or None,
        "tested": checkpoint.tested and checkpoint.tested._asdict(),
        "score": checkpoint.score and checkpoint.score._asdict(),
    }


def _row(checkpoint: "Checkpoint", metric: "Metric | None") -> tuple[str, ...]:
    size = "-" if checkpoint.bytes is None else f"{checkpoint.bytes / 1e6:,.1f}"
    tested = count(checkpoint.tested.step) if checkpoint.tested else "-"
    notes = [checkpoint.problem, "the best" if checkpoint.best else ""]
    notes.append("" if checkpoint.tested else "not tested at this step")
    note = ", ".join(filter(None, notes))
    file = paragraph(checkpoint.file) + (f"  {paragraph(note)}" if note else "")
    value = metric_value(metric, checkpoint.value(metric.name)) if metric else "-"
    return (count(checkpoint.step), clock(checkpoint.t), tested, value, size, file)
