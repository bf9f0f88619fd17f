"""tegrastats' logs as JSON lines or CSV."""

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog.formats import plural
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, CommandError, note, os_reason
from nanotrain_tui.cli.progress import progress_line
from nanotrain_tui.telemetry.lines import LineSplitter, text_of
from nanotrain_tui.telemetry.tegrastats import parse_line

from .rows import CsvRows, names_of

READ_SIZE = 1 << 16
GZIP = b"\x1f\x8b"

Told = Callable[[float], None]


class Log:
    """The samples of a log, line by line in bounded memory; ``skipped`` counts what is none."""

    def __init__(self, name: str, told: Told = lambda _: None) -> None:
        self.skipped = 0
        self._name = name
        self._told = told

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self.skipped = 0
        lines = LineSplitter()
        with _opened(self._name) as file:
            size = 0 if self._name == "-" else os.fstat(file.fileno()).st_size
            is_gzip = file.peek(len(GZIP)).startswith(GZIP)
            stream: Any = gzip.GzipFile(fileobj=file) if is_gzip else file
            while data := stream.read1(READ_SIZE):  # a pipe's lines as they come
                yield from self._samples(lines.feed(data))
                if size:
                    self._told(file.tell() / size)
        yield from self._samples(lines.end(), whole=False)
        self.skipped += lines.dropped

    def _samples(self, lines: list[bytes], whole: bool = True) -> Iterator[dict[str, Any]]:
        for text in map(text_of, lines):
            line = parse_line(text, whole)
            if line is None:
                self.skipped += 1
            else:
                yield line.to_dict()


def _opened(name: str) -> AbstractContextManager[Any]:
    """The log as bytes; standard input stays open."""
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def convert(name: str, as_csv: bool, count: int | None = None) -> int:
    """Print the samples of the log ``name`` ("-": standard input), ``count`` at most."""
    where = "standard input" if name == "-" else name
    given = 0
    with progress_line(f"converting {where}") as told:
        log = Log(name, told)
        try:
            show = _rows(name) if as_csv else _print_json
            for sample in log:
                show(sample)
                given += 1
                if given == count:
                    break
                if name == "-":
                    sys.stdout.flush()
        except (EOFError, gzip.BadGzipFile) as error:
            raise CommandError(f"{where} is no whole gzip file: {error}.", FAILED) from None
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise CommandError(os_reason(error)) from None
    if log.skipped:
        note(f"{plural(log.skipped, 'line')} of {where} skipped: no samples of tegrastats.")
    if not given:
        raise CommandError(f"{where} holds no sample of tegrastats.", FAILED)
    return FINISHED


def _print_json(sample: dict[str, Any]) -> None:
    print(json.dumps(sample))


def _rows(name: str) -> Callable[[dict[str, Any]], None]:
    """Columns of all samples where the log can be read twice, else those of the first."""
    if name == "-" or not Path(name).is_file():
        return CsvRows().show
    names: dict[str, None] = {}
    for sample in Log(name):
        names.update(dict.fromkeys(names_of(sample)))
    return CsvRows(list(names)).show
