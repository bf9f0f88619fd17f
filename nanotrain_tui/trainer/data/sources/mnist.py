"""MNIST, or data in its format, from the named folder or the first known folder that has it."""

from typing import Any, Dict, List, Mapping, Optional, Tuple

from ...lazy_tensorflow import tf
from .. import mnist
from ..content import Content
from ..dataset import CLASSIFICATION, DataError, Dataset, Progress, Rows, silent
from ..fetch import download
from ..samples import pictures_wanted, with_pictures
from ..source import Source
from ..standalone import arrays_in

_FULL = 60000
_NOTE = "training on all 60,000 images; the tutorial sets 5,000 of them aside for validation"


def inspect(config: Mapping[str, Any]) -> Dict[str, Any]:
    parts, source = _find(config, False, silent, pictures_wanted(config))
    train, *shape = parts["train_images"].shape
    facts = {
        "source": source, "shape": shape, "classes": mnist.CLASSES, "train": train,
        "test": parts["test_images"].shape[0], "task": CLASSIFICATION,
    }  # fmt: skip
    facts = with_pictures(facts, parts["train_images"].values, parts["train_labels"].values)
    return dict(facts, note=_NOTE) if train == _FULL else facts


def load(config: Mapping[str, Any], progress: Progress) -> Dataset:
    parts, source = _find(config, True, progress)
    train, test = (
        Rows(parts[part + "_images"].values, parts[part + "_labels"].values)
        for part in ("train", "test")
    )
    return Dataset("mnist", source, train, test, CLASSIFICATION, mnist.CLASSES)


def mnist_from(_config: Mapping[str, Any], place: Optional[str]) -> Any:
    """Without --data Keras fetches MNIST.

    --data names a folder with MNIST's four IDX files, or an mnist.npz.
    """
    return tf.keras.datasets.mnist.load_data() if place is None else arrays_in(place)


def _find(
    config: Mapping[str, Any], keep: bool, progress: Progress, first: int = 0
) -> Tuple[Dict[str, Content], str]:
    """The four parts, and where they are, for the screen. Raises DataError."""
    named = config.get("data.dir") or ""
    if named:
        return mnist.read(mnist.search(named), keep, progress, first), "MNIST in " + named
    folders = [folder for folder in dict.fromkeys(config.get("data_dirs") or ()) if folder]
    damage: List[DataError] = []
    for folder in folders:
        try:
            parts = mnist.find(folder)
            if parts:
                return mnist.read(parts, keep, progress, first), "MNIST in " + folder
        except DataError as error:
            damage.append(error)
    if damage:
        found = damage[0]
        raise DataError(found.key, found.message, "the MNIST found is damaged: " + found.message)
    raise DataError(
        "data.name",
        "There is no MNIST in %s: %s. Set data.dir to the folder that has them, or choose digits."
        % (", ".join(folders) or "any folder known", mnist.EXPECTED),
        "no MNIST found" + (" in " + ", ".join(folders) if folders else ""),
    )


SOURCE = Source(
    inspect,
    load,
    keys=("data.dir",),
    automatic=1,
    download=download,
    standalone=mnist_from,
    drawn_fraction=20.0 / 28.0,
)
