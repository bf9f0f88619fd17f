"""The errors of a session. Their messages are shown to the user.

SessionError
├── SessionNotFound     no session has that name, or several begin with it
├── RecordingError      a recording is missing, damaged, foreign or too new
├── HostLives           a host holds the session's folder
├── MaintenanceRuns     another process settles, renames or deletes the session
└── ControlError
    ├── NotRunning      the session has no host, so it takes no commands
    └── NotResponding   the host does not answer
"""


class SessionError(Exception):
    """The base class of all errors of this package."""


class SessionNotFound(SessionError):
    """No session has that name, or more than one begins with it."""


class RecordingError(SessionError):
    """The recording cannot be read; the message names the file and says why."""


class HostLives(SessionError):
    """A host holds the session's folder, so no other process may change it."""


class MaintenanceRuns(SessionError):
    """Another process is settling, renaming or deleting the session."""


class ControlError(SessionError):
    """A command did not reach the session's host, or no answer came back."""


class NotRunning(ControlError):
    """The session has no host."""


class NotResponding(ControlError):
    """The session has a host, but the host does not answer."""


def os_reason(error: OSError) -> str:
    """``PATH: No space left on device``"""
    reason = error.strerror or str(error)
    path = error.filename
    return "{}: {}".format(path, reason) if path is not None else reason


def reason_of(error: BaseException) -> str:
    """The message of any error, without its key and without the number of an OSError."""
    message = os_reason(error) if isinstance(error, OSError) else str(error)
    return str(getattr(error, "message", message))
