"""The session a person means."""

from nanotrain_tui.catalog import nearest
from nanotrain_tui.config import Folders
from nanotrain_tui.session.errors import SessionNotFound
from nanotrain_tui.session.folder import SessionFolder, find_session, list_sessions
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise_all


def pick_session(folders: Folders, name: str) -> SessionFolder:
    """By name or unique prefix. Raises SessionNotFound naming the nearest, or the candidates."""
    home = str(folders.home)
    try:
        return find_session(home, name)
    except SessionNotFound as error:
        names = [folder.name for folder in list_sessions(home)]
        if any(known.startswith(name) for known in names if name):
            raise
        more = nearest(name, names) or (
            " 'nanotrain sessions' lists them." if names else " There is none yet."
        )
        raise SessionNotFound(f"{error}.{more}") from None


def check_readable(folder: SessionFolder) -> None:
    """Raises RecordingError where the recording is damaged, before the screen is taken over."""
    with SessionReader(folder) as reader:
        reader.meta()
        for look in (reader.places, reader.steps_rows, reader.events):
            look()


def newest_session(folders: Folders) -> SessionFolder:
    """The newest that runs, else the newest. Raises SessionNotFound where there is none."""
    summaries = summarise_all(str(folders.home))
    if not summaries:
        raise SessionNotFound(
            f"there is no session in {folders.sessions} yet; 'nanotrain train' makes one."
        )
    running = [summary for summary in summaries if summary.responding]
    return find_session(str(folders.home), (running or summaries)[0].name)
