"""The subcommands ``nanotrain sessions rename``, ``tag``, ``note`` and ``delete``."""

import sys

import click

from .exit_status import FINISHED, CommandError
from .options import complete_session, session_argument
from .output import say
from .places import my_folders


@click.command("rename")
@session_argument
@click.argument("name")
def rename_command(session: str, name: str) -> int:
    """Rename SESSION to NAME. The session must have ended.

    \b
    nanotrain sessions rename mnist-3 calm
    """
    from nanotrain_tui.session.manage import rename_session

    from .pick import pick_session

    folder = pick_session(my_folders(), session)
    say(f"{folder.name} is now {rename_session(folder, name).name}")
    return FINISHED


@click.command("tag", context_settings={"ignore_unknown_options": True})
@session_argument
@click.argument("tags", nargs=-1, metavar="[+TAG|-TAG] ...")
def tag_command(session: str, tags: tuple[str, ...]) -> int:
    """Add tags to SESSION or remove them. Without a TAG, print its tags.

    TAG and +TAG add a tag, -TAG removes one.

    \b
    nanotrain sessions tag mnist-3 +keep -old
    nanotrain sessions tag mnist-3 keep
    """
    from nanotrain_tui.session.labels import read_labels, tagged, write_labels

    from .pick import pick_session

    folder = pick_session(my_folders(), session)
    labels = read_labels(folder)
    if tags:
        remove = [tag[1:] for tag in tags if tag.startswith("-")]
        add = [tag[1:] if tag.startswith("+") else tag for tag in tags if not tag.startswith("-")]
        labels = tagged(labels, add, remove)
        write_labels(folder, labels)
    say(" ".join(labels.tags) or f"{folder.name} has no tags")
    return FINISHED


@click.command("note")
@session_argument
@click.argument("text", required=False)
def note_command(session: str, text: str | None) -> int:
    """Set the note of SESSION. Without TEXT, print it.

    An empty TEXT removes the note; - reads it from standard input.

    \b
    nanotrain sessions note mnist-3 "Adam, then SGD from step 3000"
    nanotrain sessions note mnist-3 ""
    """
    from nanotrain_tui.session.labels import noted, read_labels, write_labels

    from .pick import pick_session

    folder = pick_session(my_folders(), session)
    labels = read_labels(folder)
    if text is not None:
        labels = noted(labels, sys.stdin.read() if text == "-" else text)
        write_labels(folder, labels)
    say(labels.note or f"{folder.name} has no note")
    return FINISHED


@click.command("delete")
@click.argument("sessions", nargs=-1, required=True, metavar="SESSION...",
                shell_complete=complete_session)  # fmt: skip
@click.option("--yes", is_flag=True, help="Delete without asking.")
def delete_command(sessions: tuple[str, ...], yes: bool) -> int:
    """Delete sessions and all their files, checkpoints too. Asks first.

    SESSION must be the whole name. A folder without a recording, left behind by an interrupted
    start, can be deleted too.

    \b
    nanotrain sessions delete mnist-1 mnist-2
    nanotrain sessions delete mnist-1 --yes
    """
    from nanotrain_tui.catalog.formats import file_size
    from nanotrain_tui.session.folder import find_leftover
    from nanotrain_tui.session.manage import delete_session, size_of

    from .pick import pick_session

    folders = my_folders()
    home = str(folders.home)
    chosen = list(
        dict.fromkeys(find_leftover(home, name) or pick_session(folders, name) for name in sessions)
    )
    for folder in chosen:
        if folder.name not in sessions:
            raise CommandError(f"to delete {folder.name}, type its whole name.")
    running = [folder.name for folder in chosen if folder.is_alive()]
    if running:
        advice = f"stop it first with 'nanotrain send {running[0]} stop'."
        raise CommandError(f"{', '.join(running)}: still running; {advice}", status=1)
    size = file_size(sum(map(size_of, chosen)))
    names = ", ".join(folder.name for folder in chosen)
    if not yes:
        if not sys.stdin.isatty():
            raise CommandError("there is no terminal to ask on; --yes deletes without asking.")
        click.confirm(f"Delete {names} ({size}) permanently?", abort=True)
    for folder in chosen:
        delete_session(folder)
        say(f"deleted {folder.name}")
    return FINISHED


COMMANDS = (rename_command, tag_command, note_command, delete_command)
