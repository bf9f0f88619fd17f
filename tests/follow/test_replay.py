"""A replay has the same states as the live session, at every position."""

import random
from dataclasses import fields
from pathlib import Path

import pytest
from recorded import Recording, tutorial_run

from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader

pytestmark = pytest.mark.slow


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def told_live(home: Path, seed: int) -> tuple[SessionFolder, dict[int, RunState]]:
    """A session with every kind of event, and its live state at each event."""
    chance = random.Random(seed)
    recording = Recording(home)
    follower = Follower(LocalSource(recording.folder.path))
    seen: dict[int, RunState] = {}

    def look() -> None:
        state = follower.follow()
        while state.behind:
            state = follower.follow()
        seen[state.seq] = state

    with recording.alive():
        recording.started(steps=4000)
        look()
        for _ in range(60):
            kind = chance.choice(["steps", "steps", "sample", "sample", "evaluated", "pause",
                                  "edit", "checkpoint", "resume", "diverged", "note"])  # fmt: skip
            if kind == "steps":
                for _ in range(chance.randrange(1, 6)):
                    not_finite = {recording.step + 3: float("nan")} if chance.random() < 0.1 else {}
                    recording.steps(chance.randrange(1, 90), losses=not_finite)
                    recording.t += chance.choice([0.0, 0.3, 0.001])
                continue
            recording.t += chance.random() * 0.2
            if kind == "sample":
                body = {"source": "tegrastats", "power_total_mw": chance.randrange(2000, 9000),
                        "ram_used_mb": chance.randrange(500, 900)}  # fmt: skip
                recording.recorder.sample(recording.t, recording.step, body)
                recording.recorder.commit()
            elif kind == "evaluated":
                recording.evaluated(chance.random(), chance.random())
            elif kind == "pause":
                recording.event("paused", who="ann@nano")
                recording.t += 4.0
                recording.event("resumed", who="ann@nano")
            elif kind == "edit":
                changes = {"train.batch_size": [100, 50], "optimizer.learning_rate": [1, 2]}
                recording.event("edited", who="ann@nano", changes=changes)
            elif kind == "checkpoint":
                recording.event("checkpoint", file=f"step-{recording.step}.npz", best=True)
            elif kind == "diverged":
                recording.event("diverged", loss="nan", policy="continue", checkpoint=None)
            elif kind == "resume" and recording.step > 10:
                recording.begin(from_step=chance.randrange(recording.step))
                recording.event("started", steps=4000, batch_size=100)
            elif kind == "note":
                recording.event("note", message="said")
            look()
        follower.close()
    return recording.finished(), seen


def shown(state: RunState) -> dict[str, str]:
    """All of a state but where a replay is."""
    names = [field.name for field in fields(RunState) if field.name != "replay"]
    return {name: repr(getattr(state, name)) for name in names}


def assert_same(live: dict[str, str], replayed: RunState) -> None:
    found = shown(replayed)
    for name in live:
        assert live[name] == found[name], (live["seq"], name)


@pytest.mark.parametrize("seed", range(8))
def test_the_state_at_every_event_equals_the_live_one(tmp_path: Path, seed: int) -> None:
    folder, seen = told_live(tmp_path, seed)
    with SessionReader(folder) as reader:
        replay = Replay(reader, Clock())
        live = {seq: shown(state) for seq, state in seen.items()}
        forwards = sorted(seq for seq in seen if seq)
        chance = random.Random(seed)
        for seq in [*forwards, *chance.sample(forwards, len(forwards) // 2)]:
            replay.seek_seq(seq)
            assert_same(live[seq], replay.state())


@pytest.mark.parametrize("seed", range(4))
def test_the_state_at_the_end_equals_the_last_one(tmp_path: Path, seed: int) -> None:
    folder, _ = told_live(tmp_path, seed)
    follower = Follower(LocalSource(folder.path))
    ended = follower.follow()
    follower.close()
    with SessionReader(folder) as reader:
        clock = Clock()
        replay = Replay(reader, clock, speed=1000.0)
        replay.play()
        while replay.playing:
            replay.state()
            clock.now += 0.001
        assert_same(shown(ended), replay.state())


def replay_of(home: Path, clock: Clock, speed: float = 1.0) -> Replay:
    """1000 steps in one second."""
    return Replay(SessionReader(tutorial_run(home)), clock, speed)


def test_the_speed_scales_the_session_time(tmp_path: Path) -> None:
    clock = Clock()
    replay = replay_of(tmp_path, clock, speed=0.5)
    assert replay.state().step == 0
    replay.play()
    clock.now += 0.5
    assert replay.state().step == pytest.approx(250, abs=1)
    replay.faster(1)
    clock.now += 0.25
    assert replay.state().step == pytest.approx(500, abs=1)
    replay.pause()
    clock.now += 60
    assert replay.state().step == pytest.approx(500, abs=1)
    replay.play()
    clock.now += 60
    state = replay.state()
    assert (state.step, state.state, replay.playing) == (1000, "finished", False)


def test_seeking_by_step_time_and_percentage(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, Clock())
    for text, step in (("500", 500), ("0:00.25", 250), ("75 %", 750), ("0.1s", 100), ("0", 0)):
        assert replay.seek(text) == ""
        assert replay.state().step == pytest.approx(step, abs=1), text
    assert replay.seek("99999999") == "" and replay.state().step == 1000
    asked: list[float] = []
    replay.seek_time = asked.append  # type: ignore[method-assign]
    for text in ("2:30", "1:02:03.5", "90s"):
        replay.seek(text)
    assert asked == [150.0, 3723.5, 90.0]
    assert "not a position" in replay.seek("the middle")


def test_speeds_are_powers_of_two_and_the_maximum(tmp_path: Path) -> None:
    clock = Clock()
    replay = replay_of(tmp_path, clock, speed=32.0)
    for wanted in (64.0, float("inf"), float("inf")):
        replay.faster(1)
        assert replay.speed == wanted
    replay.play()
    looks = 0
    while replay.playing:
        replay.state()
        looks += 1
    assert 100 < looks < 400
    for _ in range(20):
        replay.faster(-1)
    assert replay.speed == 0.25


def test_seeking_from_event_to_event(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started().steps(100)
    recording.event("edited", changes={"optimizer.learning_rate": [1, 2]})
    recording.steps(100).event("checkpoint", file="step-000000200.npz")
    recording.steps(100)
    replay = Replay(SessionReader(recording.finished()), Clock())
    found = []
    while mark := replay.seek_stop(1):
        found.append((mark.kind, replay.state().step))
    assert found == [("edited", 100), ("checkpoint", 200), ("finished", 300)]
    back = replay.seek_stop(-1)
    assert back is not None and back.kind == "checkpoint" and replay.state().step == 200


def test_a_session_whose_host_was_killed_ends_interrupted(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started().steps(100)
    recording.event("note", message="half way")
    replay = Replay(SessionReader(recording.steps(100).close()), Clock())
    replay.seek("100")
    assert replay.state().state == "running"
    replay.seek("100%")
    assert replay.state().state == "interrupted"


def test_a_running_session_is_followed_while_it_grows(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started().steps(100)
    replay = Replay(SessionReader(recording.folder), Clock())
    replay.seek("100%")
    assert replay.state().step == 100
    recording.steps(50).event("note", message="more")
    replay.reload()
    replay.seek("100%")
    assert replay.state().step == 150
    recording.close()
