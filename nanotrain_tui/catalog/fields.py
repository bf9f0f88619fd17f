"""Every key of a configuration: its name, its type and range, and its explanation.

The form, ``--set``, TOML files, help and validation all use this table.
"""

from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from .activations import ACTIVATIONS
from .choices import (
    COLORS,
    CURVES,
    DATASETS,
    FEATURES,
    FITS,
    FLIPS,
    INITIALIZERS,
    ON_CRASH,
    ON_HEAT,
    ON_HOST_DEATH,
    ON_LOW_MEMORY,
    ON_NAN,
    TASKS_OF_DATA,
    UPDATES,
    WATCHED_METRICS,
    XLA_MODES,
    Choice,
)
from .losses import LOSSES
from .optimizers import OPTIMIZERS
from .schedules import SCHEDULES

CHOICE, INT, FLOAT, BOOL, PATH, LAYERS, LAYER_LIST, COMMAND, WEIGHTS = (
    "choice", "int", "float", "bool", "path", "layers", "layer list", "command", "weights",
)  # fmt: skip
TEXT, NAMES = "text", "names"  # names: choices, or free ones, as in "x, y"
SPLIT = "split"  # a fraction, or the name of a column
CODE = "code"  # FILE.py:NAME
PICTURE_SIZE = "picture size"  # of a picture, height x width, or auto

# How a change takes effect while a session trains.
LIVE = "live"  # from the next step on
SWAP = "swap"  # the weights are kept, the graph is traced again
RESTART = "restart"  # only in a new session: the key cannot change during training

AUTO, OFF, NONE = "auto", "off", "none"  # words for 0


class Field(NamedTuple):
    """One key. ``low`` and ``high`` are inclusive bounds, ``above`` and ``below`` exclusive ones.

    ``applies_to`` is a key of a choice and the choices for which this key has a meaning. The choice
    "" means that the other key is empty.
    ``zero`` is the word for 0, ``auto``, ``off`` or ``none``, where 0 is not meant as a number.
    """

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
    zero: str = ""
    aliases: Tuple[str, ...] = ()  # short names on the command line, beside the key's last part


OUTPUTS: Dict[str, Any] = {
    "auto": Choice(
        "auto",
        "auto",
        "Selects the activation that fits the loss: softmax for cross-entropy, linear for squared error.",
    ),
}
OUTPUTS.update(ACTIVATIONS)

MAX_STEPS = 10**9
_TRAINED_BY = "Loss and optimizer"  # one section, so that the learning rate is seen at 80x24


def _having(key: str, table: Mapping[str, Any], parameter: str) -> Tuple[str, Tuple[str, ...]]:
    """The choices of ``key`` that have this parameter, in the form of ``Field.applies_to``."""
    return key, tuple(name for name, entry in table.items() if parameter in entry.parameters)


def _optimized(parameter: str) -> Tuple[str, Tuple[str, ...]]:
    return _having("optimizer.name", OPTIMIZERS, parameter)


def _scheduled(parameter: str) -> Tuple[str, Tuple[str, ...]]:
    return _having("schedule.name", SCHEDULES, parameter)


def _of_data(parameter: str) -> Tuple[str, Tuple[str, ...]]:
    return _having("data.name", DATASETS, parameter)


