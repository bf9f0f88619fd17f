"""The smaller choices: initializers, data sets, XLA."""

from typing import Dict, NamedTuple, Tuple


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

    ``shape`` (of an image), ``classes``, ``train`` and ``test`` (numbers of examples) are the expected ones, or 0 if unknown. The trainer uses those of the data it loads.
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
    )
}  # fmt: skip


def usual_data(name: str) -> DataSet:
    """The data set of that name, or the first of those that it stands for.

    It gives the expected shape before the data is loaded.
    """
    entry = DATASETS[name]
    return DATASETS[entry.first_of[0]] if entry.first_of else entry


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
    Choice("auto", "auto", "Accuracy for classes, RMSE for numbers: the metric that selects the best."),
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
