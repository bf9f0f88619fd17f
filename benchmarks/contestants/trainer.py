"""The project's trainer, in its own process, as the host runs it: every step reported."""
# ruff: noqa: UP006, UP035

from typing import Any, Dict, Iterator, List

from .common import Arguments, arguments, events_of, report
from .networks import NETWORKS


def configuration(given: Arguments) -> Dict[str, Any]:
    """Evaluated after the first and the last step only. The option is the update."""
    return {
        "data.name": "mnist", "data.dir": str(given.folder),
        "layers": NETWORKS[given.network], "output": "softmax",
        "model.initializer": "glorot_uniform", "loss.name": "categorical_crossentropy",
        "optimizer.name": "adam", "optimizer.learning_rate": 0.0001,
        "train.batch_size": given.batch_size, "train.steps": given.steps, "train.eval_every": 10**9,
        "train.seed": 1, "trainer.xla": "auto", "trainer.update": given.options[0],
        "cache_dir": str(given.folder),
    }  # fmt: skip


def way_of_long_training(config: Dict[str, Any]) -> str:
    """What the trainer measures as the fastest way in the first long training of a network.

    The steps that are timed would be too few to pay for compiling. A process that loses its
    commands ends.
    """
    long = dict(config, **{"train.steps": 10**9})
    return str(first(list(until_started(long)), event="started")["update"]["way"])


def until_started(config: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
    """The events up to the start of the training."""
    for event in events_of(config):
        yield event
        if event["event"] == "started":
            return


def first(events: List[Dict[str, Any]], **wanted: Any) -> Dict[str, Any]:
    """The first event that has these values."""
    return next(event for event in events if wanted.items() <= event.items())


given = arguments()
config = configuration(given)
if given.options == ["auto"]:
    config["trainer.update"] = way_of_long_training(config)
events = list(events_of(config))
if events[-1]["event"] != "finished":
    raise SystemExit(str(events[-1]))
blocks = [event for event in events if event["event"] == "steps"]
assert sum(block["count"] for block in blocks) == given.steps
building = first(events, event="progress", what="building the network")
started = first(events, event="started")
assert config["trainer.update"] == started["update"]["way"]
# The other contestants evaluate nothing.
evaluated_s = first(events, event="evaluated", step=1)["seconds"]
report(started["read_s"] - building["read_s"], blocks[-1]["t1"] - blocks[0]["t0"] - evaluated_s)
