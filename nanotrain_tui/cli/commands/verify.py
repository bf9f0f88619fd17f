"""``nanotrain verify``: whether a recording and its checkpoints are whole."""

from pathlib import Path

import click

from nanotrain_tui.cli.exit_status import FAILED, FINISHED
from nanotrain_tui.cli.options import complete_session, json_option
from nanotrain_tui.cli.output import print_json, say
from nanotrain_tui.cli.places import my_folders


@click.command("verify")
@click.argument("session", metavar="SESSION|FILE", shell_complete=complete_session)
@json_option
def command(session: str, as_json: bool) -> int:
    """Look at every row of SESSION, or of an exported FILE, and at its checkpoints.

    Exit status 0: all is whole; 1: something is not, and it is said what. Of an imported session
    only the checkpoints that came along are looked at. Nothing is changed: a recording that a
    killed program left in the middle of a change is looked at in a private copy.

    \b
    nanotrain verify mnist-3
    nanotrain verify mnist-3.nanotrain
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.cli.progress import progress_line
    from nanotrain_tui.session.checkpoints import read_checkpoints
    from nanotrain_tui.session.errors import RecordingError
    from nanotrain_tui.session.recording.reader import SessionReader
    from nanotrain_tui.session.recording.verify import verify_file

    is_file = "/" in session or Path(session).is_file()
    folder = None if is_file else pick_session(my_folders(), session)
    with progress_line(f"verifying {session}") as progress:
        path = session if folder is None else folder.recording
        problems, facts = verify_file(path, progress, foreign=is_file)
    if folder is not None and not problems:
        try:
            with SessionReader(folder, settle=False) as reader:
                listed = read_checkpoints(reader)
                came_whole = "imported" not in reader.meta()
        except RecordingError as error:
            problems.append(str(error))
        else:
            # An exported session leaves most of its checkpoints behind.
            here = [
                one for one in listed if came_whole or Path(folder.checkpoints, one.file).exists()
            ]
            facts["checkpoints"] = len(here)
            problems += [f"checkpoint: {one.problem}" for one in here if one.problem]
    if as_json:
        print_json({"ok": not problems, "problems": problems, "facts": facts})
    else:
        told = ", ".join(f"{name} {value:,}" for name, value in facts.items())
        result = "whole" if not problems else "problems"
        say("\n".join([f"{session}: {result} ({told})", *(f"  {line}" for line in problems)]))
    return FAILED if problems else FINISHED
