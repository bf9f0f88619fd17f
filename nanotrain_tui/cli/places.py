"""This user's folders, looked at before they are relied on."""

import os

from nanotrain_tui.config import FileError, Folders, find_folders


def my_folders() -> Folders:
    """The folders; raises FileError for one that is there and closed to this user."""
    folders = find_folders()
    for place in (folders.home, folders.sessions, folders.config, folders.presets):
        try:
            os.scandir(place).close()
        except (FileNotFoundError, NotADirectoryError):
            pass  # not there yet, or said by the first that needs it
        except OSError as error:
            raise FileError(
                str(place),
                f"cannot be read: {error.strerror or error}. Mend its permissions, or set "
                "NANOTRAIN_HOME to a folder of yours.",
            ) from None
    return folders
