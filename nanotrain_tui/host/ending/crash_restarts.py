"""Decides whether a trainer that died is started again, and from which checkpoint."""

from typing import Any, Callable, Dict, List, Optional, Tuple

from nanotrain_tui.catalog import nest
from nanotrain_tui.host.segment import Segment, SegmentContext
from nanotrain_tui.host.trainer.process import ProcessTrainer
from nanotrain_tui.session import events
from nanotrain_tui.session.checkpoints import first_whole
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import EDITS, Start, read_history, starts
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer_python import preload

_PERMANENT = ("config", "data")  # kinds of failure that would only repeat


class CrashRestarts:
    """Applies ``train.on_crash`` and ``train.crash_limit``.

    ``record(kind, body)`` records an event. ``from_step`` is the step the first segment began at.
    """

    def __init__(
        self,
        context: SegmentContext,
        from_step: int,
        record: Callable[[str, Dict[str, Any]], None],
    ) -> None:
        self._context = context
        self._record = record
        self._folder = SessionFolder(context.job.folder)
        self._furthest_step = from_step
        self._crashes = 0  # in a row, none of which reached a later step
        self._rejected: List[str] = []  # checkpoints that the trainer could not read

    def next_start(self, segment: Segment, step: int, body: Dict[str, Any]) -> Optional[Start]:
        """Where to start again after a crash at ``step``; None if not wanted or not possible.

        ``body`` is the body of the ``crashed`` event. Its reason is extended where the limit of
        crashes is reached.
        """
        if not self._preload_library(segment, body) and not self._may_restart(segment, step, body):
            return None
        self._context.journal.commit()
        try:
            start, problems = self._find_start()
        except RecordingError:
            return None  # the disk is full or gone; a warning about that is recorded already
        for problem in problems:
            self._record(events.WARNED, {"message": "a checkpoint is passed over: " + problem})
        return start

    def _may_restart(self, segment: Segment, step: int, body: Dict[str, Any]) -> bool:
        config, failure = segment.config.now, segment.trainer_events.failure_kind
        if config.get("train.on_crash") != "resume" or failure in _PERMANENT:
            return False
        if failure == "checkpoint" and segment.checkpoint is not None:
            self._rejected.append(segment.checkpoint)
        if step > self._furthest_step:
            self._furthest_step, self._crashes = step, 0
        self._crashes += 1
        limit = config["train.crash_limit"]
        if self._crashes > limit:
            body["reason"] += "; started again {} times without getting further".format(limit)
            return False
        return True

    def _preload_library(self, segment: Segment, body: Dict[str, Any]) -> bool:
        """Set LD_PRELOAD for the next trainer where glibc had no static TLS left for a library."""
        job, trainer = self._context.job, segment.link.trainer
        output = body["reason"] + "\n" + self._context.log.recent_text()
        env = preload.with_library(job.env, output)
        if env is None or not isinstance(trainer, ProcessTrainer):
            return False
        self._context.job = job._replace(env=env)
        message = "a library could not be loaded; the trainer is started again with {}={}"
        setting = message.format(preload.VARIABLE, env[preload.VARIABLE])
        self._record(events.NOTE, {"message": setting})
        return True

    def _find_start(self) -> Tuple[Optional[Start], List[str]]:
        """The newest usable start, and what is wrong with newer checkpoints.

        Raises RecordingError.
        """
        with SessionReader(self._folder, exact=True) as reader:
            history = read_history(reader)
        usable = (
            one for one in starts(history) if one.file is None or one.file not in self._rejected
        )
        return first_whole(self._folder, usable)


def restart_body(start: Start, who: str) -> Dict[str, Any]:
    """The body of the ``configured`` event of a segment that follows a crash."""
    return {
        "config": nest(start.config),
        "who": who,
        "said": ["the trainer died; continues from step {}".format(start.step)],
        "resumed_from": start.file,
        EDITS: [edit.as_dict() for edit in start.edits],
    }
