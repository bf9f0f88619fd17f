"""The checkpoints of a session: what the recording says of them, held against the files."""

from typing import NamedTuple, Optional


class Checkpoint(NamedTuple):
    """The network after update ``step``, written at ``t`` seconds of session time."""

    seq: int  # of its event: the order in which they were written
    step: int
    t: float
    file: str  # in the session's folder ``checkpoints``
    sha256: str
    bytes: Optional[int]
    accuracy: Optional[float]  # on the test data when it was written, 0 to 1
    best: bool  # the best of those that are kept
    problem: str  # why it cannot be gone on from: missing, damaged; empty if it is whole

    @property
    def is_whole(self) -> bool:
        """Whether its file is there, and is what was written."""
        return not self.problem
