"""Every key of a configuration: what it is called, what it may hold, what it does.

The form, ``--set``, TOML files, help and validation are all read off this one table.
"""

from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from .activations import ACTIVATIONS
from .choices import (
    DATASETS,
    INITIALIZERS,
    ON_CRASH,
    ON_HEAT,
    ON_LOW_MEMORY,
    ON_NAN,
    SCHEDULES,
    XLA_MODES,
    Choice,
)
from .losses import LOSSES
from .optimizers import OPTIMIZERS

CHOICE, INT, FLOAT, BOOL, PATH, LAYERS, COMMAND = (
    "choice", "int", "float", "bool", "path", "layers", "command",
)  # fmt: skip

# What a change costs while a session trains.
LIVE = "live"  # in force from the next step on
SWAP = "swap"  # the weights stay, the graph is traced anew
RESTART = "restart"  # the weights cannot be kept


class Field(NamedTuple):
    """One key. ``low`` and ``high`` are allowed, ``above`` and ``below`` are not."""

    key: str
    label: str
    section: str
    kind: str
    default: Any
    summary: str
    choices: Optional[Dict[str, Any]] = None
    low: Optional[float] = None
    high: Optional[float] = None
    above: Optional[float] = None
    below: Optional[float] = None
    applies_to: Optional[Tuple[str, Tuple[str, ...]]] = None
    live: str = LIVE


OUTPUTS: Dict[str, Any] = {
    "auto": Choice(
        "auto",
        "auto",
        "What the loss is made for: softmax for cross-entropy, linear for squared error ...",
    ),
}
OUTPUTS.update(ACTIVATIONS)

MAX_STEPS = 10**9


def _having(key: str, table: Mapping[str, Any], parameter: str) -> Tuple[str, Tuple[str, ...]]:
    """A key applies where the choice of another key has it among its parameters."""
    return key, tuple(name for name, entry in table.items() if parameter in entry.parameters)


def _optimized(parameter: str) -> Tuple[str, Tuple[str, ...]]:
    return _having("optimizer.name", OPTIMIZERS, parameter)


def _scheduled(parameter: str) -> Tuple[str, Tuple[str, ...]]:
    return _having("schedule.name", SCHEDULES, parameter)


_DATA = (
    Field("data.name", "data set", "Data", CHOICE, "auto",
          "What to learn from.", choices=DATASETS, live=RESTART),
    Field("data.dir", "folder", "Data", PATH, "",
          "Where the files of the data set lie; empty: the usual places.", live=RESTART),
)  # fmt: skip

_MODEL = (
    Field("model.hidden", "hidden layers", "Model", LAYERS, "1024",
          "Units of each hidden layer, with an activation of its own if you like: 512 relu, 256 tanh.", live=RESTART),
    Field("model.activation", "activation", "Model", CHOICE, "relu",
          "The activation of hidden layers that name none.", choices=ACTIVATIONS, live=SWAP),
    Field("model.output", "output", "Model", CHOICE, "auto",
          "The activation of the output layer.", choices=OUTPUTS, live=SWAP),
    Field("model.initializer", "initializer", "Model", CHOICE, "tutorial",
          "How the weights are drawn before training.", choices=INITIALIZERS, live=RESTART),
    Field("model.dropout", "dropout", "Model", FLOAT, 0.0,
          "The fraction of hidden units set to zero at each step; 0.2 to 0.5 reduces overfitting.",
          low=0.0, below=1.0),
    Field("model.l2", "L2 penalty", "Model", FLOAT, 0.0,
          "Weight decay in the loss: l2 * sum of squared weights; 1e-4 is a usual start.",
          low=0.0, high=1000.0),
)  # fmt: skip

_LOSS = (
    Field("loss.name", "loss", "Loss", CHOICE, "categorical_crossentropy",
          "What training makes small.", choices=LOSSES, live=SWAP),
    Field("loss.huber_delta", "delta", "Loss", FLOAT, 1.0,
          "Where Huber turns from squared to absolute error.",
          above=0.0, high=1e6, applies_to=_having("loss.name", LOSSES, "huber_delta")),
)  # fmt: skip

