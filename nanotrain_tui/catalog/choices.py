"""The smaller choices: initializers, data sets, XLA."""

from typing import Any, Dict, Mapping, NamedTuple, Tuple

from .losses import BINARY, CLASSIFICATION, REGRESSION


class Choice(NamedTuple):
    """One choice of a key. ``summary`` says what it does and when to use it."""

    name: str
    label: str
    summary: str
    aliases: Tuple[str, ...] = ()


def _table(*entries: Choice) -> Dict[str, Choice]:
    return {entry.name: entry for entry in entries}


INITIALIZERS = _table(
    Choice(
        "tutorial", "tutorial",
        "The tutorial's weights: hidden normal with standard deviation 1, output 1. The first loss is large.",
    ),
    Choice(
        "glorot_uniform", "Glorot uniform",
        "Uniform with variance 2 / (inputs + outputs). Keras' default, for tanh, sigmoid and softmax.",
        aliases=("xavier", "xavier_uniform", "glorot"),
    ),
    Choice(
        "glorot_normal", "Glorot normal",
        "Glorot uniform's variance with a truncated normal distribution. Works about as well.",
        aliases=("xavier_normal",),
    ),
    Choice("he_uniform", "He uniform", "Uniform with variance 2 / inputs. For ReLU layers.", aliases=("he",)),
    Choice("he_normal", "He normal", "Truncated normal with variance 2 / inputs. For deep networks with ReLU."),
    Choice("lecun_uniform", "LeCun uniform", "Uniform with variance 1 / inputs. For SELU and linear layers."),
    Choice("lecun_normal", "LeCun normal", "Truncated normal with variance 1 / inputs. Use it with SELU."),
    Choice("truncated_normal", "truncated normal", "Normal with standard deviation 0.05; values beyond two standard deviations are drawn again."),
    Choice("random_normal", "random normal", "Normal with standard deviation 0.05, independent of the size of the layer."),
    Choice("random_uniform", "random uniform", "Uniform between -0.05 and 0.05, independent of the size of the layer."),
    Choice("orthogonal", "orthogonal", "An orthogonal matrix, which preserves the length of vectors. For very deep networks."),
    Choice("zeros", "zeros", "All weights 0. The units of a layer stay equal, so it learns little. For demonstration only."),
    Choice("ones", "ones", "All weights 1. The units of a layer stay equal, so it learns little. For demonstration only."),
)  # fmt: skip


class DataSet(NamedTuple):
    """A data set. The module of its name in ``trainer/data/sources`` loads it.

    ``shape`` (of an example), ``classes``, ``outputs`` (of the network), ``train`` and ``test``
    (numbers of examples) are the expected ones, or 0 if unknown. The trainer uses those of the data
    it loads. ``task`` is empty if only a look at the data tells it. ``parameters`` maps the names of its keys ``data.NAME`` to their defaults.
    """

    name: str
    label: str
    summary: str
    shape: Tuple[int, ...] = ()
    classes: int = 0
    train: int = 0
    test: int = 0
    download_mb: int = 0  # size of what "nanotrain data download" downloads; 0: nothing
    first_of: Tuple[str, ...] = ()  # stands for the first of these data sets that is found
    aliases: Tuple[str, ...] = ()
    task: str = CLASSIFICATION
    parameters: Mapping[str, Any] = {}
    preset: str = "tutorial"  # used where no preset is named
    in_memory: bool = True  # whether the trainer's memory holds all examples

    @property
    def outputs(self) -> int:
        """The number of outputs of the network; 0 if unknown."""
        return self.classes if self.task in ("", CLASSIFICATION) else 1

    @property
    def may_be_pictures(self) -> bool:
        """Whether the examples are pictures, or only a look at the data tells it."""
        return len(self.shape) != 1 and "features" not in self.parameters

    @property
    def features(self) -> Mapping[str, Choice]:
        """What ``data.features`` chooses from; empty if these are the columns of a table."""
        return FEATURES if self.parameters.get("features") else {}


FEATURES = _table(
    Choice("x", "x", "The coordinate from left to right."),
    Choice("y", "y", "The coordinate from bottom to top."),
    Choice("x^2", "x²", "x multiplied by itself.", ("x²", "x2", "xx")),
    Choice("y^2", "y²", "y multiplied by itself.", ("y²", "y2", "yy")),
    Choice("xy", "xy", "x multiplied by y.", ("x*y", "x y", "yx")),
    Choice("sin x", "sin x", "The sine of x.", ("sin(x)", "sinx")),
    Choice("sin y", "sin y", "The sine of y.", ("sin(y)", "siny")),
)

FLIPS = _table(
    Choice("none", "none", "Pictures stay as they are."),
    Choice("horizontal", "horizontal", "Half of the pictures are mirrored: left becomes right. Not for text and digits."),
    Choice("vertical", "vertical", "Half of the pictures are upside down. For pictures from above."),
    Choice("both", "both", "Each of the two by itself, so a quarter of the pictures stay as they are."),
)  # fmt: skip