_DATA = (
    Field("data.name", "data set", "Data", CHOICE, "auto",
          "The data set to train on.", choices=DATASETS, live=RESTART),
    Field("data.dir", "folder", "Data", PATH, "",
          "The folder with the files of the data set. If empty, the default folders are searched.", live=RESTART),
    Field("data.path", "file", "Data", PATH, None,
          "The file to train on: a table, or arrays. Or a folder: of class folders of pictures, of a DonkeyCar, or with x.npy and y.npy.",
          applies_to=_of_data("path"), live=RESTART),
    Field("data.test_path", "test file", "Data", PATH, None,
          "A file or folder of the same form for testing. If empty, a part of the other one is for testing.",
          applies_to=_of_data("test_path"), live=RESTART),
    Field("data.x", "inputs", "Data", PATH, None,
          "The .npy file with the inputs, beside data.y. If data.path is set, the name of the array in it.",
          applies_to=_of_data("x"), live=RESTART),
    Field("data.y", "targets", "Data", PATH, None,
          "The .npy file with the targets, beside data.x. If data.path is set, the name of the array in it.",
          applies_to=_of_data("y"), live=RESTART),
    Field("data.function", "function", "Data", CODE, None,
          "Your own Python function that returns the arrays, as FILE.py:NAME. You are asked before it runs.",
          applies_to=_of_data("function"), live=RESTART),
    Field("data.target", "target", "Data", TEXT, None,
          "The column to predict, by its name or its number from 1; several as a, b. If empty, the last one; of a tub, angle and throttle.",
          applies_to=_of_data("target"), live=RESTART),
    Field("data.task", "task", "Data", CHOICE, None,
          "What is predicted: classes or numbers.", choices=TASKS_OF_DATA, applies_to=_of_data("task"), live=RESTART),
    Field("data.split", "split", "Data", SPLIT, None,
          "The fraction of the examples that is for testing, or the column that says train, validation or test.",
          applies_to=_of_data("split"), live=RESTART),
    Field("data.size", "picture size", "Data", PICTURE_SIZE, None,
          "The height and width of the network's input, as 96x96. auto: a square of at most 96.",
          applies_to=_of_data("size"), live=RESTART),
    Field("data.fit", "fit", "Data", CHOICE, None,
          "How a picture of another aspect comes to this size.", choices=FITS, applies_to=_of_data("fit"), live=RESTART),
    Field("data.color", "colour", "Data", CHOICE, None,
          "Whether the network sees colours.", choices=COLORS, applies_to=_of_data("color"), live=RESTART,
          aliases=("colour",)),
    Field("data.skip_damaged", "skip damaged", "Data", BOOL, None,
          "Leaves out the pictures that cannot be read, and names them. off: they are an error.",
          applies_to=_of_data("skip_damaged"), live=RESTART),
    Field("data.cache_mb", "cache", "Data", INT, None,
          "The megabytes of disk for decoded pictures of all data. off: the files are read in each epoch.",
          low=0, high=10000000, applies_to=_of_data("cache_mb"), zero=OFF, live=RESTART),
    Field("data.curve", "curve", "Data", CHOICE, None,
          "The curve that the samples are taken from.", choices=CURVES, applies_to=_of_data("curve"), live=RESTART),
    Field("data.features", "features", "Data", NAMES, None,
          "What the network is given of each point, as x, y, x^2. Of a table: its columns, as a, b; -a leaves out.",
          choices=FEATURES, applies_to=_of_data("features"), live=RESTART),
    Field("data.samples", "examples", "Data", INT, None,
          "The number of examples that are made, for training and for testing together.",
          low=10, high=1000000, applies_to=_of_data("samples"), live=RESTART),
    Field("data.noise", "noise", "Data", FLOAT, None,
          "How much the examples are disturbed: for a curve the standard deviation, for points the Playground's noise in percent / 100.",
          low=0.0, high=1.0, applies_to=_of_data("noise"), zero=OFF, live=RESTART),
    Field("data.train_share", "training part", "Data", FLOAT, None,
          "The fraction of the examples that is for training. The others are for testing.",
          above=0.0, below=1.0, applies_to=_of_data("train_share"), live=RESTART),
)  # fmt: skip

_MODEL = (
    Field("model.hidden", "hidden layers", "Model", LAYERS, "1024",
          "The number of units in each hidden layer, and optionally an activation: 512 relu, 256 tanh.", live=RESTART,
          applies_to=("model.layers", ("",))),
    Field("model.layers", "layers", "Model", LAYER_LIST, "",
          "The network layer by layer: conv 32 3x3, pool 2, flatten, dense 128. If empty, the hidden layers count.", live=RESTART),
    Field("model.activation", "activation", "Model", CHOICE, "relu",
          "The activation of the hidden layers that do not specify their own.", choices=ACTIVATIONS, live=SWAP),
    Field("model.output", "output", "Model", CHOICE, "auto",
          "The activation of the output layer.", choices=OUTPUTS, live=SWAP),
    Field("model.initializer", "initializer", "Model", CHOICE, "tutorial",
          "How the weights are initialized before training.", choices=INITIALIZERS, live=RESTART),
    Field("model.dropout", "dropout", "Model", FLOAT, 0.0,
          "The fraction of hidden units set to zero at each step. Values of 0.2 to 0.5 reduce overfitting.",
          low=0.0, below=1.0, zero=OFF),
    Field("model.l2", "L2 penalty", "Model", FLOAT, 0.0,
          "Adds l2 * (sum of squared weights) to the loss to reduce overfitting. Start with 1e-4.",
          low=0.0, high=1000.0, zero=OFF),
)  # fmt: skip

_LOSS = (
    Field("loss.name", "loss", _TRAINED_BY, CHOICE, "categorical_crossentropy",
          "The function that training minimizes.", choices=LOSSES, live=SWAP),
    Field("loss.huber_delta", "Huber delta", _TRAINED_BY, FLOAT, 1.0,
          "The error at which the Huber loss changes from quadratic to linear.",
          above=0.0, high=1e6, applies_to=_having("loss.name", LOSSES, "huber_delta")),
)  # fmt: skip

