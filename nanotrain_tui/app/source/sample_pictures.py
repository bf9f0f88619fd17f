"""Pictures of the data for the set-up panel: as they are, and as the form augments them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from nanotrain_tui.drawing.setup.state import COLORS, Picture
from nanotrain_tui.follow.json_values import mappings
from nanotrain_tui.trainer_python.augmentation import augment_pictures, augmentation_of


class SamplePictures:
    """The pictures in an answer of the trainer. The augmented ones are made again as needed."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.pictures = pictures_in(data)
        self.augmented: tuple[Picture, ...] = ()
        self._data = data
        self._augmentation: Mapping[str, Any] = {}  # that ``augmented`` shows

    def augment(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Make ``augmented`` for a flat configuration. Returns why this is not possible."""
        wanted = augmentation_of(config) if self.pictures and _can_be_augmented(self._data) else {}
        if wanted == self._augmentation:
            return ()
        self._augmentation, self.augmented = {}, ()
        if not wanted:
            return ()
        try:
            self.augmented = pictures_in(augment_pictures(wanted, self._data))
        except OSError as error:
            return (f"the augmented pictures cannot be shown: {error}",)
        self._augmentation = wanted
        return ()


def _can_be_augmented(data: Mapping[str, Any]) -> bool:
    """Whether the trainer augments such examples: bytes, or numbers with channels."""
    preprocessing = data.get("preprocessing")
    own = preprocessing if isinstance(preprocessing, Mapping) else {"bytes": True}
    return bool(own.get("bytes")) or len(data["shape"]) == 3


def pictures_in(data: Mapping[str, Any]) -> tuple[Picture, ...]:
    """The pictures in the trainer's answer; those that are not as they should be are left out."""
    size = data.get("picture_size")
    if not isinstance(size, list) or not all(map(_is_side, size)):
        return ()
    if len(size) != 2 and not (len(size) == 3 and size[2] == COLORS):
        return ()
    line = size[1] * (COLORS if len(size) == 3 else 1)
    found = []
    for one in mappings(data.get("pictures")):
        try:
            pixels = base64.b64decode(str(one.get("pixels")), validate=True)
        except (binascii.Error, ValueError):
            continue
        label = one.get("label")
        if len(pixels) == size[0] * line and isinstance(label, int):
            rows = tuple(pixels[at : at + line] for at in range(0, len(pixels), line))
            found.append(Picture(label, rows, in_color=len(size) == 3))
    return tuple(found)


def _is_side(side: object) -> bool:
    return isinstance(side, int) and side > 0
