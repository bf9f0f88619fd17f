"""To the bit: the same run again, one killed and resumed, one taken step by step; and forks."""

import numpy as np
import pytest
from trainer_runs import Process, at, config_of, of_kind, serve_here, values_of, write_data

pytestmark = pytest.mark.tensorflow

EDITS = [
    {"step": 5, "set": {"optimizer.learning_rate": 0.02, "train.batch_size": 17}},
    {"step": 12, "set": {"model.dropout": 0.3, "model.l2": 0.001}},
    {"step": 12, "set": {"optimizer.name": "nadam"}},
    {"step": 23, "set": {"model.activation": "elu", "schedule.name": "cosine"}},
    {"step": 23, "set": {"optimizer.name": "adam", "optimizer.beta_1": 0.8}},
]
OPTIONS = {"train__checkpoint_every": 4, "train__checkpoint_keep": 99, "model__dropout": 0.1,
           "schedule__name": "exponential", "schedule__warmup_steps": 8,
           "model__hidden": "16", "layers": [{"units": 16, "activation": "relu"}]}  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed_folder(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(scope="module")
def undisturbed(undisturbed_folder):
    return serve_here(config_of(undisturbed_folder, edits=EDITS, **OPTIONS))[1]


def final(events):
    return next(event["loss"] for event in of_kind(events, "evaluated") if event["step"] == 40)


def assert_same(events, undisturbed, first=0):
    """The same losses from the step after ``first`` on, and the same network at the end."""
    for metric in ("loss", "accuracy", "learning_rate"):
        found, expected = values_of(events, metric), values_of(undisturbed, metric)[first:]
        assert found.tobytes() == expected.tobytes()
    assert final(events) == final(undisturbed)


def test_the_same_seed_and_edits_give_the_same_losses_step_by_step_too(folder, undisturbed):
    script = [(at("progress"), {"do": "pause", "id": 2})]
    script += [(at("paused", step), {"do": "step", "n": 3, "id": 3}) for step in range(0, 40, 3)]
    _, events = serve_here(config_of(folder, edits=EDITS, **OPTIONS), script)
    assert_same(events, undisturbed)
    assert [event["step"] for event in of_kind(events, "paused")] == [*range(0, 40, 3)]
    assert not of_kind(events, "warned")
    assert len(of_kind(events, "edited")) == len(EDITS)


def test_from_any_checkpoint_it_goes_on_as_if_nothing_had_been(
    undisturbed_folder, tmp_path, undisturbed
):
    """Edits from the checkpoint's step on are given again, whether it holds them or not."""
    for step in (4, 12, 24):
        again = config_of(
            undisturbed_folder, edits=[edit for edit in EDITS if edit["step"] >= step],
            resume=True, restore=str(undisturbed_folder / f"step-{step:09d}.npz"),
            checkpoint_dir=str(tmp_path / str(step)), **OPTIONS,
        )  # fmt: skip
        _, events = serve_here(again)
        assert of_kind(events, "started")[0]["step"] == step
        assert_same(events, undisturbed, step)
        done = [event["step"] for event in of_kind(events, "evaluated")]
        due = sorted({1, 11, 21, 31, *range(4, 41, 4)})  # by schedule, and before checkpoints
        assert done == [point for point in due if point > step]


def test_a_killed_run_goes_on_as_if_nothing_had_been(folder, undisturbed):
    random = np.random.RandomState()  # whatever moment it is, the bits are the same
    with Process() as trainer:
        trainer.send(id=1, do="start", config=config_of(folder, edits=EDITS, **OPTIONS))
        for _ in range(random.randint(1, 8)):
            trainer.until("checkpoint")
        trainer.process.kill()
        trainer.process.wait()
    newest = max(folder.glob("step-*.npz"))
    step = int(newest.name[5:14])
    again = config_of(folder, edits=EDITS, resume=True, restore=str(newest), **OPTIONS)
    _, events = serve_here(again)
    assert_same(events, undisturbed, step)


def test_an_edit_the_checkpoint_holds_already_changes_nothing_again(folder):
    swap = {"optimizer.name": "sgd"}
    script = [
        (at("progress"), {"do": "pause", "id": 2}),
        (at("paused", 0), {"do": "step", "n": 15, "id": 3}),
        (at("paused", 15), {"do": "set", "values": swap, "id": 4}),
        (at("edited"), {"do": "checkpoint", "id": 5}),
        (at("checkpoint"), {"do": "stop", "id": 6}),
    ]
    serve_here(config_of(folder), script)
    again = config_of(folder, resume=True, restore=str(folder / "step-000000015.npz"),
                      edits=[{"step": 9, "set": {"train.batch_size": 3}},
                             {"step": 15, "set": swap, "who": "eva@board"}])  # fmt: skip
    _, events = serve_here(again)
    assert not of_kind(events, "edited")
    assert of_kind(events, "started")[0]["batch_size"] == 30


def test_a_resume_with_more_steps_and_no_evaluation_twice(folder):
    serve_here(config_of(folder))
    restore = str(folder / "step-000000040.npz")
    _, events = serve_here(config_of(folder, resume=True, restore=restore))
    assert events[-1] == {"event": "finished", "step": 40}
    assert not of_kind(events, "evaluated")
    assert not of_kind(events, "checkpoint")
    more = [{"step": 40, "set": {"train.steps": 45}, "who": "eva@board"}]
    _, events = serve_here(config_of(folder, resume=True, restore=restore, edits=more))
    assert [event["step"] for event in of_kind(events, "evaluated")] == [41, 45]


def test_epochs_are_not_counted_again(folder):
    options = {"train__epochs": 1, "train__batch_size": 40}
    edits = [{"step": 3, "set": {"train.batch_size": 10}}]
    _, events = serve_here(config_of(folder, edits=edits, **options))
    assert events[-1]["step"] == 10
    restore = str(folder / "step-000000010.npz")
    _, events = serve_here(config_of(folder, resume=True, restore=restore, **options))
    assert events[-1] == {"event": "finished", "step": 10}


def test_a_damaged_checkpoint_is_named_before_training(folder):
    serve_here(config_of(folder))
    path = folder / "step-000000040.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    status, events = serve_here(config_of(folder, restore=str(path)))
    assert status == 1
    assert (events[-1]["kind"], events[-1]["key"]) == ("checkpoint", "restore")
    assert "step-000000040.npz" in events[-1]["message"]


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    """A checkpoint of a run at step 40, SGD with momentum swapped in. No test may write to it."""
    folder = write_data(tmp_path_factory.mktemp("parent"))
    edits = [{"step": 20, "set": {"optimizer.name": "sgd", "optimizer.momentum": 0.9}}]
    serve_here(config_of(folder, edits=edits))
    return folder / "step-000000040.npz"


def fork(parent, tmp_path, **changes):
    own = tmp_path / "fork"
    own.mkdir()
    changes = {"train__steps": 60, "checkpoint_dir": str(own), **changes}
    return serve_here(config_of(parent.parent, restore=str(parent), **changes))


def test_a_fork_goes_by_its_own_configuration(parent, tmp_path):
    status, events = fork(parent, tmp_path, optimizer__name="rmsprop",
                          optimizer__learning_rate=0.003, train__batch_size=20)  # fmt: skip
    assert status == 0
    started = of_kind(events, "started")[0]
    assert (started["step"], started["batch_size"]) == (40, 20)
    np.testing.assert_array_equal(values_of(events, "learning_rate"), np.full(20, 0.003, "<f4"))
    assert [event["step"] for event in of_kind(events, "evaluated")] == [41, 51, 60]


def test_a_fork_of_another_optimizer_has_fresh_slots_even_of_the_same_name(parent, tmp_path):
    from nanotrain_tui.trainer.checkpoints import files as checkpoint

    saved = checkpoint.load(str(parent))
    assert "slot_0_velocity" in saved.state
    weights = {name: value for name, value in saved.state.items() if name.startswith("weight")}
    (tmp_path / "bare").mkdir()
    name, _, _ = checkpoint.save(str(tmp_path / "bare"), saved._replace(state=weights, updates=0))
    options = {"optimizer__name": "rmsprop", "optimizer__momentum": 0.9, "train__steps": 50,
               "data__dir": str(parent.parent), "cache_dir": str(parent.parent)}  # fmt: skip
    _, events = fork(parent, tmp_path, **options)
    (tmp_path / "fork").rename(tmp_path / "first")
    _, bare = fork(tmp_path / "bare" / name, tmp_path, **options)
    assert values_of(events, "loss").tobytes() == values_of(bare, "loss").tobytes()


def test_a_fork_of_the_same_optimizer_keeps_its_slots(parent, tmp_path):
    _, same = fork(parent, tmp_path, optimizer__name="sgd", optimizer__momentum=0.9)
    edits = [{"step": 20, "set": {"optimizer.name": "sgd", "optimizer.momentum": 0.9}}]
    own = {"checkpoint_dir": str(tmp_path), "train__steps": 60}
    _, whole = serve_here(config_of(parent.parent, edits=edits, **own))
    assert values_of(same, "loss").tobytes() == values_of(whole, "loss")[40:].tobytes()


def test_a_fork_of_other_data_begins_it_at_its_start(parent, tmp_path):
    from nanotrain_tui.trainer.checkpoints.files import load

    other = write_data(tmp_path, train=300)
    status, _ = fork(parent, tmp_path, data__dir=str(other), train__steps=45)
    assert status == 0
    found = load(str(tmp_path / "fork" / "step-000000045.npz"))
    assert (found.epoch, found.cursor) == (0, 5 * 30)
    assert load(str(parent)).epoch == 3


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"layers": [{"units": 16, "activation": "relu"}]}, "model.hidden"),
        ({"layers": []}, "model.hidden"),
        ({"data__name": "digits"}, "data.name"),
    ],
)
def test_a_fork_that_cannot_keep_the_weights_is_refused(
    parent, tmp_path, monkeypatch, changes, key
):
    from nanotrain_tui.trainer.data.sources import digits

    monkeypatch.setattr(digits, "TRAIN", 200)
    monkeypatch.setattr(digits, "TEST", 100)
    status, events = fork(parent, tmp_path, **changes)
    assert status == 1
    assert (events[-1]["kind"], events[-1]["key"]) == ("config", key)
