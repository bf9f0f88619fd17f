"""Finds the session that an argument names."""

from nanotrain_tui.catalog import nearest
from nanotrain_tui.cli.exit_status import note
from nanotrain_tui.config import Folders
from nanotrain_tui.session.errors import SessionNotFound
from nanotrain_tui.session.folder import SessionFolder, find_session, list_sessions
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise_all


def pick_session(folders: Folders, name: str) -> SessionFolder:
    """The session with this name or unique prefix.

    Raises SessionNotFound, which names the nearest session or all that the prefix fits.
    """
    home = str(folders.home)
    try:
        return find_session(home, name)
    except SessionNotFound as error:
        names = [folder.name for folder in list_sessions(home)]
        if any(known.startswith(name) for known in names if name):
            raise
        hint = nearest(name, names) or (
            " 'nanotrain sessions' lists them." if names else " There is no session yet."
        )
        raise SessionNotFound(f"{error}.{hint}") from None


def check_readable(folder: SessionFolder) -> None:
    """Raises RecordingError if the recording is damaged, before the dashboard opens."""
    with SessionReader(folder) as reader:
        reader.meta()
        for read in (reader.places, reader.steps_rows, reader.events):
            read()


def pick_or_newest(folders: Folders, name: str | None) -> SessionFolder:
    """The session with this name; without a name the newest, and a line on stderr says which.

    Raises SessionNotFound.
    """
    if name is not None:
        return pick_session(folders, name)
    folder = newest_session(folders)
    note(f"session {folder.name}, {'which is running' if folder.is_alive() else 'the newest'}")
    return folder


def newest_session(folders: Folders) -> SessionFolder:
    """The newest running session, else the newest. Raises SessionNotFound if there is none."""
    summaries = summarise_all(str(folders.home))
    if not summaries:
        raise SessionNotFound(
            f"there is no session in {folders.sessions} yet; 'nanotrain train' starts one."
        )
    running = [summary for summary in summaries if summary.responding]
    return find_session(str(folders.home), (running or summaries)[0].name)
