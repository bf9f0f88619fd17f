"""What can go wrong with a session, each with a message meant for the person.

SessionError
├── SessionNotFound     no session, or several, of that name
├── RecordingError      a recording that is missing, damaged, foreign or too new
├── HostLives           a host holds the session's folder
├── MaintenanceRuns     another process settles, renames or deletes the session
└── ControlError
    ├── NotRunning      no host: nothing can be commanded
    └── NotResponding   a host that does not answer
"""


class SessionError(Exception):
    """Base of all errors of this package."""


class SessionNotFound(SessionError):
    """No session of that name, or more than one with that prefix."""


class RecordingError(SessionError):
    """The recording cannot be read; the message names the file and says why."""


class HostLives(SessionError):
    """A host holds the session's folder: nobody else may change it."""


class MaintenanceRuns(SessionError):
    """Another process settles, renames or deletes the session just now."""


class ControlError(SessionError):
    """A command did not reach the session's host, or no answer came back."""


class NotRunning(ControlError):
    """The session has no host any more."""


class NotResponding(ControlError):
    """The host holds its lock but does not answer."""
