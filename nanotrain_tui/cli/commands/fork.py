"""``nanotrain fork``: a new session from a checkpoint of another."""

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.cli.exit_status import CommandError
from nanotrain_tui.cli.options import (
    Asked,
    change_options,
    detach_option,
    json_option,
    name_option,
    preset_option,
    session_argument,
)
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.running import run_session
from nanotrain_tui.config import find_folders
from nanotrain_tui.session import events

LAST, BEST = "last", "best"
DRAWN = "model.initializer"


def _complete_checkpoint(
    ctx: click.Context, _: click.Parameter, start: str
) -> list[CompletionItem]:
    from nanotrain_tui.session.errors import SessionError
    from nanotrain_tui.session.folder import find_session
    from nanotrain_tui.session.recording.reader import SessionReader

    names = [LAST, BEST]
    session = next(iter(ctx.args), "")  # click has not sorted the arguments out by then
    try:
        with SessionReader(find_session(str(find_folders().home), session)) as reader:
            names += [str(event.step) for event in reader.events([events.CHECKPOINT])]
    except SessionError:
        pass  # none is named yet, or it cannot be read
    return [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(start)]


@click.command("fork")
@session_argument
@click.option(
    "--checkpoint", metavar="last|best|STEP", default=LAST, shell_complete=_complete_checkpoint,
    help="From which ('nanotrain checkpoints' lists them). Default: last.",
)  # fmt: skip
@preset_option
@change_options
@name_option
@detach_option
@json_option
@click.pass_obj
def command(
    asked: Asked, session: str, checkpoint: str, name: str | None, detach: bool, as_json: bool
) -> int:
    """Train a new session from a checkpoint of SESSION, with other values if you like.

    SESSION, running or ended, stays as it is; the new one remembers where it comes from. Layers,
    units and data cannot differ. Output and exit status are those of 'nanotrain train'.

    \b
    nanotrain fork mnist-3 --set optimizer.learning_rate=0.0001
    nanotrain fork mnist-3 --checkpoint best --set optimizer.name=sgd --name calmer
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch import plan_fork

    folders = my_folders()
    chosen = _checkpoint(checkpoint)
    changes = asked.changes(folders, preset_allowed=True)
    if asked.value(DRAWN) is None:  # a preset's: the weights are drawn already
        changes.pop(DRAWN, None)
    folder = pick_session(folders, session)
    return run_session(
        lambda: plan_fork(folder, folders, chosen, changes),
        folders,
        detach=detach,
        as_json=as_json,
        name=name,
    )


def _checkpoint(text: str) -> int | str:
    if text in (LAST, BEST):
        return text
    plain = text.replace(",", "")  # as the list of checkpoints writes it
    if plain.isdecimal() and len(plain) < 10:
        return int(plain)
    raise CommandError(f"--checkpoint is last, best or the step of one; it is '{text}'.")
