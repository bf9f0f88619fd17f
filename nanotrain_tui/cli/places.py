"""The user's folders, checked before a command uses them."""

import os

from nanotrain_tui.config import FileError, Folders, find_folders


def my_folders() -> Folders:
    """The user's folders. Raises FileError for a folder that exists but cannot be read."""
    folders = find_folders()
    for place in (folders.home, folders.sessions, folders.config, folders.presets):
        try:
            os.scandir(place).close()
        except (FileNotFoundError, NotADirectoryError):
            pass  # the command that needs it creates it, or reports the file in its place
        except OSError as error:
            raise FileError(
                str(place),
                f"cannot be read: {error.strerror or error}. Change its permissions, or set "
                "NANOTRAIN_HOME to a folder that you own.",
            ) from None
    return folders
