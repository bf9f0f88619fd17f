"""A whole run, from the command ``start`` to the last event."""

import contextlib
import importlib
import re
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO, Dict, Iterator, List, Optional, Tuple

from . import data
from .checkpoints import files as checkpoint
from .checkpoints.files import Checkpoint
from .installed import OLDEST, is_too_old, tensorflow_version
from .metrics import declaration
from .pictures.drawing import describe
from .protocol import Closed, Command, Commands, Events, Failed, Stopped
from .script import Script, ScriptedEdit, parse_edits
from .settings import Config, check_start, in_force_at, required
from .stopping import check_metric

if TYPE_CHECKING:
    from .training_loop import TrainingLoop
    from .training_state import TrainingState

PROGRESS_EVERY_S = 0.1
# Errors of an installation whose parts do not fit together: NumPy, protobuf, a library of CUDA.
LOADING_ERRORS = (
    ImportError, AttributeError, TypeError, ValueError, OSError, RuntimeError, SyntaxError,
)  # fmt: skip
ORIGINAL = re.compile(
    r"^[ \t]*(?:\w[\w.]*(?:Error|Exception): |Original error was: )(.+)$", re.MULTILINE
)


def serve_pipe(stdin: BinaryIO, stdout: BinaryIO) -> int:
    """Serve in this process, for a host that runs the trainer in one of its threads.

    Both streams are binary files of pipes; closing the far end of ``stdin`` ends the run at the
    next step boundary. Returns the exit status a process would have.
    """
    events = Events(stdout)
    return serve(Commands(stdin, events), events)


def serve(commands: Commands, events: Events) -> int:
    """Serve one run. Returns 0 if it finished, was stopped or the host ended; 1 if it failed."""
    try:
        start = commands.wait_for_start()
        try:
            loop = prepare(start, commands, events)
        except Failed as failure:
            events.answer(start, 0, failure.message)
            raise
        events.answer(start, loop.step)
        with plain_failures():
            loop.run()
    except Failed as failure:
        traceback.print_exc(file=sys.stderr)
        key = {} if failure.key is None else {"key": failure.key}
        events.emit("failed", kind=failure.kind, message=failure.message, **key)
        return 1
    except Stopped as stopped:
        events.answer(stopped.command, 0)
        events.emit("stopped", step=0)
    except Closed:
        pass
    return 0


def prepare(start: Command, commands: Commands, events: Events) -> "TrainingLoop":
    """Load TensorFlow and the data, build the graph; ``ready`` and ``started`` are emitted.

    Raises Failed, Stopped or Closed.
    """
    config = check_start(start.get("config"))
    edits = parse_edits(config.get("edits") or [])
    config, saved = starting_point(config)
    runtime = load_runtime()
    with plain_failures():
        wanted = int(config.get("trainer.threads", 0))
        events.emit("ready", **runtime.description(runtime.configure(wanted)))
        progress = Progress(commands, events)
        dataset = data.load(config, progress)
        check_data_fits(config, dataset, saved)
        check_same_data(config, dataset, saved)
        progress("building the network", 0.0)
        training, update = build(config, dataset, saved, events, progress)
        loop = loop_of(training, edits, commands, events)
        progress("building the network", 1.0)
    commands.begin()
    events.emit(
        "started", step=training.step, steps=config["train.steps"],
        threads=runtime.threads_in_use(update.get("parts", 1)),
        parameters=training.engine.parameters, batch_size=config["train.batch_size"],
        xla=update["way"] in ("xla", "block"), update=update, data=description(dataset),
        metrics=declaration(dataset),
    )  # fmt: skip
    for note in dataset.notes:
        events.emit("note", step=training.step, message=note)
    return loop


def starting_point(config: Config) -> Tuple[Config, Optional[Checkpoint]]:
    """The configuration to start with, and the checkpoint ``restore`` names, without its state.

    Raises Failed.
    """
    if not config.get("restore"):
        return config, None
    saved = checkpoint.describe(config["restore"])
    checkpoint.check_layers(saved, required(config, "layers"))
    return (in_force_at(saved.config, config) if config.get("resume") else config), saved


def load_runtime() -> Any:
    """The module ``runtime``, and TensorFlow with it, which takes seconds. Raises Failed."""
    version = tensorflow_version()
    if is_too_old(version):
        message = "{} has TensorFlow {}, and the trainer needs {}.{} or newer."
        raise Failed("error", message.format(sys.executable, version, *OLDEST), "trainer.command")
    try:
        return importlib.import_module(".runtime", __package__)
    except LOADING_ERRORS as error:
        message = "TensorFlow does not load in {}: {}".format(sys.executable, root_of(error))
        raise Failed("error", message, "trainer.command") from error


def root_of(error: BaseException) -> str:
    """The first error: TensorFlow and NumPy surround the loader's message with pages of advice."""
    text = str(error).strip()
    found = ORIGINAL.findall(text)
    return (found[-1] if found else text.split("\n\n")[0]).strip() or type(error).__name__


