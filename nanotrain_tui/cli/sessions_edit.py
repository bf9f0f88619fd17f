"""``nanotrain sessions rename | tag | note | delete``."""

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
    """Give SESSION, which has ended, the NAME."""
    from nanotrain_tui.session.manage import rename_session

    from .pick import pick_session

    folder = pick_session(my_folders(), session)
    say(f"{folder.name} is now {rename_session(folder, name).name}")
    return FINISHED


@click.command("tag", context_settings={"ignore_unknown_options": True})
@session_argument
@click.argument("tags", nargs=-1, metavar="[+TAG|-TAG] ...")
def tag_command(session: str, tags: tuple[str, ...]) -> int:
    """Put tags on SESSION or take them off; without any, print those it has.

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
    """Write a note on SESSION; without TEXT print it, with "" remove it, with - read it."""
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
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete_command(sessions: tuple[str, ...], yes: bool) -> int:
    """Delete sessions with all that is theirs, checkpoints too. Asks first.

    Also deletes a folder without a recording, which a start that was interrupted left behind.
    """
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
            raise CommandError(f"to delete {folder.name}, give its whole name.")
    running = [folder.name for folder in chosen if folder.is_alive()]
    if running:
        raise CommandError(f"{', '.join(running)}: still running; stop it first.", status=1)
    size = sum(map(size_of, chosen)) / 1e6
    names = ", ".join(folder.name for folder in chosen)
    if not yes:
        if not sys.stdin.isatty():
            raise CommandError("nobody can be asked here: --yes deletes without asking.")
        click.confirm(f"Delete {names} ({size:,.1f} MB) for good?", abort=True)
    for folder in chosen:
        delete_session(folder)
        say(f"deleted {folder.name}")
    return FINISHED


COMMANDS = (rename_command, tag_command, note_command, delete_command)