_OPTIMIZER = (
    Field("optimizer.name", "optimizer", _TRAINED_BY, CHOICE, "adam",
          "The algorithm that updates the weights from the gradients.", choices=OPTIMIZERS, live=SWAP),
    Field("optimizer.learning_rate", "learning rate", _TRAINED_BY, FLOAT, 0.0001,
          "The size of each update. Tune this first: try 10 times larger and 10 times smaller values.",
          above=0.0, high=1000.0, aliases=("lr",)),
    Field("optimizer.momentum", "momentum", _TRAINED_BY, FLOAT, None,
          "The fraction of the previous update that is added to the current one. A common value is 0.9.",
          low=0.0, below=1.0, applies_to=_optimized("momentum"), zero=OFF),
    Field("optimizer.nesterov", "Nesterov", _TRAINED_BY, BOOL, None,
          "Uses Nesterov momentum, which often converges a little faster. Needs a momentum above 0.",
          applies_to=_optimized("nesterov")),
    Field("optimizer.beta_1", "beta 1", _TRAINED_BY, FLOAT, None,
          "The decay rate of the running mean of the gradient: 0.9 averages about 10 steps.",
          low=0.0, below=1.0, applies_to=_optimized("beta_1")),
    Field("optimizer.beta_2", "beta 2", _TRAINED_BY, FLOAT, None,
          "The decay rate of the running mean of the squared gradient: 0.999 averages about 1,000 steps.",
          low=0.0, below=1.0, applies_to=_optimized("beta_2")),
    Field("optimizer.rho", "rho", _TRAINED_BY, FLOAT, None,
          "The decay rate of the running mean of the squared gradient: 0.9 averages about 10 steps.",
          low=0.0, below=1.0, applies_to=_optimized("rho")),
    Field("optimizer.epsilon", "epsilon", _TRAINED_BY, FLOAT, None,
          "A small number that prevents division by zero. Larger values make the updates smaller.",
          above=0.0, high=1.0, applies_to=_optimized("epsilon")),
    Field("optimizer.weight_decay", "weight decay", _TRAINED_BY, FLOAT, None,
          "Each step reduces the weights by this fraction, multiplied by the learning rate.",
          low=0.0, high=1.0, applies_to=_optimized("weight_decay"), zero=OFF),
    Field("optimizer.initial_accumulator_value", "accumulator", _TRAINED_BY, FLOAT, None,
          "The initial value of the sum of squared gradients.",
          low=0.0, high=1e6, applies_to=_optimized("initial_accumulator_value"), live=RESTART),
)  # fmt: skip

_SCHEDULE = (
    Field("schedule.name", "schedule", _TRAINED_BY, CHOICE, "constant",
          "How the learning rate changes during training.", choices=SCHEDULES),
    Field("schedule.warmup_steps", "warm-up steps", _TRAINED_BY, INT, 0,
          "The learning rate rises linearly from 0 over this many steps. Prevents large early updates.",
          low=0, high=MAX_STEPS, zero=NONE),
    Field("schedule.decay_steps", "decay steps", _TRAINED_BY, INT, 0,
          "The length of the schedule in steps; for step, the steps between decays. auto: all remaining steps.",
          low=0, high=MAX_STEPS, applies_to=_scheduled("decay_steps"), zero=AUTO),
    Field("schedule.decay_rate", "decay rate", _TRAINED_BY, FLOAT, 0.9,
          "The learning rate is multiplied by this factor once per decay steps.",
          above=0.0, high=1.0, applies_to=_scheduled("decay_rate")),
    Field("schedule.patience", "patience", _TRAINED_BY, INT, 5,
          "The evaluations without improvement after which the learning rate is lowered.",
          low=1, high=100000, applies_to=_scheduled("patience")),
    Field("schedule.factor", "factor", _TRAINED_BY, FLOAT, 0.5,
          "The learning rate is multiplied by this factor when there is no improvement.",
          above=0.0, below=1.0, applies_to=_scheduled("factor")),
    Field("schedule.end_fraction", "final fraction", _TRAINED_BY, FLOAT, 0.0,
          "The final learning rate as a fraction of the initial one.",
          low=0.0, high=1.0, applies_to=_scheduled("end_fraction")),
)  # fmt: skip

_AUGMENTATION = "Augmentation"
_PICTURES = ("data.name", tuple(name for name, entry in DATASETS.items() if entry.may_be_pictures))

