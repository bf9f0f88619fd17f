"""What is proposed for data that a person brings: a preset, and numbers that fit its size."""

from typing import Any, Dict, NamedTuple, Sequence

ROWS, PICTURES, PICTURE_FILES = "tabular", "sane", "small-cnn"
_STEPS = 2200  # about as many updates as a small table needs
_MOST_EPOCHS, _FEWEST_EPOCHS = 300, 5
_BATCH_OF_PICTURES = 100
_BATCH_OF_FILES = 32  # pictures in files, with convolutions
_STEPS_OF_FILES, _STEPS_OF_LARGE, _LARGE = 1000, 500, 48  # pixels of a side of large ones
_WIDE = 32  # columns, from which on the rows are like small pictures
_FOR_WIDE: Dict[str, Any] = {"model.hidden": "256, 128", "model.dropout": 0.3, "model.l2": 0.0002}


class _Size(NamedTuple):
    """Values for tables with at most so many training examples.

    Few examples need more that prevents overfitting.
    """

    most: float
    batch_size: int
    dropout: float
    l2: float


_SIZES = (
    _Size(1000, 16, 0.2, 0.02),
    _Size(10000, 32, 0.1, 0.001),
    _Size(100000, 128, 0.0, 0.0),
    _Size(float("inf"), 512, 0.0, 0.0),
)


def preset_for(shape: Sequence[int]) -> str:
    """The preset for examples of this shape."""
    return ROWS if len(shape) < 2 else PICTURES


def proposal_for(train: int, shape: Sequence[int]) -> Dict[str, Any]:
    """Values over those of the preset, for this many training examples."""
    if len(shape) >= 2:
        return {"train.batch_size": max(1, min(_BATCH_OF_PICTURES, train))}
    size = next(size for size in _SIZES if train <= size.most)
    batch = max(1, min(size.batch_size, train))
    epochs = -(-_STEPS // -(-max(1, train) // batch))
    values: Dict[str, Any] = {"model.dropout": size.dropout, "model.l2": size.l2}
    if shape[0] >= _WIDE:
        values = dict(_FOR_WIDE)
    epochs = max(_FEWEST_EPOCHS, min(_MOST_EPOCHS, epochs))
    return dict(values, **{"train.batch_size": batch, "train.epochs": epochs})


def proposal_for_files(train: int, shape: Sequence[int]) -> Dict[str, Any]:
    """Values over those of the preset, for this many picture files to train on."""
    batch = max(1, min(_BATCH_OF_FILES, train))
    steps = _STEPS_OF_LARGE if max(shape[:2]) > _LARGE else _STEPS_OF_FILES
    epochs = -(-steps // -(-max(1, train) // batch))
    epochs = max(_FEWEST_EPOCHS, min(_MOST_EPOCHS, epochs))
    return {"train.batch_size": batch, "train.epochs": epochs}
