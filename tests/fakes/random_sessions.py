"""Random sessions with random valid configurations, recorded as a host records them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

from configurations import configurations
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from recorded import Recording

from nanotrain_tui.catalog import (
    RESTART,
    Config,
    ConfigError,
    change_kind,
    changed_keys,
    check,
    edited,
    nest,
)
from nanotrain_tui.session.folder import SessionFolder

LOSSES = st.sampled_from([0.0, 0.5, 1.0, -1.0, 1e30, 3e38, math.nan, math.inf, -math.inf])
SHARES = st.sampled_from([None, 0.0, 0.1, 0.975, 1.0, math.nan])
ENDS = ("finished", "stopped", "crashed", "killed")
ACTS = st.one_of(
    st.tuples(
        st.just("steps"),
        st.integers(1, 90),
        st.dictionaries(st.integers(1, 90), LOSSES, max_size=4),
    ),
    st.tuples(st.just("steps"), st.integers(1, 90), LOSSES),
    st.tuples(st.just("evaluated"), LOSSES | st.just(0.25), SHARES),
    st.tuples(st.just("edited"), configurations()),
    st.tuples(st.just("resumed"), st.floats(0, 1)),
    st.tuples(
        st.sampled_from(["checkpoint", "diverged", "paused", "sample", "note", "refused", "guard"])
    ),
)


class Story(NamedTuple):
    """What happens in a session, in order."""

    config: Config  # flat
    parent: int | None  # the step of the other session that it is forked from
    started: bool  # False: it ends before the first update
    acts: list[tuple[Any, ...]]
    end: str  # one of ENDS


STORIES = st.builds(
    Story,
    configurations(),
    st.none() | st.integers(1, 500),
    st.sampled_from([True, True, True, False]),
    st.lists(ACTS, max_size=8),
    st.sampled_from(ENDS),
)

#: Of tests over stories: the same each time, whatever the machine is busy with.
STEADY = settings(
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def story(*acts: tuple[Any, ...], end: str = "finished", **keys: Any) -> Story:
    """One with the tutorial's configuration but for these keys."""
    config = check({key.replace("__", "."): value for key, value in keys.items()})
    return Story(config, None, True, list(acts), end)


SGD = story(
    ("steps", 40, {}), ("evaluated", 0.5, 0.8), ("edited", check({"optimizer.name": "adamw"})),
    ("steps", 10, math.nan), ("diverged",), ("evaluated", math.nan, 0.1),
    optimizer__name="sgd", optimizer__momentum=0.9, loss__name="huber", schedule__name="cosine",
    train__on_finish=["echo", "it is done"],
)  # fmt: skip
PLAIN = story(("steps", 1, {}), ("sample",), ("resumed", 0.0), ("steps", 90, {7: math.inf}))
UNSTARTED = SGD._replace(started=False, end="crashed")


def record(home: Path, story: Story, name: str = "mnist") -> SessionFolder:
    """The session's folder; no host is left."""
    keys = {key.replace(".", "__"): value for key, value in story.config.items()}
    parent = None if story.parent is None else ("mnist-9", story.parent)
    recording = Recording(home, name, parent=parent, **keys)
    teller = _Teller(recording, story)
    if story.started:
        recording.started(steps=1000)
        for act in story.acts:
            getattr(teller, act[0])(*act[1:])
    if story.end == "killed":
        recording.recorder.commit()
        recording.recorder._connection.close()
        return recording.folder
    if story.end == "crashed":
        recording.event("crashed", reason="out of memory", exit_status=-9, log_tail=["Killed"])
    else:
        recording.event(story.end, who="ann@nano")
    return recording.close()


class _Teller:
    """Records each kind of act."""

    def __init__(self, recording: Recording, story: Story) -> None:
        self._recording = recording
        self._config = story.config

    def steps(self, count: int, losses: dict[int, float] | float) -> None:
        """So many updates; ``losses`` of single ones, or of all."""
        begin = self._recording.step
        if isinstance(losses, float):
            losses = dict.fromkeys(range(1, count + 1), losses)
        self._recording.steps(count, losses={begin + at: loss for at, loss in losses.items()})

    def evaluated(self, loss: float, accuracy: float | None) -> None:
        self._recording.evaluated(loss, accuracy)

    def edited(self, wanted: Config) -> None:
        """All that differs and may change in a running session; null where a key goes."""
        now = self._config
        differ = {
            key: wanted[key]
            for key in changed_keys(now, wanted)
            if key in wanted and change_kind(key, now.get(key, ""), wanted[key]) != RESTART
        }
        after = edited(now, differ) if _fits(now, differ) else now
        changes = {key: [now.get(key), after.get(key)] for key in changed_keys(now, after)}
        self._recording.event("edited", who="ann@nano", changes=changes, retraced=False)
        self._config = after

    def resumed(self, share: float) -> None:
        """The steps after a part of them are run again."""
        recording = self._recording
        recording.event("crashed", reason="a fault", exit_status=1, log_tail=[], resuming=True)
        recording.config = nest(self._config)
        recording.t += 1.0
        recording.begin(int(recording.step * share))
        recording.started(steps=1000)

    def checkpoint(self) -> None:
        file = {"file": f"step-{self._recording.step:09}.npz", "sha256": "0" * 64, "bytes": 1000}
        self._recording.event("checkpoint", accuracy=0.5, best=True, **file)

    def diverged(self) -> None:
        self._recording.event("diverged", loss="nan", policy="pause", checkpoint=None)

    def paused(self) -> None:
        self._recording.event("paused", who="ann@nano")
        self._recording.t += 3.0
        self._recording.event("resumed", who="ann@nano")

    def sample(self) -> None:
        body = {"source": "tegrastats", "power_total_mw": 5000, "ram_used_mb": 2700,
                "temperatures_c": {"GPU": 48.5, "CPU": None}, "cpus": [{"load_percent": 7}, None],
                "gpu_load_percent": 0}  # fmt: skip
        self._recording.recorder.sample(self._recording.t, self._recording.step, body)

    def note(self) -> None:
        self._recording.event("note", message="a note")

    def refused(self) -> None:
        self._recording.event("refused", who="ann@nano", command={"do": "set"}, why="no")

    def guard(self) -> None:
        body = {"guard": "heat", "action": "paused", "value": 80.0, "limit": 75.0}
        self._recording.event("guard", message="GPU is at 80 °C: waits", **body)


def _fits(now: Config, differ: Config) -> bool:
    try:
        edited(now, differ)
    except ConfigError:
        return False
    return True
