"""``nanotrain sessions``: what was trained, the newest first; names, tags, notes, deleting."""

from collections.abc import Callable, Mapping
from math import isnan
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.catalog import nearest
from nanotrain_tui.catalog.formats import plural
from nanotrain_tui.cli.exit_status import FINISHED, CommandError
from nanotrain_tui.cli.options import json_option
from nanotrain_tui.cli.output import print_json
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.session_table import print_sessions
from nanotrain_tui.cli.sessions_edit import COMMANDS

if TYPE_CHECKING:
    from nanotrain_tui.session.metrics import Metric
    from nanotrain_tui.session.summary import SessionSummary

STATES = (
    "starting", "running", "paused", "finished", "stopped", "failed", "interrupted",
    "not responding", "unreadable",
)  # fmt: skip

# Figures with the best first, words by the alphabet. None: the session has no such value.
SORTS: dict[str, Callable[["SessionSummary"], Any]] = {
    "name": lambda one: one.name,
    "state": lambda one: one.shown_state,
    "step": lambda one: -one.step,
    "time": lambda one: one.duration_s,
    "energy": lambda one: one.energy_j,
    "optimizer": lambda one: one.optimizer,
    "learning_rate": lambda one: one.learning_rate and -one.learning_rate,
    "batch_size": lambda one: one.batch_size and -one.batch_size,
    "parent": lambda one: one.parent,
}


def _complete_sort(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    """What a list can be sorted by, the metrics of the sessions here among it."""
    from nanotrain_tui.config import find_folders
    from nanotrain_tui.session.summary import summarise_all

    names = dict.fromkeys([*SORTS, "started"])
    for summary in summarise_all(str(find_folders().home)):
        names.update(dict.fromkeys(summary.metrics))
    return [CompletionItem(name) for name in names if name.startswith(start)]


@click.group("sessions", invoke_without_command=True)
@click.option("--state", type=click.Choice(STATES), metavar="STATE",
              help=f"Only those in this state: {', '.join(STATES)}.")  # fmt: skip
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only those with this tag.")
@click.option("--search", metavar="TEXT", help="Only those with TEXT in name, note, tags, data, "
              "model, optimizer or parent.")  # fmt: skip
@click.option("--sort", metavar="NAME", default="started", show_default=True,
              shell_complete=_complete_sort,
              help=f"By {', '.join(SORTS)} or the name of a metric; the best or newest first. "
              "Sessions without that metric come last.")  # fmt: skip
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

    TRAINING is a spark of the training loss, or of the metric that stands for it. BEST is the best
    evaluation of the metric that decides about the best checkpoint, such as the accuracy on the
    test data. ENERGY is what the module used, where its power was recorded. STEP counts the steps
    of a fork's parent, own_steps does not. RATE is the learning rate before the schedule. A
    terminal shows the columns that fit, a file or a pipe gets all of them.

    The JSON is a list of objects: name, state, data, model, optimizer, learning_rate, batch_size,
    parent, step, own_steps, steps, metrics, accuracy, loss, best_accuracy, started, duration_s,
    energy_j, tags, note and more. A recording that cannot be read has the state "unreadable" and a
    "problem".

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
        if (state is None or one.shown_state == state)
        and set(tags) <= set(one.tags)
        and (search is None or one.matches(search))
    ]
    chosen = _sorted(chosen, sort, reverse, _metrics_of(summaries))
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


def _sorted(
    chosen: list["SessionSummary"], name: str, reverse: bool, metrics: Mapping[str, "Metric"]
) -> list["SessionSummary"]:
    """By a name; what has no such value comes last in either direction."""
    if name == "started":
        return chosen[::-1] if reverse else chosen
    if name in SORTS:
        key = SORTS[name]
    elif name in metrics:
        key = _by_metric(metrics[name])
    else:
        known = [*SORTS, "started", *metrics]
        raise CommandError(
            f"--sort: there is no '{name}'.{nearest(name, known)} There are: {', '.join(known)}."
        )
    there = [one for one in chosen if key(one) is not None]
    there.sort(key=key, reverse=reverse)
    return there + [one for one in chosen if key(one) is None]


def _by_metric(metric: "Metric") -> Callable[["SessionSummary"], float | None]:
    """The best value of the metric, or its last one, so that better ones come first."""

    def key(one: "SessionSummary") -> float | None:
        best = one.best(metric.name)
        value = one.last(metric.name) if best is None else best
        if value is None or isnan(value):
            return None
        return -value if metric.better == "up" else value

    return key


def _metrics_of(summaries: list["SessionSummary"]) -> dict[str, "Metric"]:
    """Every metric that any session was evaluated by, and the standard ones.

    The newest declaration counts.
    """
    from nanotrain_tui.session.metrics import STANDARD

    found = (known.metric for one in reversed(summaries) for known in one.metrics.values())
    return {metric.name: metric for metric in (*STANDARD, *found) if metric.is_result}


def _object(summary: "SessionSummary") -> dict[str, Any]:
    from nanotrain_tui.session.evaluated import as_json, beside_metrics

    unreadable = summary.problem is not None
    metrics = {"metrics": as_json(summary.metrics), **beside_metrics(summary.metrics)}
    return {**summary._asdict(), **metrics, "state": "unreadable" if unreadable else summary.state}


for _edit in COMMANDS:
    command.add_command(_edit)
