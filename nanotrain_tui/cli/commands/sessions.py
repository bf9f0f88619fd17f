"""``nanotrain sessions``: what was trained, the newest first; names, tags, notes, deleting."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog.formats import plural
from nanotrain_tui.cli.exit_status import FINISHED
from nanotrain_tui.cli.options import json_option
from nanotrain_tui.cli.output import print_json
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.session_table import print_sessions, state_of
from nanotrain_tui.cli.sessions_edit import COMMANDS

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

STATES = (
    "starting", "running", "paused", "finished", "stopped", "failed", "interrupted", "unreadable",
)  # fmt: skip

# Figures with the best first, words by the alphabet; what is not known comes last.
SORTS: dict[str, Callable[["SessionSummary"], Any]] = {
    "name": lambda one: one.name,
    "state": lambda one: state_of(one),
    "step": lambda one: -one.step,
    "accuracy": lambda one: _known(one.best_accuracy, -1),
    "loss": lambda one: _known(one.best_loss),
    "time": lambda one: one.duration_s,
    "energy": lambda one: _known(one.energy_j),
}


@click.group("sessions", invoke_without_command=True)
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only those with this tag.")
@click.option("--search", metavar="TEXT", help="Only those with TEXT in name, note, tags, data, "
              "model or optimizer.")  # fmt: skip
@click.option("--sort", type=click.Choice([*SORTS, "started"]), default="started",
              show_default=True, help="By what; the best or newest first.")  # fmt: skip
@click.option("--reverse", is_flag=True, help="The other way round.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    state: str | None,
    tags: tuple[str, ...],
    search: str | None,
    sort: str,
    reverse: bool,
    as_json: bool,
) -> int | None:
    """List sessions, the newest first.

    LOSS is a spark of the training loss, BEST the best accuracy on the test data, ENERGY what the
    module took in where its power was recorded. The JSON is a list of objects: name, state, data,
    model, step, own_steps, steps, accuracy, loss, best_accuracy, started, duration_s, energy_j,
    tags, note ... STEP counts the steps of a fork's parent, own_steps does not.
    A recording that cannot be read has the state "unreadable" and a "problem".

    \b
    nanotrain sessions --sort accuracy --tag keep
    nanotrain sessions rename mnist-3 calm
    nanotrain sessions tag calm +keep -old
    nanotrain sessions note calm "Adam, then SGD from step 3000"
    nanotrain sessions delete mnist-1 mnist-2
    """
    if ctx.invoked_subcommand is not None:
        return None
    from nanotrain_tui.session.summary import summarise_all

    folders = my_folders()
    summaries = summarise_all(str(folders.home))
    chosen = [
        one
        for one in summaries
        if (state is None or state_of(one) == state)
        and set(tags) <= set(one.tags)
        and (search is None or matches(one, search))
    ]
    if sort != "started":
        chosen.sort(key=SORTS[sort])
    if reverse:
        chosen.reverse()
    if as_json:
        print_json([_object(summary) for summary in chosen])
    elif not summaries:
        print(f"No sessions in {folders.sessions} yet. 'nanotrain train' makes one.")
    elif not chosen:
        print(f"None of {plural(len(summaries), 'session')} is like that.")
    else:
        print_sessions(chosen)
    if not as_json:
        _print_leftovers(str(folders.home))
    return FINISHED


def _print_leftovers(home: str) -> None:
    from nanotrain_tui.session.folder import list_leftovers

    names = [folder.name for folder in list_leftovers(home)]
    if names:
        print(
            f"Without a recording, as a start was interrupted: {', '.join(names)}. "
            f"Delete with 'nanotrain sessions delete {' '.join(names)}'."
        )


def matches(summary: "SessionSummary", text: str) -> bool:
    """Whether every word of the text is somewhere in what describes the session."""
    held = (
        summary.name, summary.note, *summary.tags, summary.data, summary.model, summary.optimizer,
        summary.loss_name, state_of(summary),
    )  # fmt: skip
    said = " ".join(part for part in held if part).lower()
    return all(word in said for word in text.lower().split())


def _known(value: float | None, sign: int = 1) -> tuple[bool, float]:
    return (value is None, sign * (value or 0.0))


def _object(summary: "SessionSummary") -> dict[str, Any]:
    unreadable = summary.problem is not None
    return {**summary._asdict(), "state": "unreadable" if unreadable else summary.state}


for _edit in COMMANDS:
    command.add_command(_edit)
