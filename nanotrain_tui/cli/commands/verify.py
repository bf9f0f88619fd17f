"""``nanotrain verify``: check a recording and its checkpoints for damage."""

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
    """Check a recording and its checkpoints for damage.

    SESSION is a name or the beginning of one. Every row of it, or of an exported FILE, is checked.
    In an imported session, only the checkpoints that were in its file are checked. Nothing is
    changed: if a program was killed while it wrote the recording, a private copy is checked.

    Exit status: 0 no damage was found; 1 something is damaged, and the problems are printed.

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
                is_imported = "imported" in reader.meta()
        except RecordingError as error:
            problems.append(str(error))
        else:
            # An exported file contains at most one checkpoint of the session.
            checked = [
                checkpoint
                for checkpoint in listed
                if not is_imported or Path(folder.checkpoints, checkpoint.file).exists()
            ]
            facts["checkpoints"] = len(checked)
            problems += [f"checkpoint: {found.problem}" for found in checked if found.problem]
    if as_json:
        print_json({"ok": not problems, "problems": problems, "facts": facts})
    else:
        counts = ", ".join(f"{name} {value:,}" for name, value in facts.items())
        result = "no damage" if not problems else "problems"
        say("\n".join([f"{session}: {result} ({counts})", *(f"  {line}" for line in problems)]))
    return FAILED if problems else FINISHED
