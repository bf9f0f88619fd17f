"""How often a trainer that dies is started again, and from where."""

from typing import List, Optional, Tuple

from nanotrain_tui.session.checkpoints import first_whole
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Start, read_history, starts
from nanotrain_tui.session.recording.reader import SessionReader


class Retries:
    """Counts crashes in a row without progress: none got further than those before."""

    def __init__(self, folder: SessionFolder, from_step: int) -> None:
        self._folder = folder
        self._furthest = from_step
        self._crashes = 0
        self._unfit: List[str] = []  # checkpoints that the trainer could not read

    def allow(self, reached: int, limit: int) -> bool:
        """The trainer died at step ``reached``: whether to try again."""
        if reached > self._furthest:
            self._furthest, self._crashes = reached, 0
        self._crashes += 1
        return self._crashes <= limit

    def pass_over(self, checkpoint: str) -> None:
        """Not to go on from this file again."""
        self._unfit.append(checkpoint)

    def next_start(self) -> Tuple[Optional[Start], List[str]]:
        """Where to go on, and what is wrong with the checkpoints passed over.

        Raises RecordingError.
        """
        with SessionReader(self._folder, exact=True) as reader:
            history = read_history(reader)
        fit = (one for one in starts(history) if one.file is None or one.file not in self._unfit)
        return first_whole(self._folder, fit)
