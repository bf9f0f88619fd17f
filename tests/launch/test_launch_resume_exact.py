"""A session that is killed and resumed has the same metrics as one that ran undisturbed."""

import random

import pytest
from launch_helpers import wait_until_over
from launch_sessions import (
    ask,
    curves,
    events,
    follow_to_pause,
    kill,
    wait_for_checkpoint,
    wait_for_step,
)

from nanotrain_tui.launch.resume_and_fork import configuration_of, plan_resume
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise

pytestmark = pytest.mark.slow

STEPS = 400


EDITS = [
    {"optimizer.learning_rate": 0.01},
    {"optimizer.name": "sgd"},
    {"train.batch_size": 50, "model.dropout": 0.25},
    {"loss.name": "mean_squared_error"},
    {"optimizer.name": "adamax", "optimizer.learning_rate": 0.001},
]


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_step_and_resumed_is_as_if_undisturbed(begin, places, tmp_path, seed):
    """Edits by hand and by script, several deaths: not a bit of any metric differs."""
    victims = ["pid", "trainer_pid"] * 2 if seed % 2 else ["trainer_pid", "pid"] * 2
    chance = random.Random(seed)
    script = [{"step": 90, "set": {"model.dropout": 0.5}}, {"step": 301, "set": {"model.l2": 0.1}}]
    over = tmp_path / "over"
    folder = begin(f"slow=0.001,until={over}", edits=script)
    edits = list(EDITS)
    for death, whom in zip(sorted(chance.sample(range(5, STEPS - 60), 3)), victims, strict=False):
        while edits and chance.random() < 0.7:
            assert ask(folder, "set", values=edits.pop(0))["ok"]
        wait_for_step(folder, death)
        if edits:
            assert ask(folder, "set", values=edits.pop(0))["ok"]
        kill(folder, whom)
        assert summarise(folder).state == ("interrupted" if whom == "pid" else "failed")
        start(plan_resume(folder, places), places)
    over.touch()
    wait_until_over(folder)
    assert summarise(folder).state == "finished"
    again = begin("", edits=edits_in_effect(folder))
    wait_until_over(again)
    assert curves(folder) == curves(again)
    assert configuration_of(folder)["model.l2"] == 0.1
    times = [event.t for event in events(folder)]
    assert times == sorted(times)


@pytest.mark.parametrize("seed", range(2))
def test_resumed_from_a_best_written_late_is_as_if_undisturbed(begin, places, tmp_path, seed):
    """The only checkpoints are bests, written at a pause later on, with edits between."""
    chance = random.Random(seed)
    script = [{"step": 101, "set": {"model.dropout": 0.5}}, {"step": 901, "set": {"model.l2": 0.1}}]
    values = {"edits": script, "train__checkpoint_every": 0, "train__steps": 3000}
    over = tmp_path / "over"
    folder = begin(f"slow=0.002,until={over}", **values)
    edits, reached = list(EDITS), 0
    for _ in range(3):
        wait_for_step(folder, reached + chance.randrange(5, 150))
        assert ask(folder, "set", values=edits.pop(0))["ok"]
        reached = follow_to_pause(folder)
        tested = reached - (reached - 1) % 100
        written = wait_for_checkpoint(folder, tested)
        assert written.body["tested"]["step"] == tested
        (place,) = [e for e in events(folder, "evaluated") if e.seq == written.body["after"]]
        assert place.step == tested
        assert ask(folder, "resume")["ok"]
        wait_for_step(folder, reached + 5)
        kill(folder, chance.choice(["pid", "trainer_pid"]))
        start(plan_resume(folder, places), places)
        with SessionReader(folder) as reader:
            assert reader.segments()[-1].from_step == tested
    over.touch()
    wait_until_over(folder)
    again = begin("", **{**values, "edits": edits_in_effect(folder)})
    wait_until_over(again)
    assert curves(folder) == curves(again)


def edits_in_effect(folder):
    """The edits as a script: in the order recorded, without those of steps that ran again.

    A resume repeats the edits after its checkpoint. Where a person makes another edit at the same
    step first, the repeated one comes after it.
    """
    with SessionReader(folder) as reader:
        starts = {one.seq: one.from_step for one in reader.segments()}
    made, segment = [], None
    for event in events(folder, "edited"):
        if event.segment != segment:
            segment = event.segment
            made = [edit for edit in made if edit["step"] <= starts[segment]]
        changes = {k: to for k, (_, to) in event.body["changes"].items() if to is not None}
        made.append({"step": event.step, "set": changes})
    return made
