"""Replays a recording at any speed and from any position, with the same fold as a live session.

At the seq of an event or a sample, the state is the same as it was live: it holds everything that
was recorded until then, and the rows of steps are cut at the step of that event or sample.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.follow.run_state import Mark, ReplayPosition, RunState
from nanotrain_tui.follow.tape import Position, Tape
from nanotrain_tui.session import events
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import parent_name

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, math.inf)
FASTEST_LOOKS = 240  # the frames of a whole replay at infinite speed
KEYFRAMES = 24  # copies of the fold along the recording, which make seeking back fast
_PLACE = re.compile(r"\d{1,15}|\d{1,9}(?:\.\d+)? ?[%s]")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)")


class Replay:
    """A position on the tape that moves while it plays. Any method may raise RecordingError.

    ``clock`` returns seconds, such as ``time.monotonic``.
    """

    def __init__(
        self, reader: SessionReader, clock: Callable[[], float], speed: float = 1.0
    ) -> None:
        self._reader = reader
        self._clock = clock
        self._tape = Tape(reader)
        self._meta = reader.meta()
        self._fold = self._new_fold()
        self._at = Position()
        self._keyframes: dict[int, tuple[Position, Fold]] = {}
        self._stops = self._find_stops()
        self.speed = speed
        self.playing = False
        self._t = 0.0
        self._since = clock()  # what the clock showed when ``_t`` was computed
        self._held: Position | None = None  # an exact position; None after the time has moved

    @property
    def end_t(self) -> float:
        """Session time in seconds at the end of the recording."""
        return self._tape.end_t

    def play(self) -> None:
        """Start to play; at the end of the recording start again from the beginning."""
        self._advance()
        if self._t >= self.end_t:
            self._t = 0.0
        self.playing, self._since = True, self._clock()

    def pause(self) -> None:
        """Stop playing and keep the position."""
        self._advance()
        self.playing = False

    def faster(self, direction: int) -> None:
        """Use the next higher (1) or lower (-1) speed of ``SPEEDS``."""
        self._advance()
        near = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self.speed))
        if self.speed == math.inf:
            near = len(SPEEDS) - 1
        self.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, near + direction))]

    def seek_time(self, t: float) -> None:
        """Jump to a session time in seconds."""
        self._t, self._since = max(0.0, min(self.end_t, t)), self._clock()
        self._held = None

    def skip(self, fraction: float) -> None:
        """Jump ahead, or back if negative, by this fraction of the whole session time."""
        self._advance()
        self.seek_time(self._t + fraction * self.end_t)

    def seek_step(self, step: int) -> None:
        """Jump to the completion of a step."""
        self._show(self._tape.at_step(max(0, step)))

    def seek_seq(self, seq: int) -> None:
        """Jump to an event or a sample by its seq."""
        self._show(self._tape.at_seq(seq))

    def seek_stop(self, direction: int) -> Mark | None:
        """Jump to the previous (-1) or the next (1) event that replays stop at.

        Returns its mark, or None if there is no such event.
        """
        self._advance()
        here = self._t
        if direction > 0:
            found = next(((s, m) for s, m in self._stops if m.t > here + 1e-6), None)
        else:
            found = next(((s, m) for s, m in reversed(self._stops) if m.t < here - 1e-6), None)
        if found is None:
            return None
        self.playing = False
        self.seek_seq(found[0])
        return found[1]

    def seek(self, text: str) -> str:
        """Jump to a step (``1200``), a time (``12:30``, ``90s``) or a percentage (``45%``).

        Returns an error message, or an empty string.
        """
        text = text.strip().replace(",", "").replace("_", "")
        problem = is_place(text)
        if problem:
            return problem
        clock = _CLOCK.fullmatch(text)
        if clock:
            hours, minutes, seconds = clock.groups()
            self.seek_time(3600 * int(hours or 0) + 60 * int(minutes) + float(seconds))
        elif text.endswith("%"):
            self.seek_time(self.end_t * min(100.0, float(text.rstrip("% "))) / 100)
        elif text.endswith("s"):
            self.seek_time(float(text.rstrip("s ")))
        else:
            self.seek_step(int(text))
        return ""

    def reload(self) -> None:
        """Read what a running session has recorded since the last call."""
        self._tape.load()
        self._stops = self._find_stops()

    def state(self, live: bool = False) -> RunState:
        """The state of the session at this position. ``live``: whether the session still runs."""
        self._advance()
        at = self._tape.at_time(self._t) if self._held is None else self._held
        self._fold_to(at)
        # A killed host records no event: only the end of the tape shows that it was killed.
        state = self._fold.state(alive=live or at != self._tape.end)
        place = ReplayPosition(
            t=self._t,
            end_t=self.end_t,
            last_step=self._tape.last_step,
            playing=self.playing,
            speed=self.speed,
            live=live,
            stops=tuple(mark for _, mark in self._stops),
        )
        return replace(state, replay=place)

    def _show(self, at: Position) -> None:
        self.seek_time(self._tape.time_of(at))
        self._held = at

    def _advance(self) -> None:
        """Move the position by the time that has passed."""
        now = self._clock()
        passed, self._since = now - self._since, now
        if not self.playing:
            return
        if self.speed == math.inf:
            self._t += self.end_t / FASTEST_LOOKS
        else:
            self._t += passed * self.speed
        self._held = None
        if self._t >= self.end_t:
            self._t, self.playing = self.end_t, False

    def _fold_to(self, at: Position) -> None:
        if at == self._at:
            return
        if at < self._at:
            self._back_to(at)
        for batch in self._tape.between(self._at, at):
            self._fold.add(batch)
        self._at = at
        slot = int(KEYFRAMES * self._t / self.end_t) if self.end_t else 0
        if slot not in self._keyframes:
            self._keyframes[slot] = (at, copy.deepcopy(self._fold))

    def _back_to(self, at: Position) -> None:
        """Continue from the last copy of the fold before a position."""
        before = [(position, fold) for position, fold in self._keyframes.values() if position <= at]
        self._at, kept = max(before, key=lambda one: one[0], default=(Position(), None))
        self._fold = self._new_fold() if kept is None else copy.deepcopy(kept)

    def _new_fold(self) -> Fold:
        config: Mapping[str, Any] = self._meta["config"]
        return Fold(self._reader.folder.name, config, parent_name(self._meta) or "")

    def _find_stops(self) -> list[tuple[int, Mark]]:
        metrics = self._reader.known_metrics()
        return [
            (event.seq, Mark(event.step, event.kind, describe(event, metrics).text, event.t))
            for event in self._reader.events(events.stops())
        ]


def is_place(text: str) -> str:
    """Why a text is not a position in a recording; empty if it is one."""
    plain = text.strip().replace(",", "").replace("_", "")
    if _CLOCK.fullmatch(plain) or _PLACE.fullmatch(plain):
        return ""
    return (
        f"'{text.strip()}' is not a position. "
        "Enter a step (1200), a time (12:30) or a percentage (45%)."
    )
