"""The smaller choices: learning-rate schedules, initializers, data sets, XLA."""

from typing import Dict, NamedTuple, Tuple


class Choice(NamedTuple):
    """One thing to choose, with what it does and when to take it."""

    name: str
    label: str
    summary: str
    parameters: Tuple[str, ...] = ()
    aliases: Tuple[str, ...] = ()


def _table(*entries: Choice) -> Dict[str, Choice]:
    return {entry.name: entry for entry in entries}


SCHEDULES = _table(
    Choice("constant", "constant", "The same learning rate throughout. Start here."),
    Choice(
        "step", "step",
        "Multiplies the learning rate by the decay rate every so many steps: big strides, then fine ones.",
        ("decay_steps", "decay_rate"), ("staircase",),
    ),
    Choice(
        "exponential", "exponential",
        "Shrinks the learning rate smoothly, by the decay rate over the decay steps.",
        ("decay_steps", "decay_rate"),
    ),
    Choice(
        "cosine", "cosine",
        "Follows half a cosine down to the end. A good finish when the number of steps is known.",
        ("decay_steps", "end_fraction"), ("cosine_decay",),
    ),
)  # fmt: skip

INITIALIZERS = _table(
    Choice(
        "tutorial", "tutorial",
        "The tutorial's: hidden weights truncated normal with deviation 1, output weights all ones. A wild start.",
    ),
    Choice(
        "glorot_uniform", "Glorot uniform",
        "Keras' default: keeps signals the same size through tanh, sigmoid and softmax layers.",
        aliases=("xavier", "xavier_uniform", "glorot"),
    ),
    Choice(
        "glorot_normal", "Glorot normal",
        "Glorot from a normal distribution; in practice the same as Glorot uniform.",
        aliases=("xavier_normal",),
    ),
    Choice("he_uniform", "He uniform", "Glorot's idea for ReLU: twice the variance.", aliases=("he",)),
    Choice("he_normal", "He normal", "He's start from a normal distribution: for deep ReLU stacks."),
    Choice("lecun_uniform", "LeCun uniform", "Variance 1 / inputs: for SELU and for linear layers."),
    Choice("lecun_normal", "LeCun normal", "LeCun's start from a normal distribution: the one SELU needs."),
    Choice("truncated_normal", "truncated normal", "Normal with deviation 0.05, cut at two deviations."),
    Choice("random_normal", "random normal", "Normal with deviation 0.05: small weights whatever the layer's size."),
    Choice("random_uniform", "random uniform", "Evenly between -0.05 and 0.05."),
    Choice("orthogonal", "orthogonal", "Weights at right angles: keeps lengths exactly, for very deep stacks."),
    Choice("zeros", "zeros", "All units start, and stay, the same. To see why we do not do this."),
    Choice("ones", "ones", "All units start, and stay, the same. To see why we do not do this."),
)  # fmt: skip


class DataSet(NamedTuple):
    """A data set; its source is the module of its name in ``trainer/data/sources``.

    ``shape`` of an image, ``classes`` and the numbers of examples are the usual ones, 0 where they
    are not known beforehand; what the trainer finds is what counts.
    """

    name: str
    label: str
    summary: str
    shape: Tuple[int, ...] = ()
    classes: int = 0
    train: int = 0
    test: int = 0
    download_mb: int = 0  # what "nanotrain data download" fetches; 0: nothing to fetch
    first_of: Tuple[str, ...] = ()  # other data sets: the first that has data is taken
    aliases: Tuple[str, ...] = ()


DATASETS: Dict[str, DataSet] = {
    entry.name: entry
    for entry in (
        DataSet(
            "auto", "auto", "MNIST where it is found on this machine, else the built-in digits.",
            first_of=("mnist", "digits"),
        ),
        DataSet(
            "mnist", "MNIST",
            "70,000 handwritten digits from a folder with the four IDX files or mnist.npz.",
            (28, 28), 10, 60000, 10000, download_mb=12,
        ),
        DataSet(
            "digits", "digits",
            "70,000 digits that the program draws itself: needs no network and no files.",
            (28, 28), 10, 60000, 10000,
        ),
    )
}  # fmt: skip


def usual_data(name: str) -> DataSet:
    """The data set of that name, or the first that is tried; for what is said beforehand."""
    entry = DATASETS[name]
    return DATASETS[entry.first_of[0]] if entry.first_of else entry


XLA_MODES = _table(
    Choice("auto", "auto", "XLA where it pays; without it where TensorFlow cannot compile."),
    Choice(
        "on",
        "on",
        "Compile the optimizer's update with XLA: faster steps, a second more at the start.",
    ),
    Choice("off", "off", "No XLA: starts a second sooner, and each step takes longer."),
)

ON_NAN = _table(
    Choice("auto", "auto", "Pause where a dashboard started it, stop where none did."),
    Choice(
        "pause", "pause", "Wait at that step for a person: lower the learning rate, or go back."
    ),
    Choice("stop", "stop", "End the session; the last good checkpoint is named."),
    Choice(
        "continue", "continue", "Go on: now and then a loss that is no number passes by itself."
    ),
)

ON_CRASH = _table(
    Choice("stop", "stop", "The session ends as failed; resume it when the cause is mended."),
    Choice("resume", "resume", "Start the trainer again from the last good checkpoint."),
)

ON_HEAT = _table(
    Choice("pause", "pause", "Warn, then pause with a checkpoint, and go on once it has cooled."),
    Choice("warn", "warn", "Say so and go on: the board slows itself down when it must."),
    Choice("off", "off", "Do not look."),
)

ON_LOW_MEMORY = _table(
    Choice("checkpoint", "checkpoint", "Warn, and write a checkpoint while there is still room."),
    Choice("warn", "warn", "Say so and go on."),
    Choice("off", "off", "Do not look."),
)