_OPTIMIZER = (
    Field("optimizer.name", "optimizer", "Optimizer", CHOICE, "adam",
          "How the weights follow the gradient.", choices=OPTIMIZERS, live=SWAP),
    Field("optimizer.learning_rate", "learning rate", "Optimizer", FLOAT, 0.0001,
          "The size of a step. The one to tune first: try 10 times more and 10 times less.",
          above=0.0, high=1000.0),
    Field("optimizer.momentum", "momentum", "Optimizer", FLOAT, None,
          "How much of the last step is kept: 0.9 rolls through small dips.",
          low=0.0, below=1.0, applies_to=_optimized("momentum")),
    Field("optimizer.nesterov", "Nesterov", "Optimizer", BOOL, None,
          "Look where momentum leads before taking the gradient.",
          applies_to=_optimized("nesterov")),
    Field("optimizer.beta_1", "beta 1", "Optimizer", FLOAT, None,
          "Memory of the mean gradient: 0.9 is about 10 steps.",
          low=0.0, below=1.0, applies_to=_optimized("beta_1")),
    Field("optimizer.beta_2", "beta 2", "Optimizer", FLOAT, None,
          "Memory of the squared gradient: 0.999 is about 1000 steps.",
          low=0.0, below=1.0, applies_to=_optimized("beta_2")),
    Field("optimizer.rho", "rho", "Optimizer", FLOAT, None,
          "Memory of the squared gradient: 0.9 is about 10 steps.",
          low=0.0, below=1.0, applies_to=_optimized("rho")),
    Field("optimizer.epsilon", "epsilon", "Optimizer", FLOAT, None,
          "Keeps the division from blowing up; larger damps the steps.",
          above=0.0, high=1.0, applies_to=_optimized("epsilon")),
    Field("optimizer.weight_decay", "weight decay", "Optimizer", FLOAT, None,
          "How much the weights shrink each step, times the learning rate.",
          low=0.0, high=1.0, applies_to=_optimized("weight_decay")),
    Field("optimizer.initial_accumulator_value", "accumulator", "Optimizer", FLOAT, None,
          "Where the sum of squared gradients starts.",
          low=0.0, high=1e6, applies_to=_optimized("initial_accumulator_value"), live=RESTART),
)  # fmt: skip

_SCHEDULE = (
    Field("schedule.name", "schedule", "Optimizer", CHOICE, "constant",
          "How the learning rate changes over the steps.", choices=SCHEDULES),
    Field("schedule.warmup_steps", "warm-up steps", "Optimizer", INT, 0,
          "Steps over which the learning rate first rises from nothing; tames a wild start.",
          low=0, high=MAX_STEPS),
    Field("schedule.decay_steps", "decay steps", "Optimizer", INT, 0,
          "Over how many steps the schedule runs; 0: to the last step.",
          low=0, high=MAX_STEPS, applies_to=_scheduled("decay_steps")),
    Field("schedule.decay_rate", "decay rate", "Optimizer", FLOAT, 0.9,
          "What the learning rate is multiplied by over the decay steps.",
          above=0.0, high=1.0, applies_to=_scheduled("decay_rate")),
    Field("schedule.end_fraction", "ends at", "Optimizer", FLOAT, 0.0,
          "The fraction of the learning rate that is left at the end.",
          low=0.0, high=1.0, applies_to=_scheduled("end_fraction")),
)  # fmt: skip

