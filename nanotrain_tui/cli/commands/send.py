"""``nanotrain send``: one command to a running session, and whether it was applied."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.catalog import format_value, nearest
from nanotrain_tui.catalog.formats import percent, scalar
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, CommandError, complain
from nanotrain_tui.cli.options import complete_set, json_option, session_argument
from nanotrain_tui.cli.output import print_json, say
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.config import parse_set
from nanotrain_tui.session.events import CHECKPOINT, EDITED, EVALUATED, PAUSED, RESUMED, STOPPED

if TYPE_CHECKING:
    from nanotrain_tui.session.folder import SessionFolder
    from nanotrain_tui.session.recording.records import Event

COMMANDS = {
    "set": "change values, all at the same step: set KEY=VALUE ...",
    "undo": "take back the last edit, whoever made it; again: the one before",
    "pause": "wait after the step it is in",
    "resume": "go on after a pause",
    "step": "one update, or N, then pause again: step [N]",
    "evaluate": "test the network now",
    "checkpoint": "write a checkpoint now",
    "stop": "end the session after the step it is in",
}
# The event that says that a command took effect.
EVENT_OF = {  # what comes of a command
    "set": EDITED, "undo": EDITED, "pause": PAUSED, "resume": RESUMED, "step": RESUMED,
    "evaluate": EVALUATED, "checkpoint": CHECKPOINT, "stop": STOPPED,
}  # fmt: skip

MOST_STEPS = 10**9

Arguments = dict[str, Any]


def _complete_command(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    known = COMMANDS.items()
    return [CompletionItem(name, help=text) for name, text in known if name.startswith(start)]


def _complete_value(ctx: click.Context, of: click.Parameter, start: str) -> list[CompletionItem]:
    return complete_set(ctx, of, start) if ctx.params.get("do") == "set" else []


@click.command("send", options_metavar="[OPTIONS]")
@session_argument
@click.argument("do", metavar="COMMAND", shell_complete=_complete_command)
@click.argument("values", nargs=-1, metavar="[ARGUMENT]...", shell_complete=_complete_value)
@click.option(
    "--timeout", metavar="SECONDS", default=300.0, show_default=True,
    type=click.FloatRange(0.0, 1e6, min_open=True),
    help="How long to wait for the answer; while TensorFlow loads, commands wait for it.",
)  # fmt: skip
@json_option
def command(session: str, do: str, values: tuple[str, ...], timeout: float, as_json: bool) -> int:
    """Send one command to SESSION and wait until it is applied.

    COMMAND is one of: set KEY=VALUE ..., undo, pause, resume, step [N], evaluate, checkpoint,
    stop. Several values are set at the same step, all or none; 'nanotrain keys' explains them.
    undo takes back the last edit, whoever made it; again, the one before.

    Exit status: 0 applied; 1 refused, or the session does not run: the reason is printed; 2 the
    command line cannot be used, and nothing was sent.

    \b
    nanotrain send mnist-3 set optimizer.learning_rate=0.01
    nanotrain send mnist-3 undo
    nanotrain send mnist-3 pause && nanotrain send mnist-3 step 5
    """
    from nanotrain_tui.cli.pick import pick_session

    arguments = parse_command(do, values)
    folder = pick_session(my_folders(), session)
    answer, event = _ask(folder, do, arguments, timeout)
    if as_json:
        print_json({"session": folder.name, "do": do, **answer})
    if answer.get("ok") is not True:
        why = answer.get("why", "it gave no reason.")
        return complain(f"{folder.name}: {do} was refused: {why}", FAILED)
    if not as_json:
        say(_applied(folder.name, do, arguments, answer, event))
    return FINISHED


def parse_command(do: str, values: tuple[str, ...]) -> Arguments:
    """What belongs to a command, checked. Raises ConfigError and CommandError."""
    if do not in COMMANDS:
        known = ", ".join(COMMANDS)
        raise CommandError(
            f"there is no command '{do}'.{nearest(do, COMMANDS)} There are: {known}."
        )
    if do == "set":
        if not values:
            raise CommandError("set wants at least one KEY=VALUE; 'nanotrain keys' lists the keys.")
        return {"values": dict(parse_set(text) for text in values)}
    if do == "step":
        return {"n": _count(values)}
    if values:
        raise CommandError(f"{do} takes no argument; there is '{values[0]}'.")
    return {}


def _count(values: tuple[str, ...]) -> int:
    if not values:
        return 1
    if len(values) == 1 and values[0].isdecimal() and 0 < int(values[0][:20]) <= MOST_STEPS:
        return int(values[0])
    raise CommandError(
        f"step takes one number of updates, from 1 to {MOST_STEPS:,}; it is '{' '.join(values)}'."
    )


def _ask(
    folder: "SessionFolder", do: str, arguments: Arguments, timeout: float
) -> tuple[dict[str, Any], "Event | None"]:
    """The session's answer, and the event that came of it, if any did.

    A session whose recording is damaged is commanded all the same: ``unreadable`` says why the
    answer has no event.
    """
    from nanotrain_tui.session.errors import RecordingError
    from nanotrain_tui.session.recording.reader import SessionReader
    from nanotrain_tui.session.scores import is_late

    answer: dict[str, Any] = {}
    events: list[Event] = []
    try:
        with SessionReader(folder) as reader:
            before = reader.last_seq()
            answer = _request(folder, do, arguments, timeout)
            events = [
                event
                for event in reader.read_since(before).events
                if event.kind == EVENT_OF[do] and not is_late(event)
            ]
    except RecordingError as error:
        if not folder.is_alive() and not answer:
            raise
        answer = answer or _request(folder, do, arguments, timeout)
        answer["unreadable"] = str(error)
    undone = answer.get("undoes")
    event = next((event for event in events if _came_of(event, arguments, undone)), None)
    if event is not None:
        answer["step"] = event.step
        if do in ("set", "undo"):
            answer["changes"] = event.body.get("changes") or {}
        elif do == "checkpoint":
            answer["tested"] = event.body.get("tested")
    return {key: value for key, value in answer.items() if key != "id"}, event


def _request(
    folder: "SessionFolder", do: str, arguments: Arguments, timeout: float
) -> dict[str, Any]:
    """The host's reply, or what a session without a host would say."""
    from nanotrain_tui.session.client import ControlClient
    from nanotrain_tui.session.errors import NotResponding, NotRunning

    try:
        with ControlClient(folder) as client:
            return client.request(do, timeout=timeout, **arguments)
    except NotRunning:
        return _of_ended(folder, do)
    except NotResponding as error:
        return {"ok": False, "why": str(error)}


