"""How a picture becomes an input of the network: its size, its fit and its colour."""

from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from ..dataset import BINARY, REGRESSION, DataError
from .headers import Head

KIND, VERSION = "pictures", 1
SIZE, FIT, COLOR = "data.size", "data.fit", "data.color"
AUTO, CROP, PAD, STRETCH = "auto", "crop", "pad", "stretch"
GREY, RGB = "grey", "rgb"
_MOST, _LEAST = 96, 8  # pixels of a side that auto takes


class PicturePreparation(NamedTuple):
    """``size`` is height and width, ``fit`` how a picture of another aspect comes to it.

    A regression is (target - mean) / deviation.
    """

    size: Tuple[int, int]
    fit: str
    color: str
    task: str = BINARY
    classes: Sequence[str] = ()
    columns: Sequence[str] = ()  # of a regression: the names of its targets
    mean: Sequence[float] = ()
    deviation: Sequence[float] = ()

    @property
    def input_shape(self) -> Tuple[int, ...]:
        """The shape of an input of the network, whose type is uint8."""
        return self.size if self.color == GREY else (*self.size, 3)

    def as_json(self) -> Dict[str, Any]:
        """In JSON's types: what ``from_json`` reads."""
        target: Dict[str, Any] = {"task": self.task}
        if self.task == REGRESSION:
            target.update(
                columns=list(self.columns), mean=list(self.mean), deviation=list(self.deviation)
            )
        else:
            target.update(classes=list(self.classes))
        return {
            "version": VERSION, "kind": KIND, "size": list(self.size), "fit": self.fit,
            "color": self.color, "bytes": True, "target": target,
        }  # fmt: skip


def from_json(facts: Mapping[str, Any]) -> PicturePreparation:
    """The preparation that ``as_json`` wrote. Raises KeyError, TypeError or ValueError."""
    target = facts["target"]
    height, width = (int(side) for side in facts["size"])
    return PicturePreparation(
        (height, width), str(facts["fit"]), str(facts["color"]), str(target["task"]),
        [str(one) for one in target.get("classes", ())],
        [str(one) for one in target.get("columns", ())],
        [float(one) for one in target.get("mean", ())],
        [float(one) for one in target.get("deviation", ())],
    )  # fmt: skip


def chosen(
    heads: Sequence[Head], config: Mapping[str, Any]
) -> Tuple[PicturePreparation, List[str]]:
    """Size, fit and colour for pictures with these headers, and notes about them.

    Raises DataError.
    """
    size, fit = size_of(config), str(config.get(FIT) or CROP)
    color, notes = str(config.get(COLOR) or AUTO), []
    if size is None:
        median = int(np.median([min(head.height, head.width) for head in heads]))
        side = max(_LEAST, min(_MOST, median))
        size = (side, side)
    if color == AUTO:
        color = GREY if all(head.is_grey for head in heads) else RGB
        notes.append("The pictures are {}.".format("grey" if color == GREY else "in colour"))
    if any((head.height, head.width) != size for head in heads):
        how = {CROP: "cut to its middle", PAD: "shown whole, with black beside it"}
        text = "Each picture becomes {} x {} pixels; one of another aspect is {}."
        notes.append(text.format(size[0], size[1], how.get(fit, "stretched")))
    return PicturePreparation(size, fit, color), notes


def size_of(config: Mapping[str, Any]) -> Any:
    """Height and width of ``data.size``, None for auto. Raises DataError.

    The text is height x width, as Keras' ``image_size``.
    """
    text = str(config.get(SIZE) or AUTO)
    if text == AUTO:
        return None
    try:
        sides = [int(side) for side in text.lower().split("x")]
    except ValueError:
        sides = []
    if len(sides) == 1:
        sides *= 2
    if len(sides) != 2 or not all(1 <= side <= 4096 for side in sides):
        message = "{!r} is no size; write it as 96x96 (height x width), or auto."
        raise DataError(SIZE, message.format(text))
    return sides[0], sides[1]
