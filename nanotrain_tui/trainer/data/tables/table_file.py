"""The bytes and the text of a table's file, read as a stream."""

import codecs
import contextlib
import gzip
import io
import os
import re
import stat
import zlib
from typing import IO, Iterator, NamedTuple, Optional

from ..dataset import DataError
from ..words import shortened, shown
from .headings import NAMELESS

KEY = "data.path"
PIECE = 1 << 20
_GZIP = b"\x1f\x8b"
_OTHERS = (  # how files of other kinds begin
    (b"PK\x03\x04", "a zip file or a spreadsheet"), (b"\xd0\xcf\x11\xe0", "a spreadsheet"),
    (b"PAR1", "a Parquet file"), (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3", "a database of SQLite"),
    (b"\x80[\x02-\x05]", "a pickle of Python objects"),
    (b"\x93NUMPY", "an array, which data.name = npz reads"),
    (rb"\s*(?:\[\s*)?\{\s*[\"}]", "JSON"), (rb"(?i)\s*<(?:!doctype|html|\?xml)", "HTML or XML"),
)  # fmt: skip
_FALLBACKS = ("cp1252", "latin-1")  # for bytes that are not UTF-8


class TableFile(NamedTuple):
    """A file by its path, or content that was sent with its name."""

    name: str
    content: Optional[bytes] = None
    key: str = KEY  # of the configuration, for errors

    def error(self, why: str) -> DataError:
        """An error that names the file. ``why`` continues the sentence."""
        return DataError(self.key, "{} {}".format(self.name, why))

    def error_at(self, line: int, column: str, why: str) -> DataError:
        """An error that names the file, the line (from 1) and the column; "" for none."""
        nameless = column.startswith(NAMELESS)
        called = shortened(column)
        where = ", {}{}".format("" if nameless else "column ", called) if column else ""
        return DataError(self.key, "{}, row {}{}: {}".format(self.name, line, where, why))

    @contextlib.contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The content, unpacked if it is packed with gzip. Raises DataError."""
        try:
            with self._raw() as raw:
                packed = raw.read(2) == _GZIP
                raw.seek(0)
                if packed:
                    with gzip.GzipFile(fileobj=raw) as unpacked:
                        yield unpacked  # type: ignore[misc]  # it has all that is used
                else:
                    yield raw
        except (EOFError, zlib.error) as error:
            raise self.error("is a damaged gzip file: {}.".format(error)) from error
        except UnicodeError as error:
            raise self.error("is not text in the encoding that its start promises.") from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise self.error("cannot be read: {}.".format(reason)) from error

    @contextlib.contextmanager
    def text(self, encoding: str) -> Iterator[IO[str]]:
        """The content as text, with line ends as they are. Raises DataError."""
        with self.opened() as raw:
            text = io.TextIOWrapper(raw, encoding, newline="")
            yield text
            text.detach()

    def check(self) -> None:
        """Refuse what is no file that can be read. Raises DataError."""
        if self.content is not None:
            return
        try:
            found = os.stat(self.name)
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            reason = getattr(error, "strerror", None) or str(error)
            raise self.error("cannot be read: {}.".format(reason)) from error
        if stat.S_ISDIR(found.st_mode):
            raise self.error("is a folder; name the file in it.")
        if not stat.S_ISREG(found.st_mode):
            raise self.error("is no regular file.")

    def encoding(self) -> str:
        """The encoding of the whole content: its mark's, UTF-8, UTF-16 or Windows-1252."""
        with self.opened() as raw:
            head = raw.read(PIECE)
            other = next((what for start, what in _OTHERS if re.match(start, head)), "")
            if other:
                raise self.error("is {}; save the table as CSV.".format(other))
            marked = _marked_encoding(head)
            if marked:
                return marked
            if b"\x00" in head:
                return self._with_zeros(head)
            decoder, piece = codecs.getincrementaldecoder("utf-8")(), head
            try:
                while piece:
                    decoder.decode(piece)
                    piece = raw.read(PIECE)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return self._fallback()
        return "utf-8"

    @contextlib.contextmanager
    def _raw(self) -> Iterator[IO[bytes]]:
        if self.content is not None:
            yield io.BytesIO(self.content)
            return
        with open(self.name, "rb") as file:
            yield file

    def _with_zeros(self, head: bytes) -> str:
        """Text of UTF-16 without a mark has a zero in every second byte."""
        even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
        most = 0.8 * len(head[:4096]) / 2
        if even >= most or odd >= most:
            return "utf-16-be" if even > odd else "utf-16-le"
        raise self.error("is not a text file: it holds a NUL byte.")

    def _fallback(self) -> str:
        for encoding in _FALLBACKS:
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                with self.opened() as raw:
                    for piece in iter(lambda: raw.read(PIECE), b""):
                        decoder.decode(piece)
                return encoding
            except DataError as error:
                if not isinstance(error.__cause__, UnicodeError):
                    raise
        return _FALLBACKS[-1]


class Place(NamedTuple):
    """A cell of a file, in a line from 1 on."""

    file: TableFile
    line: int
    cell: str = ""
    why: str = ""  # what is wrong with the cell

    def error(self, column: str, why: str) -> DataError:
        """An error that names the file, the line and the column."""
        return self.file.error_at(self.line, column, why)

    def error_of_cell(self, column: str, why: str) -> DataError:
        """An error that begins with the cell."""
        return self.error(column, "{} {}".format(shown(self.cell), why))


def _marked_encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # one begins as UTF-16's
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return ""