def build(
    config: Config, dataset: Any, saved: Optional[Checkpoint], events: Events, progress: "Progress"
) -> Tuple["TrainingState", Dict[str, Any]]:
    """The network with its weights, new or those of ``restore``, compiled, and how it is updated.

    Raises Failed.

    ``saved`` is that checkpoint without its state; that is read when the network's sizes are known.
    """
    from .batches import Batches
    from .graph.choice import block_way, choose, pinned_way
    from .graph.engine import Engine, Way
    from .graph.steps import examples_of
    from .graph.updates import BLOCK, FUSED_WAY
    from .initializers import initial_weights
    from .model import check_memory
    from .network import network_of
    from .threads import share_work
    from .training_state import TrainingState

    network = network_of(config, dataset.train.shape, dataset.outputs)
    check_memory(config, network)
    size, update = int(config["train.batch_size"]), saved.update if saved else None
    block = block_way(size, dataset.train.example_bytes)
    choice = pinned_way(config, update, block)
    is_block = choice is not None and choice.way.name == BLOCK
    sharing = share_work(config, network, size, update, is_block)
    seed = int(required(config, "train.seed"))
    variables = network.weights + network.state
    weights = initial_weights(required(config, "model.initializer"), variables, seed)
    batch = dataset.train.slice(0, size)
    way = choice.way if choice else Way(FUSED_WAY)
    examples = examples_of(dataset, config)
    engine = Engine(config, network, weights, way, examples, sharing.parts)
    batches = Batches(len(dataset.train), seed)
    training = TrainingState(config, engine, dataset, batches, events, sharing.as_json())
    if saved is not None:
        whole = checkpoint.load(config["restore"], network)
        training.restore(whole, bool(config.get("resume")))
    if choice is None:
        left = config["train.steps"] - training.step
        choice = choose(engine, config, batch, left, progress)
    training.warm_up()
    has_parts = sharing.parts > 1 and engine.way.name != BLOCK
    parts = {"parts": sharing.parts} if has_parts else {}
    return training, dict(choice.as_json(), **engine.way.as_json(), **parts)


def loop_of(
    training: "TrainingState", edits: List[ScriptedEdit], commands: Commands, events: Events
) -> "TrainingLoop":
    """The loop that trains to the last step."""
    from .checkpoints.manager import CheckpointManager, files_of
    from .training_loop import TrainingLoop

    config = training.config
    files = files_of(config.get("checkpoint_dir"), training.step, config.get("recorded"))
    manager = CheckpointManager(config.get("checkpoint_dir"), events, files)
    return TrainingLoop(training, manager, Script(edits, training.step), commands, events)


@contextlib.contextmanager
def plain_failures() -> Iterator[None]:
    """Turn the errors of a run into a paragraph for a person. Raises Failed."""
    runtime = load_runtime()
    try:
        with runtime.plain_failures():
            yield
    except data.DataError as error:
        raise Failed("data", error.message, error.key) from error
    except MemoryError as error:
        message = "There is not enough memory; use fewer units or a smaller batch."
        raise Failed("memory", message) from error
    except OSError as error:
        raise Failed("error", "The system refused: {}.".format(error)) from error


def check_data_fits(config: Config, dataset: Any, saved: Optional[Checkpoint]) -> None:
    """Work out ``train.steps`` from the epochs; raises Failed for a batch larger than the data."""
    examples, batch_size = len(dataset.train), required(config, "train.batch_size")
    if batch_size > examples:
        message = "train.batch_size: {} is more than the {} training examples.".format(
            batch_size, examples
        )
        raise Failed("config", message, "train.batch_size")
    resumes = saved is not None and config.get("resume")  # the number is worked out, or edited
    if config.get("train.epochs", 0) and not resumes:
        config["train.steps"] = config["train.epochs"] * -(-examples // batch_size)
    required(config, "train.steps")
    check_metric(config, dataset.task)


def check_same_data(config: Config, dataset: Any, saved: Optional[Checkpoint]) -> None:
    """Raises Failed if a resume would go on with other data than that of its checkpoint."""
    before = saved.data.get("identity") if saved is not None else None
    if before and config.get("resume") and before != dataset.identity:
        message = (
            "The data has changed since the checkpoint: {}. A resume needs the same data; restore "
            "the file, or fork or restart the session to train on the new one."
        ).format(dataset.source)
        raise Failed("data", message)


def description(dataset: Any) -> Config:
    """The data, as the event ``started`` holds it."""
    facts = {
        "name": dataset.name,
        "source": dataset.source,
        "train": len(dataset.train),
        "test": len(dataset.test),
        "validation": len(dataset.validation) if dataset.validation else 0,
        "shape": list(dataset.train.shape),
        "classes": dataset.classes,
        "outputs": dataset.outputs,
        "task": dataset.task,
    }
    if dataset.grid is not None:
        facts["grid"] = dataset.grid.as_json()
    if dataset.class_names:
        facts["class_names"] = list(dataset.class_names)
    if dataset.identity:
        facts["identity"] = dataset.identity
    if dataset.preprocessing is not None:
        facts["preprocessing"] = dict(dataset.preprocessing)
    elif dataset.has_pictures:
        facts["preprocessing"] = describe(dataset.train.inputs)
    return facts


class Progress:
    """Reports the preparations at most ten times a second. Raises Stopped after a stop."""

    def __init__(self, commands: Commands, events: Events) -> None:
        self._commands, self._events = commands, events
        self._what, self._due = "", 0.0

    def __call__(self, what: str, fraction: float) -> None:
        self._commands.check()
        now = time.monotonic()
        if what != self._what or fraction >= 1.0 or now >= self._due:
            self._what, self._due = what, now + PROGRESS_EVERY_S
            self._events.emit("progress", what=what, fraction=float(fraction))
