"""Picture files that tests write, without a library."""

import struct
import zlib

import numpy as np


def png(pixels):
    """A PNG of uint8 (height, width), (height, width, 3) or (height, width, 4)."""
    pixels = np.asarray(pixels, np.uint8)
    colour = {2: 0, 3: 2}[pixels.ndim]
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        colour = 6
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def jpeg_header(height, width, channels=3, orientation=0, end=b"\xff\xd9", before=b""):
    """The markers of a JPEG without its pixels."""
    exif = b""
    if orientation:
        tiff = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
        body = b"Exif\0\0" + tiff + b"\0\0\0\0"
        exif = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    frame = struct.pack(">BHHB", 8, height, width, channels) + b"\0" * 3 * channels
    frame = b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame
    return b"\xff\xd8" + before + exif + frame + b"\0" * 20 + end


def drawn(number, side=8):
    """A grey picture of its own: a bright square at a place that depends on the number."""
    pixels = np.zeros((side, side), np.uint8)
    place = number % (side - 2)
    pixels[place : place + 3, place : place + 3] = 120 + number % 130
    pixels[0, 0] = number % 251
    pixels[0, 1] = number // 251 % 251
    return pixels


def write(path, content):
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def class_folders(root, counts, first=0):
    """Write so many pictures for each class: dark ones, then bright ones. Returns the root."""
    number = first
    for place, (name, count) in enumerate(counts.items()):
        for one in range(count):
            pixels = drawn(number) // 2 + place * 60
            write(root / name / f"{one}.png", png(pixels))
            number += 1
    return root
