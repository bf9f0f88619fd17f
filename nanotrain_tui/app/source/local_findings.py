"""Looks up on this machine what a start would use: the trainer, the data, memory and disk space."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nanotrain_tui.app.source.past_runs import read_past_runs
from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.drawing.setup.state import Findings, PastRun, Picture, looked_up_values
from nanotrain_tui.follow.function import function_of
from nanotrain_tui.follow.json_values import mappings
from nanotrain_tui.launch.plan import look_up, plan_with
from nanotrain_tui.session.places import Places
from nanotrain_tui.trainer_python.container import is_container
from nanotrain_tui.trainer_python.inspection import Inspection

PICTURES = 8
IN_CONTAINER = "TensorFlow is in a container, which r starts"
USED_FOR_S = 60.0  # files rarely change, and it would be slow to read them again at each key


class LocalFindings:
    """Looks up configurations, in one thread. What it finds in files is used for a minute."""

    def __init__(self, places: Places, clock: Callable[[], float] = time.monotonic) -> None:
        self._places = places
        self._clock = clock
        self._values: Mapping[str, Any] | None = None  # those that ``_inspection`` is about
        self._inspection: Inspection | None = None
        self._pictures: tuple[Picture, ...] = ()
        self._past_runs: tuple[PastRun, ...] = ()
        self._until = 0.0

    def look_up(self, config: Mapping[str, Any]) -> Findings:
        """The findings for a checked flat configuration. A failure is a problem in them."""
        try:
            found = self._inspect(config)
        except ConfigError as error:
            return Findings(problem=error.message, key=error.key)
        known = Findings(
            data=found.data,
            notes=(*((IN_CONTAINER,) if is_container(found.command) else ()), *found.notes),
            pictures=self._pictures,
            function=function_of(found.data),
            python=_text(found.data.get("python_version")),
            tensorflow=_text(found.data.get("tensorflow_version")),
            past_runs=self._past_runs,
        )
        try:
            plan = plan_with(config, self._places, found)
        except ConfigError as error:
            return replace(known, problem=error.message, key=error.key)
        hint = (plan.memory.hint,) if plan.memory is not None and plan.memory.hint else ()
        available = plan.memory.available if plan.memory is not None else None
        return replace(known, notes=(*known.notes, *hint), available=available, disk=plan.disk)

    def _inspect(self, config: Mapping[str, Any]) -> Inspection:
        """The trainer and the data; from memory if they were looked up less than a minute ago."""
        values, now = looked_up_values(config), self._clock()
        if self._inspection is None or values != self._values or now >= self._until:
            self._inspection = None
            found = look_up(config, self._places, PICTURES, containers=False)
            self._pictures = pictures_in(found.data)
            self._past_runs = read_past_runs(self._places.home)
            self._inspection, self._values, self._until = found, values, now + USED_FOR_S
        return self._inspection


def pictures_in(data: Mapping[str, Any]) -> tuple[Picture, ...]:
    """The pictures in the trainer's answer; those that are not as they should be are left out."""
    shape = data.get("shape")
    if not isinstance(shape, list) or not all(map(_is_side, shape)):
        return ()
    if len(shape) != 2 and not (len(shape) == 3 and shape[2] == 1):
        return ()
    height, width = shape[:2]
    found = []
    for one in mappings(data.get("pictures")):
        try:
            pixels = base64.b64decode(_text(one.get("pixels")), validate=True)
        except (binascii.Error, ValueError):
            continue
        label = one.get("label")
        if len(pixels) == height * width and isinstance(label, int):
            rows = tuple(pixels[at : at + width] for at in range(0, len(pixels), width))
            found.append(Picture(label, rows))
    return tuple(found)


def _is_side(side: object) -> bool:
    return isinstance(side, int) and side > 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