_AUGMENT = (
    Field("augment.flip", "flip", _AUGMENTATION, CHOICE, "none",
          "Mirrors half of the pictures in each step.", choices=FLIPS, applies_to=_PICTURES),
    Field("augment.shift", "shift", _AUGMENTATION, FLOAT, 0.0,
          "Moves each picture by up to this fraction of its width and of its height. Start with 0.1.",
          low=0.0, high=0.5, applies_to=_PICTURES, zero=OFF),
    Field("augment.rotate", "rotate", _AUGMENTATION, FLOAT, 0.0,
          "Turns each picture by up to this many degrees, left or right. Start with 15.",
          low=0.0, high=180.0, applies_to=_PICTURES, zero=OFF),
    Field("augment.zoom", "zoom", _AUGMENTATION, FLOAT, 0.0,
          "Makes each picture larger or smaller by up to this fraction. Start with 0.1.",
          low=0.0, high=0.5, applies_to=_PICTURES, zero=OFF),
    Field("augment.brightness", "brightness", _AUGMENTATION, FLOAT, 0.0,
          "Makes each picture lighter or darker by up to this fraction of the range. Start with 0.2.",
          low=0.0, high=1.0, applies_to=_PICTURES, zero=OFF),
    Field("augment.contrast", "contrast", _AUGMENTATION, FLOAT, 0.0,
          "Raises or lowers the contrast of each picture by up to this fraction. Start with 0.2.",
          low=0.0, high=1.0, applies_to=_PICTURES, zero=OFF),
    Field("augment.cutout", "cutout", _AUGMENTATION, FLOAT, 0.0,
          "Covers a square of each picture with its mean. The fraction of the shorter side. Start with 0.3.",
          low=0.0, high=0.9, applies_to=_PICTURES, zero=OFF),
)  # fmt: skip

_TRAIN = (
    Field("train.batch_size", "batch size", "Training", INT, 100,
          "The number of examples per step. Larger batches give steadier gradients and need more memory.", low=1, high=1000000),
    Field("train.steps", "steps", "Training", INT, 1000,
          "The number of training steps. Each step updates the weights once.", low=1, high=MAX_STEPS),
    Field("train.epochs", "epochs", "Training", INT, 0,
          "The number of passes over the training data. It replaces the number of steps, unless it is off.",
          low=0, high=100000, live=RESTART, zero=OFF),
    Field("train.eval_every", "evaluate every", "Training", INT, 100,
          "The number of steps between evaluations on the test set. With 100: after steps 1, 101, 201, ...",
          low=1, high=MAX_STEPS),
    Field("train.checkpoint_every", "checkpoint every", "Training", INT, 1000,
          "The number of steps between checkpoints. off: only at the end.", low=0, high=MAX_STEPS, zero=OFF),
    Field("train.checkpoint_minutes", "checkpoint timer", "Training", FLOAT, 0.0,
          "Also saves a checkpoint after this many minutes. off: only by the number of steps.",
          low=0.0, high=10000.0, zero=OFF),
    Field("train.checkpoint_keep", "checkpoints kept", "Training", INT, 3,
          "The number of recent checkpoints to keep. The best one is always kept.", low=1, high=1000),
    Field("train.on_nan", "when it diverges", "Training", CHOICE, "auto",
          "What to do when the loss becomes NaN or infinite.", choices=ON_NAN),
    Field("train.on_crash", "when it crashes", "Training", CHOICE, "stop",
          "What to do when the trainer process crashes.", choices=ON_CRASH),
    Field("train.crash_limit", "crashes allowed", "Training", INT, 3,
          "The number of consecutive crashes without progress after which the session fails.",
          low=1, high=100),
    Field("train.on_finish", "at the end run", "Training", COMMAND, "",
          "A command to run on the board when a session finishes or stops by itself."),
    Field("train.class_weights", "class weights", "Training", WEIGHTS, "none",
          "How much each class counts in the loss: none, balanced, or a number for each class, as 1, 2.5.",
          live=RESTART),
    Field("train.seed", "seed", "Training", INT, 1,
          "The random seed. The same seed gives the same initial weights, example order and dropout.", low=0, high=2 ** 32 - 1, live=RESTART),
)  # fmt: skip

_STOP = (
    Field("stop.patience", "early stop after", "Training", INT, 0,
          "The evaluations without improvement after which training stops. off: it trains all steps.",
          low=0, high=100000, zero=OFF),
    Field("stop.metric", "watched metric", "Training", CHOICE, "auto",
          "The metric that must improve, for early stopping and the schedule plateau.", choices=WATCHED_METRICS),
    Field("stop.min_delta", "least change", "Training", FLOAT, 0.0,
          "A smaller change of the watched metric is no improvement.", low=0.0, high=1e6),
    Field("stop.restore", "take the best", "Training", BOOL, True,
          "After an early stop, the network is the one of the best evaluation."),
)  # fmt: skip

