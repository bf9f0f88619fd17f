"""Chooses the fastest way to make a step, by measuring, once for a network on a machine.

The result is kept in the cache folder and in checkpoints. A session that goes on, and a fork, use
the recorded one: another way gives other bits.
"""

import json
import os
import tempfile
import time
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from ..data.dataset import Progress
from .engine import Engine, Way
from .updates import BLOCK, COMPILED, PLAIN, WAYS

Array = Any
AUTO = "auto"
KEY, XLA_KEY = "trainer.update", "trainer.xla"
FILE = "updates.json"
MEASURING = "measuring the fastest way to make a step"
MOST_KEPT = 200  # results in the cache
ROUNDS = 3
ROUND_S = 0.1
WORTH_S = 10.0  # a shorter training is over before a faster way pays
WORTH_CONVOLUTIONS_S = 300.0  # compiling them in a block takes some 10 s
BLOCK_STEPS = 256
MOST_BLOCK_BYTES = 4 << 20  # a call copies all of them, whatever the number of its steps
BLOCK_UP_TO_S = 0.01  # a step; in longer ones the overhead of operations hardly counts
FAR_SLOWER = 3.0  # times as long as the fastest way so far: it is not measured on
CALL_S = 0.01  # that a call may take besides its steps
BETTER = 0.95  # a way must take less than this fraction of the time of one before it
NEAR = 1.25  # times as long as the fastest way: the two are measured again, in turns
AGAIN_ROUNDS, AGAIN_S = 5, 0.2
WORTH_AGAIN_S = 100.0  # the seconds of a training from which that pays


class Timing(NamedTuple):
    """The seconds of a step, and those until the first one is made: of tracing and compiling."""

    step_s: float
    start_s: float


NEVER = Timing(float("inf"), float("inf"))  # of a way that does not work


class Choice(NamedTuple):
    """A way, where it comes from, and the milliseconds a step of each way that was measured."""

    way: Way
    origin: str  # pinned, recorded, short, cache or measured
    step_ms: Dict[str, float]

    def as_json(self) -> Dict[str, Any]:
        """As the event ``started`` holds it."""
        return dict(self.way.as_json(), origin=self.origin, step_ms=self.step_ms)


def pinned_way(
    config: Mapping[str, Any], saved: Optional[Mapping[str, Any]], block: Way
) -> Optional[Choice]:
    """The way that needs no measuring; None where it must be measured.

    ``saved`` is the ``update`` of the checkpoint to start from; an empty one is of a version that
    used XLA wherever it could. ``block`` is the way with the sizes that a block would have; those
    of a checkpoint count, even if the batch size was edited since.
    """
    pinned, xla = config.get(KEY, AUTO), config.get(XLA_KEY, AUTO)
    recorded = (saved or {}).get("way")
    if saved is not None and (config.get("resume") or pinned in (AUTO, recorded)):
        if not saved:
            return Choice(Way(PLAIN if xla == "off" else "xla"), "recorded", {})
        name, steps, batch = saved["way"], saved.get("steps", 0), saved.get("batch", 0)
        return Choice(Way(str(name), int(steps), int(batch)), "recorded", {})
    if pinned != AUTO:
        return Choice(block if pinned == BLOCK else Way(str(pinned)), "pinned", {})
    return None


def block_way(batch_size: int, example_bytes: int) -> Way:
    """The block for batches of this size: as many steps as fit into its memory."""
    fitting = MOST_BLOCK_BYTES // max(1, batch_size * example_bytes)
    return Way(BLOCK, max(1, min(BLOCK_STEPS, fitting)), batch_size)


def choose(
    engine: Engine,
    config: Mapping[str, Any],
    batch: Tuple[Array, Array],
    steps: int,
    progress: Progress,
) -> Choice:
    """Measure the ways with a batch, and leave the engine as it was, with the fastest way.

    Of ways whose times are known, it is the one that ends the training first. ``batch`` are inputs
    and targets, ``steps`` are those still to be made. Raises OpError if no way works.
    """
    inputs = batch[0]
    cache = os.path.join(str(config["cache_dir"]), FILE) if config.get("cache_dir") else ""
    key = _key(engine, config, len(inputs))
    allowed = _allowed(str(config.get(XLA_KEY, AUTO)))
    known = _times_in(_read(cache).get(key) if cache else None, allowed)
    if known and not _lacks_block(known, allowed, engine, steps):
        name = min(known, key=lambda one: known[one].start_s + steps * known[one].step_s)
        way = block_way(len(inputs), inputs[0].nbytes) if name == BLOCK else Way(name)
        engine.use(way)
        engine.forget_other_ways()
        return Choice(way, "cache", {})
    before, updates = engine.state(), engine.updates
    try:
        choice, times = _measured(engine, allowed, batch, steps, progress)
    finally:
        engine.load(before)
        engine.updates = updates
        engine.forget_other_ways()
    if cache and choice.origin == "measured":
        _keep(cache, key, {name: list(one) for name, one in times.items()})
    return choice


def _times_in(known: Any, allowed: Sequence[str]) -> Dict[str, Timing]:
    """The times of ways in the cache's JSON; none if it is not as this version writes it."""
    if not isinstance(known, dict):
        return {}
    try:
        found = {str(name): Timing(*map(float, times)) for name, times in known.items()}
    except (TypeError, ValueError):
        return {}
    return found if allowed[0] in found and set(found) <= set(allowed) else {}


def _lacks_block(
    known: Mapping[str, Timing], allowed: Sequence[str], engine: Engine, steps: int
) -> bool:
    """Whether a block was not measured, because it did not pay for a shorter training."""
    may_pay = _may_pay(engine, known[allowed[0]].step_s, steps)
    return BLOCK in allowed and BLOCK not in known and may_pay