CURVES = _table(
    Choice("sine", "sine", "Two periods of a sine."),
    Choice("square", "square wave", "The first five harmonics of a square wave."),
    Choice("step", "step", "0, and 1 from x = 0 on. It is not continuous."),
    Choice("polynomial", "polynomial", "4x^3 - 3x.", ("poly", "cubic")),
)

TASKS_OF_DATA = _table(
    Choice("auto", "auto", "Looks at the target: words and a few whole numbers are classes, other numbers a regression."),
    Choice(CLASSIFICATION, CLASSIFICATION, "The target is one of several classes."),
    Choice(BINARY, BINARY, "The target is one of two classes, which one output tells apart."),
    Choice(REGRESSION, REGRESSION, "The target is a number, or several numbers."),
)  # fmt: skip

FITS = _table(
    Choice("crop", "crop", "Cuts a picture to its middle, so that it fills the input."),
    Choice("pad", "pad", "Shows the whole picture, with black beside it.", aliases=("letterbox",)),
    Choice("stretch", "stretch", "Scales each side by itself. The aspect is lost.", aliases=("squash",)),
)  # fmt: skip

COLORS = _table(
    Choice("auto", "auto", "Grey if every picture is grey, otherwise colour."),
    Choice("grey", "grey", "One channel: the brightness.", aliases=("gray", "greyscale", "grayscale")),
    Choice("rgb", "rgb", "Three channels: red, green and blue.", aliases=("colour", "color")),
)  # fmt: skip

_PARTS: Dict[str, Any] = {"task": "auto", "split": "0.2"}
_FILES: Dict[str, Any] = {"path": "", "test_path": ""}
_TABLE: Dict[str, Any] = dict(_FILES, target="", features="", **_PARTS)
_ARRAYS: Dict[str, Any] = dict(_FILES, x="", y="", **_PARTS)
_FUNCTION: Dict[str, Any] = dict({"function": ""}, **_PARTS)
_PICTURES: Dict[str, Any] = {
    "path": "", "task": "auto", "split": "0.2", "size": "auto", "fit": "crop", "color": "auto",
    "skip_damaged": False, "cache_mb": 4096,
}  # fmt: skip
_FOLDER: Dict[str, Any] = dict(_PICTURES, test_path="")
_TUB: Dict[str, Any] = dict(_PICTURES, target="")
_CURVE: Dict[str, Any] = {"curve": "sine", "samples": 500, "noise": 0.1, "train_share": 0.8}
_POINTS: Dict[str, Any] = {
    "features": "x, y", "samples": 500, "noise": 0.0, "train_share": 0.5,
}  # fmt: skip


def _points(name: str, task: str, summary: str, *aliases: str) -> DataSet:
    """A set of points of TensorFlow Playground."""
    return DataSet(
        name, name, summary, (2,), 2 if task == BINARY else 0, 250, 250, task=task,
        aliases=aliases, parameters=_POINTS, preset="playground",
    )  # fmt: skip


DATASETS: Dict[str, DataSet] = {
    entry.name: entry
    for entry in (
        DataSet(
            "auto", "auto", "MNIST if its files are found on this machine, otherwise the built-in digits.",
            first_of=("mnist", "digits"),
        ),
        DataSet(
            "mnist", "MNIST",
            "70,000 handwritten digits, read from a folder with the four IDX files or mnist.npz.",
            (28, 28), 10, 60000, 10000, download_mb=12,
        ),
        DataSet(
            "digits", "digits",
            "70,000 digits that the program draws itself. Needs no files and no network.",
            (28, 28), 10, 60000, 10000,
        ),
        DataSet(
            "csv", "table", "Your own table: a CSV or TSV file, compressed with gzip or not. A row is an example.",
            task="", parameters=_TABLE, preset="tabular",
        ),
        DataSet(
            "npz", "arrays", "Your own NumPy arrays: an .npz file, or two .npy files.",
            task="", parameters=_ARRAYS, preset="sane", aliases=("npy",),
        ),
        DataSet(
            "function", "function", "Arrays that your own Python function returns.",
            task="", parameters=_FUNCTION, preset="sane",
        ),
        DataSet(
            "folder", "folder", "Your own pictures: a folder for each class, in train and test folders or without them.",
            task="", parameters=_FOLDER, preset="small-cnn", aliases=("pictures", "images"),
            in_memory=False,
        ),
        DataSet(
            "tub", "DonkeyCar tub", "Pictures, steering and throttle that a DonkeyCar has recorded (version 2).",
            task="", parameters=_TUB, preset="small-cnn", aliases=("donkeycar", "donkey"),
        ),
        DataSet(
            "curve", "curve", "Samples of a curve, with noise. The network learns to draw it.",
            (1,), 0, 400, 100, task=REGRESSION, parameters=_CURVE, preset="curve",
        ),
        _points("circle", BINARY, "Points in a disk, and in a ring around it.", "circles"),
        _points("xor", BINARY, "The quarters of a square; opposite ones are of one class."),
        _points("gauss", BINARY, "Two clouds of points. The easiest of the Playground's data."),
        _points("spiral", BINARY, "Two spirals, one within the other. The hardest of the Playground's data.", "spirals"),
        _points("plane", REGRESSION, "A number for each point of a plane: a slope."),
        _points("multi-gauss", REGRESSION, "A number for each point of a plane: hills and hollows.", "multi_gauss"),
    )
}  # fmt: skip


