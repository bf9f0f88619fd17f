"""Looks up on this machine what a start would use: the trainer, the data, memory and disk space."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nanotrain_tui.app.source.past_runs import read_past_runs
from nanotrain_tui.app.source.sample_pictures import SamplePictures
from nanotrain_tui.catalog import ConfigError, applies, paths_of
from nanotrain_tui.drawing.setup.state import Findings, PastRun, is_about
from nanotrain_tui.follow.function import function_of
from nanotrain_tui.launch.code import NotAgreedError
from nanotrain_tui.launch.plan import look_up, plan_with
from nanotrain_tui.session.places import Places
from nanotrain_tui.trainer_python.container import is_container
from nanotrain_tui.trainer_python.inspection import Inspection

Files = list[tuple[str, int, int]]

PICTURES = 8
IN_CONTAINER = "TensorFlow is in a container, which r starts"
NOT_RUN = "has not been run; r asks before it runs it"
USED_FOR_S = 60.0  # files rarely change, and it would be slow to read them again at each key
_TIMES_USED = 20  # what took long to read is used for so many times as long


class LocalFindings:
    """Looks up configurations, in one thread. What it finds in files is used for a minute."""

    def __init__(self, places: Places, clock: Callable[[], float] = time.monotonic) -> None:
        self._places = places
        self._clock = clock
        self._config: Mapping[str, Any] | None = None  # that ``_inspection`` is about
        self._files: Files = []
        self._inspection: Inspection | None = None
        self._samples = SamplePictures({})
        self._decodes = False  # files of pictures, for which the trainer loads TensorFlow
        self._past_runs: tuple[PastRun, ...] = ()
        self._until = 0.0

    def look_up(self, config: Mapping[str, Any]) -> Findings:
        """The findings for a checked flat configuration. A failure is a problem in them."""
        try:
            found = self._inspect(config)
        except NotAgreedError as error:
            return Findings(problem=NOT_RUN, key=error.key, code=error.code)
        except ConfigError as error:
            return Findings(problem=error.message, key=error.key)
        of_command = (IN_CONTAINER,) if is_container(found.command) else ()
        known = Findings(
            data=found.data,
            notes=(*self._samples.augment(config), *of_command, *found.notes),
            pictures=self._samples.pictures,
            decodes=self._decodes,
            augmented=self._samples.augmented,
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

    def with_pictures(self, config: Mapping[str, Any], findings: Findings) -> Findings:
        """The findings with pictures that the trainer's TensorFlow has decoded."""
        self._decodes = False
        try:
            self._samples = SamplePictures(self._look_up(config, PICTURES).data)
        except ConfigError as error:
            return replace(findings, problem=error.message, key=error.key, decodes=False)
        notes = (*self._samples.augment(config), *findings.notes)
        samples, augmented = self._samples.pictures, self._samples.augmented
        return replace(findings, notes=notes, decodes=False, pictures=samples, augmented=augmented)

    def _look_up(self, config: Mapping[str, Any], pictures: int) -> Inspection:
        return look_up(config, self._places, pictures, containers=False)

    def _inspect(self, config: Mapping[str, Any]) -> Inspection:
        """The trainer and the data; from memory if they were looked up less than a minute ago."""
        files = _files_of(config)
        if self._inspection is None or not self._is_about(config, files):
            self._inspection = None
            began = self._clock()
            decodes = applies("data.size", config)
            found = self._look_up(config, 0 if decodes else PICTURES)
            self._decodes, self._samples = decodes, SamplePictures(found.data)
            self._past_runs = read_past_runs(self._places.home)
            self._inspection, self._config, self._files = found, config, files
            ended = self._clock()
            self._until = ended + max(USED_FOR_S, _TIMES_USED * (ended - began))
        return self._inspection

    def _is_about(self, config: Mapping[str, Any], files: Files) -> bool:
        """Whether the last look at the machine is about this configuration, and not too old."""
        data = self._inspection.data if self._inspection is not None else {}
        same = self._config is not None and is_about(self._config, data, config)
        return same and files == self._files and self._clock() < self._until


def _files_of(config: Mapping[str, Any]) -> Files:
    """The files of the data as they are now: path, size and time of the last change."""
    found = []
    for path in paths_of(config):
        try:
            about = Path(path).expanduser().stat()
        except (OSError, RuntimeError, ValueError):
            continue
        found.append((path, about.st_size, about.st_mtime_ns))
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
