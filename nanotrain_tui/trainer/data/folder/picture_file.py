"""One picture file as grey pixels: PNG, JPEG, BMP or GIF, rotated as its EXIF data says.

TensorFlow decodes the files. This module adds what its decoders ignore: EXIF's orientation, the
palette of a BMP, and transparent pixels.
"""

import struct
from typing import Any, NamedTuple, Tuple

import numpy as np

Array = Any
MOST_PIXELS = 100 * 1000 * 1000
UPRIGHT = 1  # EXIF's orientations are 1 to 8
_ORIENTATION = 0x0112
_SHORT = 3
_PNG, _JPEG, _BMP, _GIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"BM", (b"GIF87a", b"GIF89a")
_KINDS = ((_PNG, "PNG"), (_JPEG, "JPEG"), (_BMP, "BMP"), (_GIF, "GIF"))
_DAMAGED = "is a damaged or incomplete {}; copy it again."
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


class Unreadable(Exception):
    """Bytes that hold no image for this network; the message completes 'FILE ...'."""


class Grey(NamedTuple):
    """A picture float32 (height, width), 0 is black and 255 white; its orientation in the file."""

    pixels: Array
    orientation: int = UPRIGHT


def read_grey(content: bytes) -> Grey:
    """The picture, turned upright; of a GIF the first frame. Raises Unreadable."""
    kind = next((name for magic, name in _KINDS if content.startswith(magic)), "")
    decoded = pixels_of(content, kind)
    orientation = orientation_of(content)
    return Grey(turned(to_grey(decoded), orientation), orientation)


def pixels_of(content: bytes, kind: str) -> Array:
    """The pixels uint8 (height, width, 1 to 4 channels) as they lie in a file of this kind.

    Raises Unreadable.
    """
    if kind == "BMP" and _bits_of(content) <= 8:
        return _palette_bmp(content)
    return _decoded(opaque(content) if kind == "GIF" else content, kind)


def _decoded(content: bytes, kind: str) -> Array:
    """uint8 (height, width, 1 to 4 channels), by TensorFlow's decoders."""
    import tensorflow as tf

    try:
        decoded = tf.io.decode_image(content, expand_animations=False).numpy()
    except tf.errors.OpError as error:
        if kind:
            raise Unreadable(_DAMAGED.format(kind)) from error
        raise Unreadable(
            "is no PNG, JPEG, BMP, GIF, IDX or .npz file; convert it to one of these."
        ) from error
    if decoded.shape[0] * decoded.shape[1] > MOST_PIXELS:
        raise Unreadable("has more than 100 million pixels; scale it down.")
    if not decoded.size:
        raise Unreadable("has no pixels.")
    return decoded


def to_grey(decoded: Array) -> Array:
    """Luma float32 (height, width); transparent pixels become paper, unless all are transparent."""
    pixels = decoded.astype(np.float32)
    channels = pixels.shape[-1]
    grey = pixels[..., :3] @ _LUMA if channels >= 3 else pixels[..., 0]
    if channels in (2, 4) and decoded[..., -1].any():
        opacity = pixels[..., -1] / 255.0
        ink = float((grey * opacity).sum() / opacity.sum())
        paper = 255.0 if ink < 128.0 else 0.0  # of the other brightness than what is drawn
        grey = grey * opacity + paper * (1.0 - opacity)
    return grey


def turned(picture: Array, orientation: int) -> Array:
    """The picture (height, width, ...) upright, given EXIF's orientation (1 to 8)."""
    if orientation in (5, 6, 7, 8):
        picture = picture.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    return picture


def orientation_of(content: bytes) -> int:
    """EXIF's orientation of a JPEG or PNG; 1 if it is missing or not valid."""
    try:
        if content.startswith(_JPEG):
            return _orientation(_exif_of_jpeg(content))
        if content.startswith(_PNG):
            return _orientation(_exif_of_png(content))
    except (struct.error, IndexError):
        pass  # cut short: the picture itself may be whole
    return UPRIGHT


def _exif_of_jpeg(content: bytes) -> bytes:
    """The TIFF inside the first segment APP1 that is EXIF's; empty without one."""
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker in (0xDA, 0xD9):  # the pixels, the end
            break
        (length,) = struct.unpack_from(">H", content, at + 2)
        segment = content[at + 4 : at + 2 + length]
        if marker == 0xE1 and segment.startswith(b"Exif\0\0"):
            return segment[6:]
        at += 2 + length
    return b""


def _exif_of_png(content: bytes) -> bytes:
    at = len(_PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"eXIf":
            return content[at + 8 : at + 8 + length]
        at += 12 + length
    return b""


def _orientation(tiff: bytes) -> int:
    """That of the first directory of a TIFF header."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, start)
    for i in range(count):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * i)
        if tag == _ORIENTATION:
            return value if kind == _SHORT and 1 <= value <= 8 else UPRIGHT
    return UPRIGHT


def opaque(content: bytes) -> bytes:
    """A GIF without its mark of a transparent colour, which TensorFlow would make black."""
    changed = bytearray(content)
    at = content.find(b"\x21\xf9\x04")
    while 0 <= at < len(content) - 7:
        if content[at + 7] == 0:  # the end of a graphic control extension
            changed[at + 3] &= 0xFE
        at = content.find(b"\x21\xf9\x04", at + 3)
    return bytes(changed)


def _bits_of(content: bytes) -> int:
    """Bits a pixel of a BMP; many where the header is cut short or of another kind."""
    header = content[14:18] + content[28:30]
    size, bits = struct.unpack("<IH", header) if len(header) == 6 else (0, 32)
    return bits if size >= 40 else 32


def _palette_bmp(content: bytes) -> Array:
    """The colours uint8 (height, width, 3) of a BMP of 1, 4 or 8 bits a pixel."""
    try:
        (start,) = struct.unpack_from("<I", content, 10)
        header, width, height, _, bits, packed = struct.unpack_from("<IiiHHI", content, 14)
        (used,) = struct.unpack_from("<I", content, 46)
        rows, colours = abs(height), used or 1 << bits
        stride = (width * bits + 31) // 32 * 4
        if packed or bits not in (1, 4, 8) or not 0 < width * rows <= MOST_PIXELS:
            raise Unreadable("is a BMP of a rare kind; convert it to PNG.")
        palette = _part(content, 14 + header, min(colours, 256) * 4).reshape(-1, 4)[:, 2::-1]
        lines = _part(content, start, rows * stride).reshape(rows, stride)
    except (struct.error, ValueError):
        raise Unreadable(_DAMAGED.format("BMP")) from None
    indices = _indices(lines, bits)[:, :width]
    if int(indices.max()) >= len(palette):
        raise Unreadable("is a damaged BMP: it uses colours that it does not name.")
    return palette[indices if height < 0 else indices[::-1]]


def _part(content: bytes, start: int, length: int) -> Array:
    part = np.frombuffer(content, np.uint8, offset=min(start, len(content)))[:length]
    if len(part) < length:
        raise ValueError
    return part


def _indices(lines: Array, bits: int) -> Array:
    """The pixels packed in each line's bytes, the first in the highest bits."""
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    values: Tuple[int, ...] = lines.shape
    split = (lines[..., None] >> shifts) & ((1 << bits) - 1)
    return split.reshape(values[0], -1)
