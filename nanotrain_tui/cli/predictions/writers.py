"""Writes predictions as they arrive: text, CSV, JSON, JSON lines."""

import csv
import json
from collections.abc import Mapping
from typing import Any, TextIO

from nanotrain_tui.export.plain import plain_json

from .output import CSV, JSON, JSONL
from .text import accuracy_line, lines_of

_PLACE = ("file", "index")

Answer = Mapping[str, Any]


class Writer:
    """Lines for a person. ``about`` is the session and the step of its checkpoint."""

    def __init__(self, out: TextIO, about: Answer, top: int) -> None:
        self.out, self.about, self.top = out, about, top

    def add(self, answer: Answer) -> None:
        """Write an answer of the trainer: a prediction, notes about a file, or the last one."""
        if "outputs" in answer:
            self.prediction(answer)
        elif answer.get("ok"):
            self.end(answer)
        elif "notes" in answer:
            self.file(answer)

    def prediction(self, answer: Answer) -> None:
        self.out.write("\n".join(lines_of(answer, self.top)) + "\n")
        self.out.flush()

    def file(self, answer: Answer) -> None:
        """The notes are also on standard error."""

    def end(self, answer: Answer) -> None:
        if "accuracy" in answer:
            self.out.write(accuracy_line(answer) + "\n")


class _Lines(Writer):
    def prediction(self, answer: Answer) -> None:
        self.out.write(json.dumps(plain_json(answer), allow_nan=False) + "\n")

    file = end = prediction


class _Document(Writer):
    """One object, which is written as the predictions arrive."""

    def __init__(self, out: TextIO, about: Answer, top: int) -> None:
        super().__init__(out, about, top)
        self._files: list[Answer] = []
        self._count = 0

    def prediction(self, answer: Answer) -> None:
        if not self._count:
            self.out.write('{"predictions": [\n')
        line = json.dumps(plain_json(answer), allow_nan=False)
        self.out.write((",\n" if self._count else "") + line)
        self._count += 1

    def file(self, answer: Answer) -> None:
        self._files.append(answer)

    def end(self, answer: Answer) -> None:
        if not self._count:
            self.out.write('{"predictions": [')
        rest = {**self.about, **answer, "files": self._files}
        text = json.dumps(plain_json(rest), allow_nan=False)
        self.out.write("\n],\n" + text[1:] + "\n")


class _Table(Writer):
    """A row for each example: its class and probabilities, or its values."""

    def __init__(self, out: TextIO, about: Answer, top: int) -> None:
        super().__init__(out, about, top)
        self._writer = csv.writer(out, lineterminator="\n")
        self._has_heading = False

    def prediction(self, answer: Answer) -> None:
        cells = {**{name: answer[name] for name in _PLACE}, **_cells(answer)}
        if not self._has_heading:
            self._writer.writerow(cells)
            self._has_heading = True
        self._writer.writerow(cells.values())

    def end(self, answer: Answer) -> None:
        """A table has predictions alone."""


def _cells(answer: Answer) -> dict[str, Any]:
    if "class" not in answer:
        values: Mapping[str, float] = answer["values"]
        return {f"prediction({n})" if n in _PLACE else n: value for n, value in values.items()}
    shares = answer.get("probabilities")
    if shares:
        numbers = {f"p({name})": value for name, value in shares.items()}
    else:
        numbers = {f"output({i})": value for i, value in enumerate(answer["outputs"])}
    return {"class": answer["class"], **numbers}


def writer_of(name: str, out: TextIO, about: Answer, top: int) -> Writer:
    """The writer of a format."""
    kinds = {CSV: _Table, JSON: _Document, JSONL: _Lines}
    return kinds.get(name, Writer)(out, about, top)
