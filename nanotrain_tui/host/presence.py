"""What shows others that a host runs a session: its locks, its heartbeat and its control socket.

Somebody may delete them, or the whole folder, while the session runs. What can be made again is
made again with the next heartbeat; without its recording a session cannot go on.
"""

import os
from typing import Callable

from nanotrain_tui.host.control import ControlServer, Handler
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.lock import FolderLock
from nanotrain_tui.session.errors import HostLives
from nanotrain_tui.session.folder import RECORDING, SessionFolder


class Presence:
    """From its making to ``close``.

    ``warn(message)`` is called when something was deleted and made again, or cannot be.
    ``lost(message)`` is called once when the recording is no longer in the folder.
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
        self.is_lost = False
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
        """Say that all is well, and see whether it is."""
        self._lock.beat()
        if self.is_lost:
            return
        if not self._has_recording():
            self.is_lost = True
            self._lost("the recording was deleted: nothing more can be kept, the training ends")
            return
        self._restore()
        self._look_at_path()

    def close(self) -> None:
        """Make room for another host. Clients that are hung up on must find the lock free."""
        self._control.leave()
        self._lock.close()
        self._control.hang_up()

    def _has_recording(self) -> bool:
        """Whether it is still in the folder; an error of the disk does not count against it."""
        try:
            os.stat(RECORDING, dir_fd=self._lock.directory)
        except FileNotFoundError:
            return False
        except OSError:
            pass
        return True

    def _restore(self) -> None:
        for name, part in (("lock", self._lock), ("control.sock", self._control)):
            if part.is_whole():
                continue
            try:
                part.restore()
            except (OSError, HostLives):
                continue  # the next heartbeat tries again
            self._warn("{} was deleted or replaced; it is made again".format(name))

    def _look_at_path(self) -> None:
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
