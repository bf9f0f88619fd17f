"""``nanotrain fork``: start a new session from a checkpoint of another session."""

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.cli.data.consent import yes_option
from nanotrain_tui.cli.model_options import parse_checkpoint
from nanotrain_tui.cli.options import (
    RunOptions,
    change_options,
    detach_option,
    json_option,
    name_option,
    preset_change_option,
    session_argument,
)
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.running import run_session
from nanotrain_tui.config import find_folders
from nanotrain_tui.session import events

INITIALIZER = "model.initializer"


def _complete_checkpoint(
    ctx: click.Context, _: click.Parameter, start: str
) -> list[CompletionItem]:
    from nanotrain_tui.session.errors import SessionError
    from nanotrain_tui.session.folder import find_session
    from nanotrain_tui.session.recording.reader import SessionReader

    names = ["last", "best"]
    session = next(iter(ctx.args), "")  # click has not parsed the arguments yet
    try:
        with SessionReader(find_session(str(find_folders().home), session)) as reader:
            names += [str(event.step) for event in reader.events([events.CHECKPOINT])]
    except SessionError:
        pass  # no session is given yet, or it cannot be read
    return [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(start)]


@click.command("fork")
@session_argument
@click.option(
    "--checkpoint", metavar="last|best|STEP", default="last", shell_complete=_complete_checkpoint,
    callback=parse_checkpoint,
    help="The checkpoint to start from; 'nanotrain checkpoints SESSION' lists them. Default: last.",
)  # fmt: skip
@preset_change_option
@change_options
@name_option
@detach_option
@yes_option
@json_option
@click.pass_obj
def command(
    options: RunOptions,
    session: str,
    checkpoint: int | str,
    name: str | None,
    detach: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Train a new session that starts from a checkpoint of SESSION.

    SESSION, running or ended, is a name or the beginning of one. It stays as it is; the new session
    records where it comes from. --set and --preset change values, but not the layers, their units
    or the data. The output and the exit
    status are those of 'nanotrain train'.

    \b
    nanotrain fork mnist-3 --set optimizer.learning_rate=0.0001
    nanotrain fork mnist-3 --checkpoint best --set optimizer.name=sgd --name calm
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch.resume_and_fork import plan_fork

    folders = my_folders()
    changes = options.changes(folders, preset_allowed=True)
    if options.value(INITIALIZER) is None:  # the preset's; a checkpoint has its weights already
        changes.pop(INITIALIZER, None)
    folder = pick_session(folders, session)
    return run_session(
        lambda: plan_fork(folder, folders.places, checkpoint, changes),
        folders,
        detach=detach,
        as_json=as_json,
        yes=yes,
        name=name,
    )
