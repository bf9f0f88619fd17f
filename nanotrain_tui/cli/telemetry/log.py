"""Converts logs of tegrastats to JSON lines or CSV."""

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog.formats import plural
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, CommandError, note
from nanotrain_tui.cli.progress import progress_line
from nanotrain_tui.session.errors import os_reason
from nanotrain_tui.telemetry.line_splitter import LineSplitter, text_of
from nanotrain_tui.telemetry.tegrastats import parse_line

from .rows import CsvRows, names_of

READ_SIZE = 1 << 16
GZIP_MAGIC = b"\x1f\x8b"

Progress = Callable[[float], None]


class Log:
    """Iterates over the samples of a log in bounded memory.

    ``skipped`` counts the lines that are not samples.
    """

    def __init__(self, name: str, progress: Progress = lambda _: None) -> None:
        self.skipped = 0
        self._name = name
        self._progress = progress

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self.skipped = 0
        lines = LineSplitter()
        with _opened(self._name) as file:
            size = 0 if self._name == "-" else os.fstat(file.fileno()).st_size
            is_gzip = file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
            stream: Any = gzip.GzipFile(fileobj=file) if is_gzip else file
            while data := stream.read1(READ_SIZE):  # returns a pipe's lines as they arrive
                yield from self._samples(lines.feed(data))
                if size:
                    self._progress(file.tell() / size)
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
    """The log, opened for reading bytes. Standard input is not closed."""
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def convert(name: str, as_csv: bool, count: int | None = None) -> int:
    """Print at most ``count`` samples of the log ``name``, which is a path or ``-`` for stdin."""
    source = "standard input" if name == "-" else name
    shown = 0
    with progress_line(f"converting {source}") as progress:
        log = Log(name, progress)
        try:
            show = _rows(name) if as_csv else _print_json
            for sample in log:
                show(sample)
                shown += 1
                if shown == count:
                    break
                if name == "-":
                    sys.stdout.flush()
        except (EOFError, gzip.BadGzipFile) as error:
            raise CommandError(
                f"{source} is damaged or not a gzip file: {error}.", FAILED
            ) from None
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise CommandError(os_reason(error)) from None
    if log.skipped:
        note(f"{plural(log.skipped, 'line')} of {source} skipped: not samples of tegrastats.")
    if not shown:
        raise CommandError(f"{source} has no sample of tegrastats.", FAILED)
    return FINISHED


def _print_json(sample: dict[str, Any]) -> None:
    print(json.dumps(sample))


def _rows(name: str) -> Callable[[dict[str, Any]], None]:
    """Print CSV with the columns of all samples; of a pipe, with those of the first sample."""
    if name == "-" or not Path(name).is_file():
        return CsvRows().show
    names: dict[str, None] = {}
    for sample in Log(name):
        names.update(dict.fromkeys(names_of(sample)))
    return CsvRows(list(names)).show
