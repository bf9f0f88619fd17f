"""The size, the channels and the end of a picture file, from its first and last bytes alone."""

import os
import struct
from typing import IO, Any, Dict, NamedTuple, Optional, Tuple

from .picture_file import UPRIGHT, orientation_of

JPEG, PNG, BMP, GIF = "JPEG", "PNG", "BMP", "GIF"
MOST_PIXELS = 100 * 1000 * 1000
_FIRST = 4096  # bytes that are read first; an EXIF preview makes the header of a JPEG longer
_MOST_HEADER = 1 << 20
_LAST = 1 << 16  # bytes before the end, in which the end mark is looked for
_TURNED = (5, 6, 7, 8)  # EXIF's orientations that swap height and width
_FRAMES = tuple(set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC})  # markers with the size of a JPEG
#: The first bytes of other kinds of files, for messages.
_OTHERS: Tuple[Tuple[bytes, int, str], ...] = (
    (b"WEBP", 8, "a WebP picture"),
    (b"II*\0", 0, "a TIFF picture"), (b"MM\0*", 0, "a TIFF picture"),
    (b"ftypheic", 4, "a HEIC picture"), (b"ftypmif1", 4, "a HEIC picture"),
    (b"ftypavif", 4, "an AVIF picture"), (b"%PDF", 0, "a PDF file"), (b"PK\3\4", 0, "a zip file"),
    (b"<svg", 0, "an SVG picture"), (b"<", 0, "a web page"),
)  # fmt: skip
ENDINGS = (".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic")


class Head(NamedTuple):
    """What a header tells. ``height`` and ``width`` are those of the upright picture."""

    kind: str
    height: int
    width: int
    channels: int
    bits: int = 8  # of a channel
    orientation: int = UPRIGHT

    @property
    def is_grey(self) -> bool:
        return self.channels < 3


class BadPicture(Exception):
    """A file that is no whole picture; the message completes 'FILE ...'."""


def is_named_picture(path: str) -> bool:
    """Whether the name ends as those of pictures do, in any case."""
    return os.path.splitext(path)[1].lower() in ENDINGS


def read_head(path: str, size: int) -> Optional[Head]:
    """The header of a picture; None for a file that is none by its content and its name.

    Raises BadPicture, also for one that cannot be read.
    """
    try:
        with open(path, "rb") as file:
            first = file.read(_FIRST)
            head = head_of(first, file)
            if head is not None:
                _check_end(head, file, first, size)
    except OSError as error:
        raise BadPicture("cannot be read: {}".format(error.strerror or error)) from error
    if head is None and is_named_picture(path):
        raise BadPicture(_why_none(first, size))
    return head


def head_of(first: bytes, file: Optional[IO[bytes]] = None) -> Optional[Head]:
    """The header in the first bytes; more are read from the file where a JPEG needs them.

    None for bytes of another kind. Raises BadPicture.
    """
    kind = kind_of_bytes(first)
    if not kind:
        return None
    try:
        if kind == JPEG:
            head = _jpeg(first, file)
        else:
            head = {PNG: _png, BMP: _bmp, GIF: _gif}[kind](first)
    except (struct.error, IndexError):
        raise BadPicture("is cut off in its header; copy it again") from None
    if head.height < 1 or head.width < 1:
        raise BadPicture("has no pixels")
    if head.height * head.width > MOST_PIXELS:
        raise BadPicture("has more than 100 million pixels; scale it down")
    return head


def kind_of_bytes(first: bytes) -> str:
    """The kind of a picture by its first bytes, ``""`` for any other file."""
    starts = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"GIF8": GIF}
    found = next((kind for start, kind in starts.items() if first.startswith(start)), "")
    is_bmp = first[:2] == b"BM" and len(first) >= 18 and first[14:18] in _BMP_HEADERS
    return found or (BMP if is_bmp else "")


_BMP_HEADERS = tuple(struct.pack("<I", size) for size in (12, 40, 52, 56, 64, 108, 124))


def _png(first: bytes) -> Head:
    width, height, bits, colour = struct.unpack_from(">IIBB", first, 16)
    channels = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}.get(colour)
    if first[12:16] != b"IHDR" or channels is None:
        raise BadPicture("is a damaged PNG; copy it again")
    if channels in (1, 3) and _has_transparency(first):
        channels += 1
    return _upright(PNG, height, width, channels, bits, orientation_of(first))


