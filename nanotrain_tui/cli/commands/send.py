"""``nanotrain send``: send one command to a running session and wait until it is applied."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.catalog import format_value, nearest
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, CommandError, print_error
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
    "undo": "undo the last edit, also that of another user; a second undo reverts the one before",
    "pause": "pause after the current step",
    "resume": "continue after a pause",
    "step": "run one step, or N, then pause again: step [N]",
    "evaluate": "test the network now",
    "checkpoint": "write a checkpoint now",
    "stop": "end the session after the current step",
}
# The event that records that a command took effect.
EVENT_OF = {
    "set": EDITED, "undo": EDITED, "pause": PAUSED, "resume": RESUMED, "step": RESUMED,
    "evaluate": EVALUATED, "checkpoint": CHECKPOINT, "stop": STOPPED,
}  # fmt: skip

MAX_STEPS = 10**9

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
    "--timeout", metavar="SECONDS", default=300.0,
    type=click.FloatRange(0.0, 1e6, min_open=True),
    help="How long to wait for the reply. A session replies only after TensorFlow has loaded. "
    "Default: 300.",
)  # fmt: skip
@json_option
def command(session: str, do: str, values: tuple[str, ...], timeout: float, as_json: bool) -> int:
    """Send one command to SESSION and wait until it is applied.

    SESSION is a name or the beginning of one. COMMAND is one of: set KEY=VALUE ..., undo, pause,
    resume, step [N], evaluate, checkpoint, stop. All values of a set change at the same step, or
    none does; 'nanotrain keys' explains the keys. undo reverts the last edit, also that of another
    user; a second undo reverts the one before.

    Exit status: 0 applied; 1 refused, or the session is not running (the reason is printed); 2 the
    command line is wrong, and nothing was sent.

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
        reason = answer.get("why", "the session gave no reason.")
        return print_error(f"{folder.name}: {do} was refused: {reason}", FAILED)
    if not as_json:
        say(_applied(folder, do, arguments, answer, event))
    return FINISHED


def parse_command(do: str, values: tuple[str, ...]) -> Arguments:
    """The checked arguments of a command. Raises ConfigError or CommandError."""
    if do not in COMMANDS:
        known = ", ".join(COMMANDS)
        raise CommandError(
            f"there is no command '{do}'.{nearest(do, COMMANDS)} The commands are: {known}."
        )
    if do == "set":
        if not values:
            raise CommandError("set needs at least one KEY=VALUE; 'nanotrain keys' lists the keys.")
        return {"values": dict(parse_set(text) for text in values)}
    if do == "step":
        return {"n": _count(values)}
    if values:
        raise CommandError(f"{do} takes no argument; remove '{values[0]}'.")
    return {}


def _count(values: tuple[str, ...]) -> int:
    if not values:
        return 1
    if len(values) == 1 and values[0].isdecimal() and 0 < int(values[0][:20]) <= MAX_STEPS:
        return int(values[0])
    raise CommandError(
        f"step takes one number of steps, from 1 to {MAX_STEPS:,}, not '{' '.join(values)}'."
    )


def _ask(
    folder: "SessionFolder", do: str, arguments: Arguments, timeout: float
) -> tuple[dict[str, Any], "Event | None"]:
    """Send a command; returns the reply and the event that it caused, if any.

    A session whose recording is damaged still gets the command. Then the key ``unreadable`` of the
    reply says why there is no event.
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
    event = next((event for event in events if _is_caused_by(event, arguments, undone)), None)
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
    """The reply of the host, or the reply for a session that has no host."""
    from nanotrain_tui.session.client import ControlClient
    from nanotrain_tui.session.errors import NotResponding, NotRunning

    try:
        with ControlClient(folder) as client:
            return client.request(do, timeout=timeout, **arguments)
    except NotRunning:
        return _reply_of_ended(folder, do)
    except NotResponding as error:
        return {"ok": False, "why": str(error)}


def _is_caused_by(event: "Event", arguments: Arguments, undone: int | None) -> bool:
    """Whether this command caused the event, rather than another user or a scripted edit.

    ``undone`` is the ``seq`` of the edit that this command undoes.
    """
    if event.body.get("undoes") != undone:
        return False
    if undone is not None:
        return not event.body.get("scripted")
    values = arguments.get("values", {})
    changes = event.body.get("changes", {})
    ours = changes.keys() & values.keys()
    is_same = all(changes[key][1] == values[key] for key in ours)
    return is_same and bool(ours or not changes) and not event.body.get("scripted")


def _reply_of_ended(folder: "SessionFolder", do: str) -> dict[str, Any]:
    """The reply for a session that has ended and has no host any more."""
    from nanotrain_tui.session.summary import summarise

    summary = summarise(folder)
    answer: dict[str, Any] = {"ok": do == "stop", "state": summary.state, "step": summary.step}
    name, ended = folder.name, f"the session has ended ({summary.state})"
    if do == "resume":
        answer["why"] = f"{ended}; {_how_to_resume(name, summary.state)}."
    elif do == "undo":
        answer["why"] = (
            f"{ended}, and only the edits of a running session can be undone; 'nanotrain resume "
            f"{name} --set ...' or 'nanotrain fork {name} --set ...' continues with other values."
        )
    elif do == "set":
        answer["why"] = (
            f"{ended}; 'nanotrain fork {name} --set ...' continues with other values from a "
            f"checkpoint, 'nanotrain restart {name} --set ...' starts again from the beginning."
        )
    elif do != "stop":
        answer["why"] = f"{ended}."
    return answer


def _how_to_resume(name: str, state: str) -> str:
    if state == "finished":
        return f"'nanotrain resume {name} --set train.steps=...' trains for more steps"
    return f"'nanotrain resume {name}' continues from its last checkpoint"


def _applied(
    folder: "SessionFolder",
    do: str,
    arguments: Arguments,
    answer: Mapping[str, Any],
    event: "Event | None",
) -> str:
    """``applied at step 412: optimizer.learning_rate 0.001 -> 0.01``"""
    step = answer.get("step", 0)
    if "unreadable" in answer:
        return f"applied at step {step}: {do}; but {answer['unreadable']}"
    if event is None:
        return f"nothing to do: {folder.name} is {answer.get('state')} at step {step}"
    text, body = do, event.body
    if do in ("set", "undo"):
        undid = "undid " if do == "undo" else ""
        text = undid + (_changes(body.get("changes") or {}) or "no value changed")
    elif do == "step":
        text = f"step {arguments['n']}"
    elif do == "evaluate":
        text = _evaluation(folder, event)
    elif do == "checkpoint":
        tested = "tested" if body.get("tested") else "not tested"
        text = f"checkpoint {body.get('file')}, {tested}"
    return f"applied at step {step}: {text}"


def _evaluation(folder: "SessionFolder", event: "Event") -> str:
    from nanotrain_tui.cli.report import evaluated_texts
    from nanotrain_tui.session.recording.reader import SessionReader

    with SessionReader(folder) as reader:
        return ", ".join(evaluated_texts(event, reader.known_metrics())) or "no metric"


def _changes(changes: Mapping[str, Any]) -> str:
    """``key old -> new`` for each change, without the parameters that no longer apply."""
    kept = ((key, old, new) for key, (old, new) in changes.items() if new is not None)
    return ", ".join(f"{key} {_text(key, old)} -> {_text(key, new)}" for key, old, new in kept)


def _text(key: str, value: Any) -> str:
    return format_value(key, value) or "(none)"