def _came_of(event: "Event", arguments: Arguments, undone: int | None) -> bool:
    """Whether an edit is ours, and not another's or the configuration's that was faster.

    ``undone`` is the seq of the edit that was to be undone.
    """
    if event.body.get("undoes") != undone:
        return False
    if undone is not None:
        return not event.body.get("scripted")
    values = arguments.get("values", {})
    changes = event.body.get("changes", {})
    ours = changes.keys() & values.keys()
    same = all(changes[key][1] == values[key] for key in ours)
    return same and bool(ours or not changes) and not event.body.get("scripted")


def _of_ended(folder: "SessionFolder", do: str) -> dict[str, Any]:
    """The answer that a session without a host would give."""
    from nanotrain_tui.session.summary import summarise

    summary = summarise(folder)
    answer: dict[str, Any] = {"ok": do == "stop", "state": summary.state, "step": summary.step}
    name, ended = folder.name, f"it has ended ({summary.state})"
    if do == "resume":
        answer["why"] = f"{ended}; {_how_to_resume(name, summary.state)}."
    elif do == "undo":
        answer["why"] = (
            f"{ended}, and only a live session's edits can be undone; 'nanotrain resume {name} "
            f"--set ...' or 'nanotrain fork {name} --set ...' goes on with other values."
        )
    elif do == "set":
        answer["why"] = (
            f"{ended}; 'nanotrain fork {name} --set ...' goes on with other values from a "
            f"checkpoint, 'nanotrain restart {name} --set ...' from the beginning."
        )
    elif do != "stop":
        answer["why"] = f"{ended}."
    return answer


def _how_to_resume(name: str, state: str) -> str:
    if state == "finished":
        return f"'nanotrain resume {name} --set train.steps=...' goes on to more steps"
    return f"'nanotrain resume {name}' goes on from its last checkpoint"


def _applied(
    name: str, do: str, arguments: Arguments, answer: Mapping[str, Any], event: "Event | None"
) -> str:
    """``applied at step 412: optimizer.learning_rate 0.001 -> 0.01``"""
    from nanotrain_tui.session.recording.reader import number

    step = answer.get("step", 0)
    if "unreadable" in answer:
        return f"applied at step {step}: {do}; but {answer['unreadable']}"
    if event is None:
        return f"nothing to do: {name} is {answer.get('state')} at step {step}"
    what, body = do, event.body
    if do in ("set", "undo"):
        undid = "undid " if do == "undo" else ""
        what = undid + (_changes(body.get("changes") or {}) or "nothing differs")
    elif do == "step":
        what = f"step {arguments['n']}"
    elif do == "evaluate":
        accuracy, loss = number(body.get("accuracy")), number(body.get("loss"))
        what = f"test accuracy {percent(accuracy, '-')}, test loss {scalar(loss, '-')}"
    elif do == "checkpoint":
        tested = "tested" if body.get("tested") else "not tested"
        what = f"checkpoint {body.get('file')}, {tested}"
    return f"applied at step {step}: {what}"


def _changes(changes: Mapping[str, Any]) -> str:
    """Each from what to what; parameters that went with the choice before are not listed."""
    kept = ((key, old, new) for key, (old, new) in changes.items() if new is not None)
    return ", ".join(f"{key} {_text(old)} -> {_text(new)}" for key, old, new in kept)


def _text(value: Any) -> str:
    return format_value(value) or "(none)"