_TRAIN = (
    Field("train.batch_size", "batch size", "Training", INT, 100,
          "Examples per step: more is steadier and wants more memory.", low=1, high=1000000),
    Field("train.steps", "steps", "Training", INT, 1000,
          "How many updates to make.", low=1, high=MAX_STEPS),
    Field("train.epochs", "epochs", "Training", INT, 0,
          "Passes over the data in place of a number of steps; 0: go by steps.",
          low=0, high=100000, live=RESTART),
    Field("train.eval_every", "evaluate every", "Training", INT, 100,
          "Steps between evaluations on all test examples (after updates 1, 101, 201 ... and at the end).",
          low=1, high=MAX_STEPS),
    Field("train.checkpoint_every", "checkpoint every", "Training", INT, 1000,
          "Steps between checkpoints; 0: only at the end.", low=0, high=MAX_STEPS),
    Field("train.checkpoint_minutes", "... or minutes", "Training", FLOAT, 0.0,
          "Minutes between checkpoints, besides those by steps; 0: by steps alone.",
          low=0.0, high=10000.0),
    Field("train.checkpoint_keep", "keep", "Training", INT, 3,
          "How many checkpoints to keep, besides the best one.", low=1, high=1000),
    Field("train.on_nan", "when it diverges", "Training", CHOICE, "auto",
          "What to do once the loss is no number any more.", choices=ON_NAN),
    Field("train.on_crash", "when it crashes", "Training", CHOICE, "stop",
          "What to do once the trainer dies.", choices=ON_CRASH),
    Field("train.crash_limit", "crashes allowed", "Training", INT, 3,
          "Crashes in a row, with nothing trained in between, after which it gives up.",
          low=1, high=100),
    Field("train.on_finish", "at the end run", "Training", COMMAND, "",
          "A command of yours, run on the board when a session ends or stops by itself."),
    Field("train.seed", "seed", "Training", INT, 1,
          "The same seed draws the same weights, order and dropout.", low=0, high=2 ** 32 - 1, live=RESTART),
)  # fmt: skip

_MACHINE = (
    Field("trainer.command", "trainer", "Machine", COMMAND, "",
          "The Python with TensorFlow, or the command that starts it; empty: the first one found.", live=RESTART),
    Field("trainer.paths", "its folders", "Machine", COMMAND, "",
          "Where a container has the folders of this machine: /here:/there ...; -v of docker is understood without.",
          live=RESTART),
    Field("trainer.xla", "XLA", "Machine", CHOICE, "auto",
          "Compile the training step.", choices=XLA_MODES, live=RESTART),
    Field("trainer.threads", "threads", "Machine", INT, 0,
          "CPU threads TensorFlow may use; 0: one per core.", low=0, high=1024, live=RESTART),
    Field("telemetry.tegrastats", "tegrastats", "Machine", PATH, "",
          "The tegrastats program; empty: the one on the PATH, if any.", live=RESTART),
    Field("telemetry.interval_s", "telemetry every", "Machine", FLOAT, 1.0,
          "Seconds between readings of temperature, memory and load.", low=0.1, high=60.0, live=RESTART),
)  # fmt: skip

_GUARD = (
    Field("guard.heat", "when it is hot", "Guard", CHOICE, "pause",
          "What to do before the board slows itself down.", choices=ON_HEAT),
    Field("guard.limit_c", "too hot at", "Guard", FLOAT, 0.0,
          "Degrees Celsius at which training pauses; 0: the board's own limit less the margin.",
          low=0.0, high=150.0),
    Field("guard.margin_c", "margin", "Guard", FLOAT, 5.0,
          "Degrees below the board's own limit, and below the pause at which a warning comes.",
          low=0.0, high=50.0),
    Field("guard.resume_c", "goes on below", "Guard", FLOAT, 0.0,
          "Degrees at which a training paused for heat goes on; 0: 10 below the limit.",
          low=0.0, high=150.0),
    Field("guard.memory", "memory runs out", "Guard", CHOICE, "checkpoint",
          "What to do before the kernel kills the trainer.", choices=ON_LOW_MEMORY),
    Field("guard.memory_mb", "... below", "Guard", FLOAT, 0.0,
          "Megabytes still available that count as the end of memory; 0: a twentieth of all.",
          low=0.0, high=1e6),
)  # fmt: skip

FIELDS: Dict[str, Field] = {
    field.key: field
    for group in (_DATA, _MODEL, _LOSS, _OPTIMIZER, _SCHEDULE, _TRAIN, _MACHINE, _GUARD)
    for field in group
}

SECTIONS = tuple(dict.fromkeys(field.section for field in FIELDS.values()))