def outputs_of(data: Mapping[str, Any]) -> int:
    """The outputs of a network for data as the trainer describes it.

    Trainers of earlier versions tell only the number of classes.
    """
    return int(data.get("outputs") or data["classes"])


def usual_data(name: str) -> DataSet:
    """The data set of that name, or the first of those that it stands for.

    It gives the expected shape before the data is loaded.
    """
    entry = DATASETS[name]
    return DATASETS[entry.first_of[0]] if entry.first_of else entry


def usual_preset(config: Mapping[str, Any]) -> str:
    """The preset that the data of a flat configuration proposes where none is named."""
    return usual_data(config.get("data.name", "auto")).preset


def expected_data(config: Mapping[str, Any]) -> DataSet:
    """The data set of a flat configuration, of the sizes that its parameters give."""
    entry = usual_data(config["data.name"])
    values = {
        name: config.get("data." + name, default) for name, default in entry.parameters.items()
    }
    if "features" in values and entry.features:
        entry = entry._replace(shape=(len(values["features"].split(",")),))
    if "samples" in values:
        train = int(values["train_share"] * values["samples"] + 0.5)
        entry = entry._replace(train=train, test=values["samples"] - train)
    return entry


def training_part(config: Mapping[str, Any], examples: int) -> int:
    """The examples that remain for training after ``data.limit`` and ``data.validation``."""
    limit = int(config.get("data.limit") or 0)
    examples = min(limit, examples) if limit else examples
    return examples - round(float(config.get("data.validation") or 0.0) * examples)


UPDATES = _table(
    Choice("auto", "auto", "Measures the ways at the start of a long training and takes the fastest."),
    Choice("fused", "fused", "TensorFlow's own kernel for the optimizer, where it has one. Starts fast."),
    Choice("plain", "plain", "TensorFlow's operations, one after the other."),
    Choice("xla", "XLA", "The update is compiled with XLA. The start takes a second longer."),
    Choice("block", "XLA block", "Whole blocks of steps are compiled with XLA. For small networks."),
)  # fmt: skip

XLA_MODES = _table(
    Choice("auto", "auto", "Uses XLA where it makes training faster, and TensorFlow can compile."),
    Choice("on", "on", "Uses only the ways that are compiled with XLA."),
    Choice("off", "off", "Does not use XLA."),
)

WATCHED_METRICS = _table(
    Choice("auto", "auto", "Accuracy for classes, R² for numbers: the metric that selects the best."),
    Choice("loss", "loss", "The loss. It still improves where the accuracy no longer does."),
    Choice("accuracy", "accuracy", "The fraction of examples that are classified correctly."),
    Choice("precision", "precision", "For two classes: how many of those found are right."),
    Choice("recall", "recall", "For two classes: how many of those there are found."),
    Choice("auc", "AUC", "For two classes: how well the outputs order the examples, whatever the threshold."),
    Choice("mae", "MAE", "The mean absolute error of a regression."),
    Choice("rmse", "RMSE", "The root of the mean squared error of a regression."),
    Choice("r2", "R²", "The fraction of the variance that a regression explains; 1 is best.", aliases=("r²",)),
)  # fmt: skip

ON_NAN = _table(
    Choice("auto", "auto", "Pauses if the dashboard started the session, otherwise stops it."),
    Choice(
        "pause",
        "pause",
        "Pauses at that step. You can lower the learning rate or go back to a checkpoint.",
    ),
    Choice("stop", "stop", "Ends the session and names the last good checkpoint."),
    Choice("continue", "continue", "Continues training. The loss sometimes becomes finite again."),
)

ON_CRASH = _table(
    Choice("stop", "stop", "Ends the session as failed. Resume it after you have fixed the cause."),
    Choice("resume", "resume", "Restarts the trainer from the last good checkpoint."),
)

ON_HOST_DEATH = _table(
    Choice("stop", "stop", "Ends the script too, so that nothing runs without a recording."),
    Choice("continue", "continue", "Lets the script go on by itself. Nothing more is recorded."),
)

ON_HEAT = _table(
    Choice(
        "pause",
        "pause",
        "Warns, then saves a checkpoint, pauses, and resumes when the board is cool.",
    ),
    Choice("warn", "warn", "Only warns. The board reduces its clock speed when it gets too hot."),
    Choice("off", "off", "Does not check the temperature."),
)

ON_LOW_MEMORY = _table(
    Choice(
        "checkpoint",
        "checkpoint",
        "Warns and saves a checkpoint while there is still enough memory.",
    ),
    Choice("warn", "warn", "Only warns."),
    Choice("off", "off", "Does not check the memory."),
)