_PARTS = (
    Field("data.limit", "examples used", "Training", INT, 0,
          "The largest number of training examples. Others are left out at random. off: all are used.",
          low=0, high=MAX_STEPS, live=RESTART, zero=OFF),
    Field("data.validation", "validation part", "Training", FLOAT, 0.0,
          "The fraction of the training examples that decides about the best and about early stopping. off: the test does.",
          low=0.0, below=1.0, live=RESTART, zero=OFF),
    Field("data.seed", "data seed", "Training", INT, 1,
          "The random seed of the examples that are left out or set aside, and of data made here.",
          low=0, high=2 ** 32 - 1, live=RESTART),
)  # fmt: skip

_MACHINE = (
    Field("trainer.command", "trainer", "Machine", COMMAND, "",
          "The Python that has TensorFlow, or a command that starts it. If empty, it is searched for.", live=RESTART),
    Field("trainer.paths", "container mounts", "Machine", COMMAND, "",
          "Folders mounted in a container, as /host/folder:/container/folder. Not needed for docker -v.",
          live=RESTART),
    Field("trainer.update", "update", "Machine", CHOICE, "auto",
          "How the optimizer's update is computed. auto measures the ways once and takes the fastest.",
          choices=UPDATES, live=RESTART),
    Field("trainer.xla", "XLA", "Machine", CHOICE, "auto",
          "Whether the update may be compiled with XLA.", choices=XLA_MODES, live=RESTART),
    Field("trainer.threads", "threads", "Machine", INT, 0,
          "The number of CPU threads that TensorFlow uses. auto: one per core, or a single one for a small network.",
          low=0, high=1024, live=RESTART, zero=AUTO),
    Field("telemetry.tegrastats", "tegrastats", "Machine", PATH, "",
          "The path of the tegrastats program. If empty, it is searched for on the PATH.", live=RESTART),
    Field("telemetry.interval_s", "telemetry every", "Machine", FLOAT, 1.0,
          "The number of seconds between readings of temperature, memory and load.", low=0.1, high=60.0, live=RESTART),
)  # fmt: skip

_GUARD = (
    Field("guard.heat", "when it is hot", "Guard", CHOICE, "pause",
          "What to do before the board gets so hot that it reduces its clock speed.", choices=ON_HEAT),
    Field("guard.limit_c", "too hot at", "Guard", FLOAT, 0.0,
          "The temperature in °C at which training pauses. auto: the board's limit minus the margin.",
          low=0.0, high=150.0, zero=AUTO),
    Field("guard.margin_c", "heat margin", "Guard", FLOAT, 5.0,
          "Training pauses this many °C below the board's limit. The warning comes as many °C earlier.",
          low=0.0, high=50.0),
    Field("guard.resume_c", "resumes below", "Guard", FLOAT, 0.0,
          "The temperature in °C at which training resumes after a pause. auto: 10 °C below the limit.",
          low=0.0, high=150.0, zero=AUTO),
    Field("guard.memory", "low memory", "Guard", CHOICE, "checkpoint",
          "What to do when memory runs low, before the system kills the trainer.", choices=ON_LOW_MEMORY),
    Field("guard.memory_mb", "low memory at", "Guard", FLOAT, 0.0,
          "Memory is low when fewer megabytes than this are available. auto: 5% of the total memory.",
          low=0.0, high=1e6, zero=AUTO),
)  # fmt: skip

_SCRIPT = (
    Field("script.command", "command", "Script", COMMAND, "",
          "The program that 'nanotrain run' runs: a Python script with its arguments, or any command.", live=RESTART),
    Field("script.on_host_death", "if the host dies", "Script", CHOICE, "stop",
          "What happens to the script if nanotrain's host is killed.", choices=ON_HOST_DEATH, live=RESTART),
)  # fmt: skip

FIELDS: Dict[str, Field] = {
    field.key: field
    for group in (
        _DATA,
        _MODEL,
        _LOSS,
        _OPTIMIZER,
        _SCHEDULE,
        _TRAIN,
        _STOP,
        _PARTS,
        _AUGMENT,
        _MACHINE,
        _GUARD,
        _SCRIPT,
    )
    for field in group
}

SECTIONS = tuple(dict.fromkeys(field.section for field in FIELDS.values()))