def _allowed(xla: str) -> List[str]:
    if xla == "off":
        return [way for way in WAYS if way not in COMPILED]
    return [way for way in WAYS if way in COMPILED or xla != "on"]


def _measured(
    engine: Engine,
    allowed: Sequence[str],
    batch: Tuple[Array, Array],
    steps: int,
    progress: Progress,
) -> Tuple[Choice, Dict[str, Timing]]:
    inputs, targets = batch
    ways = {name: Way(name) for name in allowed}
    if BLOCK in ways:
        ways[BLOCK] = block_way(len(inputs), inputs[0].nbytes)
    first = allowed[0]
    times = {first: _time(engine, ways[first], inputs, targets)}
    if steps * times[first].step_s < WORTH_S:
        engine.use(ways[first])
        return Choice(ways[first], "short", {}), times
    for number, name in enumerate(allowed[1:], 1):
        progress(MEASURING, number / float(len(allowed)))
        if name == BLOCK and not _may_pay(engine, times[first].step_s, steps):
            continue
        try:
            times[name] = _time(engine, ways[name], inputs, targets, _fastest(times))
        except tf.errors.OpError:
            times[name] = NEVER  # XLA cannot compile here
    if steps * _fastest(times) > WORTH_AGAIN_S:
        _measure_again(engine, ways, times, batch)
    best = first
    for name in list(times)[1:]:
        if times[name].step_s < BETTER * times[best].step_s:
            best = name
    engine.use(ways[best])
    step_ms = {name: round(1e3 * one.step_s, 4) for name, one in times.items() if one != NEVER}
    return Choice(ways[best], "measured", step_ms), times


def _fastest(times: Mapping[str, Timing]) -> float:
    return min(one.step_s for one in times.values())


def _measure_again(
    engine: Engine, ways: Mapping[str, Way], times: Dict[str, Timing], batch: Tuple[Array, Array]
) -> None:
    """Measure the fastest ways in turns, so that other work on the machine slows all of them."""
    inputs, targets = batch
    near = [name for name in times if times[name].step_s < NEAR * _fastest(times)]
    if len(near) < 2:
        return
    for _ in range(AGAIN_ROUNDS):
        for name in near:
            engine.use(ways[name])
            count = ways[name].steps or max(1, int(ROUND_S / times[name].step_s))
            began, made = time.perf_counter(), 0
            while time.perf_counter() - began < AGAIN_S:
                _train(engine, inputs, targets, count)
                made += count
            step_s = (time.perf_counter() - began) / made
            times[name] = times[name]._replace(step_s=min(times[name].step_s, step_s))


def _may_pay(engine: Engine, step_s: float, steps: int) -> bool:
    """Whether a compiled block may save time: with short steps, or with convolutions."""
    saves = engine.convolves_on_cpu and steps * step_s > WORTH_CONVOLUTIONS_S
    return step_s <= BLOCK_UP_TO_S or saves


def _time(
    engine: Engine, way: Way, inputs: Array, targets: Array, best: float = float("inf")
) -> Timing:
    """The seconds of a step: the fastest of some rounds, after the graph is made.

    A way that is far slower than ``best`` makes no more steps than it takes to see that.
    """
    started = time.perf_counter()
    engine.use(way)
    most = block_way(len(inputs), inputs[0].nbytes).steps
    count = way.steps or 1
    _train(engine, inputs, targets, 1)
    began = time.perf_counter()
    start_s = began - started
    _train(engine, inputs, targets, 1)
    alone = time.perf_counter() - began
    if alone > FAR_SLOWER * best + CALL_S:
        return Timing(alone, start_s)
    fastest = float("inf")
    for _ in range(ROUNDS):
        began, made = time.perf_counter(), 0
        while time.perf_counter() - began < ROUND_S:
            _train(engine, inputs, targets, count)
            made += count
            if not way.steps and time.perf_counter() - began < ROUND_S:
                count = min(most, 2 * count)
        fastest = min(fastest, (time.perf_counter() - began) / made)
    return Timing(fastest, start_s)


def _train(engine: Engine, inputs: Array, targets: Array, count: int) -> None:
    """Steps with a learning rate of zero: the weights stay finite."""
    engine.train(
        np.repeat(inputs[None], count, 0), np.repeat(targets[None], count, 0),
        np.zeros(count, np.float32), 0, healthy=False,
    )  # fmt: skip


def _key(engine: Engine, config: Mapping[str, Any], batch_size: int) -> str:
    """What the result depends on, besides the machine."""
    devices = sorted({device.device_type for device in tf.config.list_physical_devices()})
    about = {
        "tensorflow": tf.__version__,
        "devices": devices,
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "shape": list(engine.examples.shape),
        "task": engine.examples.task,
        "outputs": engine.examples.outputs,
        "layers": [dict(layer) for layer in engine.structure.layers],
        "optimizer": engine.structure.optimizer,
        "batch": batch_size,
        "xla": config.get(XLA_KEY, AUTO),
    }
    if engine.parts > 1:
        about["parts"] = engine.parts
    if engine.augments:
        about["augmented"] = True
    return json.dumps(about, sort_keys=True)


def _read(path: str) -> Dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(path: str, key: str, times: Dict[str, List[float]]) -> None:
    """Add a result; a cache that cannot be written is left out."""
    known = [one for one in _read(path).items() if one[0] != key]
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            json.dump(dict([*known[-MOST_KEPT + 1 :], (key, times)]), file)
        os.replace(file.name, path)
    except OSError:
        pass
