"""``nanotrain checkpoints``: from where a session can be resumed and forked."""

from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog.formats import clock, count, percent
from nanotrain_tui.cli.exit_status import FINISHED, paragraph
from nanotrain_tui.cli.options import json_option, session_argument
from nanotrain_tui.cli.output import print_json, say, table
from nanotrain_tui.cli.places import my_folders

if TYPE_CHECKING:
    from nanotrain_tui.session.checkpoints import Checkpoint

HEADER = ("STEP", "TIME", "TESTED AT", "ACCURACY", "MB", "FILE")


@click.command("checkpoints")
@session_argument
@json_option
def command(session: str, as_json: bool) -> int:
    """List the checkpoints of SESSION that are kept, the newest last.

    Each file is read and held against its checksum; one that is damaged or missing says so.
    ACCURACY is that of this very network on the test data, evaluated at the step under TESTED AT.
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.session.checkpoints import list_checkpoints

    folder = pick_session(my_folders(), session)
    checkpoints = list_checkpoints(folder)
    if as_json:
        print_json([_object(checkpoint) for checkpoint in checkpoints])
    elif not checkpoints:
        say(f"{folder.name} has no checkpoint; 'nanotrain restart {folder.name}' begins again.")
    else:
        say("\n".join(table(HEADER, [_row(checkpoint) for checkpoint in checkpoints])))
    return FINISHED


def _object(checkpoint: "Checkpoint") -> dict[str, Any]:
    return {
        **checkpoint._asdict(),
        "problem": checkpoint.problem or None,
        "tested": checkpoint.tested and checkpoint.tested._asdict(),
        "score": checkpoint.score and checkpoint.score._asdict(),
    }


def _row(checkpoint: "Checkpoint") -> tuple[str, ...]:
    size = "-" if checkpoint.bytes is None else f"{checkpoint.bytes / 1e6:,.1f}"
    tested = count(checkpoint.tested.step) if checkpoint.tested else "-"
    notes = [checkpoint.problem, "the best" if checkpoint.best else ""]
    notes.append("" if checkpoint.tested else "not tested at this step")
    note = ", ".join(filter(None, notes))
    file = paragraph(checkpoint.file) + (f"  {paragraph(note)}" if note else "")
    accuracy = percent(checkpoint.accuracy, "-")
    return (count(checkpoint.step), clock(checkpoint.t), tested, accuracy, size, file)