def _has_transparency(content: bytes) -> bool:
    """Whether a PNG names colours that are transparent, before its pixels."""
    at = 8
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind in (b"tRNS", b"IDAT"):
            return bool(kind == b"tRNS")
        at += 12 + length
    return False


def _gif(first: bytes) -> Head:
    width, height = struct.unpack_from("<HH", first, 6)
    return Head(GIF, height, width, 3)


def _bmp(first: bytes) -> Head:
    (header,) = struct.unpack_from("<I", first, 14)
    form = "<HHHH" if header == 12 else "<iiHH"
    width, height, _, bits = struct.unpack_from(form, first, 18)
    return Head(BMP, abs(height), abs(width), 4 if bits == 32 else 3, max(1, min(8, bits)))


def _jpeg(first: bytes, file: Optional[IO[bytes]]) -> Head:
    """The markers up to the frame, which has the size."""
    content, at, orientation = first, 2, UPRIGHT
    while True:
        if at + 20 > len(content) and file is not None and len(content) < _MOST_HEADER:
            more = file.read(max(_FIRST, at + 20 - len(content)))
            content += more
        if content[at] != 0xFF:
            raise BadPicture("is a damaged JPEG; copy it again")
        marker = content[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker in _FRAMES:
            bits, height, width, channels = struct.unpack_from(">BHHB", content, at + 4)
            return _upright(JPEG, height, width, channels, bits, orientation)
        (length,) = struct.unpack_from(">H", content, at + 2)
        if marker == 0xE1 and content[at + 4 : at + 10] == b"Exif\0\0":
            if at + 2 + length > len(content) and file is not None:
                content += file.read(at + 2 + length - len(content))
            orientation = orientation_of(content[: at + 2 + length] + b"\xff\xd9")
        at += 2 + length


def _upright(
    kind: str, height: int, width: int, channels: int, bits: int, orientation: int
) -> Head:
    if orientation in _TURNED:
        height, width = width, height
    return Head(kind, height, width, channels, bits, orientation)


def _check_end(head: Head, file: IO[bytes], first: bytes, size: int) -> None:
    """Raises BadPicture for a file that ends before the picture does."""
    if head.kind == BMP:
        (start,) = struct.unpack_from("<I", first, 10)
        (bits,) = struct.unpack_from("<H", first, 24 if first[14] == 12 else 28)
        packed = first[14] != 12 and struct.unpack_from("<I", first, 30)[0] not in (0, 3)
        if not packed and size < start + head.height * ((head.width * bits + 31) // 32 * 4):
            raise _cut_off(BMP)
        return
    mark = {JPEG: b"\xff\xd9", PNG: b"IEND", GIF: b";"}[head.kind]
    file.seek(-8, os.SEEK_END)
    if mark in file.read():
        return
    file.seek(max(0, size - _LAST))
    if head.kind == GIF or mark not in file.read():  # a camera writes more after a JPEG
        raise _cut_off(head.kind)


def _cut_off(kind: str) -> BadPicture:
    return BadPicture("is cut off: it has no end of a {}; copy it again".format(kind))


def _why_none(first: bytes, size: int) -> str:
    if size == 0:
        return "is empty; copy it again"
    start = first.lstrip().lower() if first[:1].isspace() else first
    for magic, at, what in _OTHERS:
        if start[at : at + len(magic)].lower() == magic.lower():
            return "is {}; convert it to JPEG or PNG".format(what)
    if not first.strip(b"\0"):
        return "contains only zeros; copy it again"
    return "is no picture; convert it to JPEG or PNG"


def facts_of_heads(heads: Any) -> Dict[str, Any]:
    """The sizes (height x width) and the kinds of pictures, for ``inspect``."""
    formats: Dict[str, int] = {}
    for head in heads:
        formats[head.kind] = formats.get(head.kind, 0) + 1
    by_pixels = sorted((head.height * head.width, head.height, head.width) for head in heads)
    sizes = {
        name: list(by_pixels[int(at * (len(by_pixels) - 1))][1:])
        for name, at in (("smallest", 0.0), ("median", 0.5), ("largest", 1.0))
    }
    return {"sizes": sizes, "formats": dict(sorted(formats.items()))}
