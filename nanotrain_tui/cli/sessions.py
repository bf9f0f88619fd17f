"""``nanotrain sessions``: what was trained, the newest first."""

import sys
from typing import TYPE_CHECKING, Any

import click

from .errors import FINISHED, paragraph
from .options import json_option
from .output import clock, figure, moment, print_json, share, table
from .places import my_folders

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

HEADER = ("SESSION", "STATE", "STEP", "ACCURACY", "LOSS", "TIME", "STARTED")
STYLES = {
    "running": "green", "paused": "yellow", "starting": "cyan", "not responding": "yellow",
    "failed": "red", "unreadable": "red", "interrupted": "red",
}  # fmt: skip


@click.command("sessions")
@json_option
def command(as_json: bool) -> int:
    """List sessions, the newest first.

    ACCURACY and LOSS are those of the last evaluation on the test data. The JSON is a list of
    objects: name, state, data, model, step, steps, accuracy, loss, best_accuracy, started,
    duration_s ... A recording that cannot be read has the state "unreadable" and a "problem".
    """
    from nanotrain_tui.session.summary import summarise_all

    folders = my_folders()
    summaries = summarise_all(str(folders.home))
    if as_json:
        print_json([_object(summary) for summary in summaries])
    elif not summaries:
        print(f"No sessions in {folders.sessions} yet. 'nanotrain train' makes one.")
    else:
        _print_table(summaries)
    return FINISHED


def state_of(summary: "SessionSummary") -> str:
    """The state in a word or two: also ``unreadable`` and ``not responding``."""
    if summary.problem is not None:
        return "unreadable"
    live = summary.state in ("starting", "running", "paused")
    return "not responding" if live and not summary.responding else summary.state


def _object(summary: "SessionSummary") -> dict[str, Any]:
    unreadable = summary.problem is not None
    return {**summary._asdict(), "state": "unreadable" if unreadable else summary.state}


def _row(summary: "SessionSummary") -> tuple[str, ...]:
    steps = f"{summary.step}/{summary.steps}" if summary.steps else str(summary.step)
    return (
        summary.name,
        state_of(summary),
        steps,
        share(summary.accuracy),
        figure(summary.loss),
        clock(summary.duration_s),
        moment(summary.started),
    )


def _print_table(summaries: list["SessionSummary"]) -> None:
    rows = [_row(summary) for summary in summaries]
    if sys.stdout.isatty():
        _print_rich(rows)
    else:
        print("\n".join(table(HEADER, rows)))
    for summary in summaries:
        if summary.problem is not None:
            print(f"{summary.name}: {paragraph(summary.problem)}")


def _print_rich(rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in HEADER:
        grid.add_column(name, justify="right" if name in HEADER[2:6] else "left", no_wrap=True)
    for row in rows:
        cells = [Text(cell) for cell in row]
        cells[1].stylize(STYLES.get(row[1], ""))
        grid.add_row(*cells)
    Console().print(grid)
