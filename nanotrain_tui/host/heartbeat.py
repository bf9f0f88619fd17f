"""Shows other processes that this session has a host: the locks, the heartbeat, the socket.

A user may delete these files or the whole folder while the session runs. The next heartbeat
creates the lock and the socket again. Without its recording, the session cannot continue.
"""

import os
from typing import Callable

from nanotrain_tui.host.control import ControlServer, Handler
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.lock import FolderLock
from nanotrain_tui.session.errors import HostLives
from nanotrain_tui.session.folder import RECORDING, SessionFolder


class Heartbeat:
    """Holds the session's lock and control socket from its creation to ``close``.

    ``warn(message)`` is called when a file was deleted and created again, or when the folder was
    moved. ``lost(message)`` is called once, when the recording is no longer in the folder.
    Raises HostLives, MaintenanceRuns or OSError.
    """

    def __init__(
        self,
        folder: SessionFolder,
        loop: Loop,
        handle: Handler,
        warn: Callable[[str], None],
        lost: Callable[[str], None],
    ) -> None:
        self.recording_is_lost = False
        self._folder = folder
        self._warn = warn
        self._lost = lost
        self._has_moved = False
        self._lock = FolderLock(folder.path)
        try:
            self._control = ControlServer(folder.path, loop, handle)
        except BaseException:
            self._lock.close()
            raise

    def beat(self) -> None:
        """Update the heartbeat, and check the session's files."""
        self._lock.beat()
        if self.recording_is_lost:
            return
        if not self._has_recording():
            self.recording_is_lost = True
            self._lost("the recording was deleted: nothing more can be recorded, the training ends")
            return
        self._restore()
        self._check_path()

    def close(self) -> None:
        """Release the lock before the connections close: a client may start another host then."""
        self._control.stop_listening()
        self._lock.close()
        self._control.close()

    def _has_recording(self) -> bool:
        """Whether the recording is still in the folder; true if the disk cannot be read."""
        try:
            os.stat(RECORDING, dir_fd=self._lock.directory)
        except FileNotFoundError:
            return False
        except OSError:
            pass
        return True

    def _restore(self) -> None:
        for name, part in (("lock", self._lock), ("control.sock", self._control)):
            if part.is_in_place():
                continue
            try:
                part.restore()
            except (OSError, HostLives):
                continue  # the next heartbeat tries again
            self._warn("{} was deleted or replaced; it was created again".format(name))

    def _check_path(self) -> None:
        try:
            found = os.stat(self._folder.path)
        except OSError:
            has_moved = True
        else:
            has_moved = not os.path.samestat(found, os.fstat(self._lock.directory))
        if has_moved and not self._has_moved:
            self._warn(
                "the session's folder was moved while it runs; no checkpoint can be written until "
                "it is {} again".format(self._folder.path)
            )
        self._has_moved = has_moved
