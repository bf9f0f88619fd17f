"""Which way of making a step is taken, and when it is measured."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow
STEP_S = {"fused": 0.003, "plain": 0.002, "xla": 0.0025, "block": 0.001}
START_S = {"fused": 1.0, "plain": 1.5, "xla": 2.0, "block": 9.0}
BATCH = (np.zeros((10, 4), np.float32), np.zeros(10, np.int32))


class Engine:
    """Remembers which way it uses, and whether its weights are restored."""

    updates, augments, parts = 7, False, 1
    examples = SimpleNamespace(shape=(4,), task="classification", outputs=3)
    structure = SimpleNamespace(layers=({"units": 5},), optimizer="adam")

    def __init__(self, convolves=False):
        self.used, self.loaded, self.kept = None, None, None
        self.convolves_on_cpu = convolves

    def use(self, way):
        self.used = way

    def forget_other_ways(self):
        self.kept = self.used

    def state(self):
        return {"weight": 1}

    def load(self, state):
        self.loaded = state


@pytest.fixture
def choice(monkeypatch):
    from nanotrain_tui.trainer.graph import choice

    timed = []

    def time_of(engine, way, _inputs, _targets, _best=0.0):
        timed.append(way.name)
        engine.updates = 0
        return choice.Timing(STEP_S[way.name], START_S[way.name])

    monkeypatch.setattr(choice, "_time", time_of)
    told = []

    def progress(what, fraction):
        told.append((what, fraction))

    return SimpleNamespace(module=choice, timed=timed, progress=progress, told=told)


def choose(choice, folder, steps=10**6, convolves=False, **config):
    engine = Engine(convolves)
    settings = {"cache_dir": str(folder), **config}
    made = choice.module.choose(engine, settings, BATCH, steps, choice.progress)
    return made, engine


def test_the_fastest_is_taken_and_the_engine_is_as_it_was(choice, tmp_path):
    made, engine = choose(choice, tmp_path)
    assert (made.way.name, made.origin) == ("block", "measured")
    assert made.step_ms == {name: 1000 * time_s for name, time_s in STEP_S.items()}
    assert engine.used == engine.kept == made.way and made.way.batch == 10
    assert (engine.loaded, engine.updates) == ({"weight": 1}, 7)


@pytest.mark.parametrize(
    ("convolves", "seconds", "is_measured"),
    [(False, 1000.0, False), (True, 1000.0, True), (True, 299.0, False)],
)
def test_of_long_steps_a_block_is_measured_only_in_a_long_training_with_convolutions(
    choice, tmp_path, monkeypatch, convolves, seconds, is_measured
):
    monkeypatch.setattr(choice.module, "BLOCK_UP_TO_S", min(STEP_S.values()) / 2)
    steps = int(seconds / STEP_S["fused"])
    made, _ = choose(choice, tmp_path, steps, convolves=convolves)
    assert ("block" in choice.timed) == is_measured == (made.way.name == "block")


def test_the_measuring_is_told(choice, tmp_path):
    choose(choice, tmp_path)
    assert choice.told == [(choice.module.MEASURING, part) for part in (0.25, 0.5, 0.75)]
    choose(choice, tmp_path)
    assert len(choice.told) == 3  # it is known


def test_a_way_that_is_far_slower_is_not_measured_on(monkeypatch):
    """A block of 256 slow steps would take minutes."""
    from nanotrain_tui.trainer.graph import choice

    made, now = [], [0.0]

    def train(_engine, _inputs, _targets, count):
        made.append(count)
        now[0] += 0.05 * count

    monkeypatch.setattr(choice, "_train", train)
    monkeypatch.setattr(choice.time, "perf_counter", lambda: now[0])
    block = choice.Way("block", 256, 10)
    assert choice._time(Engine(), block, *BATCH, 0.004).step_s == pytest.approx(0.05)
    assert made == [1, 1]
    assert choice._time(Engine(), block, *BATCH, 0.02) == pytest.approx((0.05, 0.05))
    assert made[2:] == [1, 1, 256, 256, 256]
    del made[:]
    choice._time(Engine(), choice.Way("fused"), *BATCH)
    assert made == [1, 1, 1, 2, 2, 2], "calls that are long enough do not become longer"


@pytest.mark.parametrize(("seconds", "fastest"), [(200.0, "plain"), (99.0, "block")])
def test_near_ways_are_measured_again_in_turns_in_a_long_training(
    choice, tmp_path, monkeypatch, seconds, fastest
):
    """A short measurement that was disturbed does not decide for a long training."""
    first = {"fused": 0.0012, "plain": 0.0011, "xla": 0.0030, "block": 0.0010}
    monkeypatch.setattr(
        choice.module, "_time", lambda _engine, way, *_: timing(first[way.name], 1.0)
    )
    timing = choice.module.Timing
    really = {"fused": 0.0009, "plain": 0.0005, "block": 0.0008}
    turns, now = [], [0.0]

    def train(engine, _inputs, _targets, count):
        if turns[-1:] != [engine.used.name]:
            turns.append(engine.used.name)
        now[0] += really[engine.used.name] * count

    monkeypatch.setattr(choice.module, "_train", train)
    monkeypatch.setattr(choice.module.time, "perf_counter", lambda: now[0])
    made, engine = choose(choice, tmp_path, int(seconds / 0.001))
    assert made.way.name == fastest == engine.used.name
    assert turns == (["fused", "plain", "block"] * 5 if seconds > 100 else [])
    if turns:
        assert made.step_ms == {"fused": 0.9, "plain": 0.5, "xla": 3.0, "block": 0.8}


def test_it_is_measured_once_and_then_known(choice, tmp_path):
    choose(choice, tmp_path)
    del choice.timed[:]
    made, engine = choose(choice, tmp_path)
    assert (made.way.name, made.origin, choice.timed) == ("block", "cache", [])
    assert engine.used == made.way


@pytest.mark.parametrize(
    ("steps", "way"), [(100, "fused"), (900, "plain"), (7400, "plain"), (7600, "block")]
)
def test_of_known_ways_the_one_that_ends_first_is_taken(choice, tmp_path, steps, way):
    """A block takes seconds to compile, which a short training does not win back."""
    choose(choice, tmp_path)
    made, _ = choose(choice, tmp_path, steps)
    assert (made.way.name, made.origin) == (way, "cache")


def test_a_block_that_did_not_pay_is_measured_for_a_longer_training(choice, tmp_path, monkeypatch):
    monkeypatch.setattr(choice.module, "BLOCK_UP_TO_S", min(STEP_S.values()) / 2)
    shorter = int(200 / STEP_S["fused"])
    assert choose(choice, tmp_path, shorter, convolves=True)[0].way.name == "plain"
    assert choose(choice, tmp_path, shorter, convolves=True)[0].origin == "cache"
    made, _ = choose(choice, tmp_path, convolves=True)
    assert (made.way.name, made.origin) == ("block", "measured")


@pytest.mark.parametrize("times", ["block", {"block": "x"}, {"block": [1]}, {"other": [1, 1]}, {}])
def test_times_of_another_version_are_measured_again(choice, tmp_path, times):
    choose(choice, tmp_path)
    place = tmp_path / choice.module.FILE
    (key,) = json.loads(place.read_text())
    place.write_text(json.dumps({key: times}))
    assert choose(choice, tmp_path)[0].origin == "measured"
    assert choose(choice, tmp_path)[0].origin == "cache"


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff", b'{"a": 1}'])
def test_a_damaged_cache_is_measured_again(choice, tmp_path, content):
    (tmp_path / choice.module.FILE).write_bytes(content)
    assert choose(choice, tmp_path)[0].origin == "measured"
    assert choose(choice, tmp_path)[0].origin == "cache"


def test_a_cache_that_cannot_be_written_does_not_matter(choice, tmp_path):
    (tmp_path / "file").write_text("")
    assert choose(choice, tmp_path / "file")[0].origin == "measured"


def test_the_cache_does_not_grow_without_end(choice, tmp_path):
    full = {f"network {i}": "plain" for i in range(choice.module.MOST_KEPT)}
    (tmp_path / choice.module.FILE).write_text(json.dumps(full))
    choose(choice, tmp_path)
    kept = json.loads((tmp_path / choice.module.FILE).read_text())
    assert len(kept) == choice.module.MOST_KEPT
    assert "network 0" not in kept and "network 1" in kept


def test_another_optimizer_or_number_of_parts_is_measured_again(choice, tmp_path, monkeypatch):
    choose(choice, tmp_path)
    monkeypatch.setattr(Engine.structure, "optimizer", "sgd")
    assert choose(choice, tmp_path)[0].origin == "measured"
    monkeypatch.setattr(Engine, "parts", 2)
    assert choose(choice, tmp_path)[0].origin == "measured"
    assert choose(choice, tmp_path)[0].origin == "cache"


def test_a_short_training_is_not_measured(choice, tmp_path):
    made, engine = choose(choice, tmp_path, steps=100)
    assert (made.way.name, made.origin, made.step_ms) == ("fused", "short", {})
    assert choice.timed == ["fused"] and engine.used == made.way
    assert choose(choice, tmp_path)[0].origin == "measured"  # a short one is not remembered


def test_xla_can_be_forbidden_or_demanded(choice, tmp_path):
    assert choose(choice, tmp_path, **{"trainer.xla": "off"})[0].way.name == "plain"
    assert set(choice.timed) == {"fused", "plain"}
    del choice.timed[:]
    assert choose(choice, tmp_path, **{"trainer.xla": "on"})[0].way.name == "block"
    assert set(choice.timed) == {"xla", "block"}


def test_a_way_that_cannot_be_compiled_is_left_out(choice, tmp_path, monkeypatch):
    import tensorflow as tf

    def time_of(_engine, way, _inputs, _targets, _best=0.0):
        if way.name in ("xla", "block"):
            raise tf.errors.UnimplementedError(None, None, "no compiler")
        return choice.module.Timing(STEP_S[way.name], 0.0)

    monkeypatch.setattr(choice.module, "_time", time_of)
    made, _ = choose(choice, tmp_path)
    assert made.way.name == "plain" and set(made.step_ms) == {"fused", "plain"}
    made, _ = choose(choice, tmp_path)
    assert (made.way.name, made.origin) == ("plain", "cache"), "it is not tried at each start"


def test_a_block_of_long_steps_is_not_asked_for_at_each_start(choice, tmp_path, monkeypatch):
    """The first way decides whether a block may pay, though a faster way has short steps."""
    monkeypatch.setattr(choice.module, "BLOCK_UP_TO_S", 0.0025)
    assert choose(choice, tmp_path)[0].origin == "measured" and "block" not in choice.timed
    assert choose(choice, tmp_path)[0].origin == "cache"


def pinned(choice, saved=None, **config):
    block = choice.module.Way("block", 64, 10)
    return choice.module.pinned_way(config, saved, block)


def test_a_pinned_way_is_taken_without_measuring(choice):
    for name in STEP_S:
        made = pinned(choice, **{"trainer.update": name})
        assert (made.way.name, made.origin) == (name, "pinned")
    assert pinned(choice, **{"trainer.update": "block"}).way.steps == 64
    assert pinned(choice, **{"trainer.update": "auto"}) is None


def test_a_checkpoint_decides(choice):
    saved = {"way": "block", "steps": 8, "batch": 5}
    made = pinned(choice, saved)
    assert (made.way, made.origin) == (choice.module.Way("block", 8, 5), "recorded")
    # A fork may ask for another way; a resume may not, as it would give other bits.
    assert pinned(choice, saved, **{"trainer.update": "plain"}).origin == "pinned"
    assert pinned(choice, saved, resume=True, **{"trainer.update": "plain"}).origin == "recorded"
    # The same way again keeps its sizes, though the batch size was edited since.
    assert pinned(choice, saved, **{"trainer.update": "block"}).way == made.way


def test_a_checkpoint_of_an_older_version_goes_on_as_it_did(choice):
    assert pinned(choice, {}).way.name == "xla"
    assert pinned(choice, {}, **{"trainer.xla": "off"}).way.name == "plain"
