"""What TensorFlow's decoders pass over: orientation, palettes; damaged files are told."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.data.folder.picture_file import (
    Unreadable,
    orientation_of,
    read_grey,
    to_grey,
    turned,
)

SHOWN = np.arange(6).reshape(2, 3)
# How each orientation stores what is to be SHOWN: the inverse of EXIF's table.
STORED = {
    1: SHOWN,
    2: SHOWN[:, ::-1],
    3: SHOWN[::-1, ::-1],
    4: SHOWN[::-1],
    5: SHOWN.T,
    6: np.rot90(SHOWN),
    7: SHOWN[::-1, ::-1].T,
    8: np.rot90(SHOWN, -1),
}


def tiff(orientation, order="<", kind=3):
    mark = b"II" if order == "<" else b"MM"
    entries = struct.pack(order + "HHII", 0x010F, 2, 1, 0)  # a maker
    entries += struct.pack(order + "HHIHH", 0x0112, kind, 1, orientation, 0)
    return mark + struct.pack(order + "HIH", 42, 8, 2) + entries + bytes(4)


def jpeg(exif):
    segment = b"Exif\0\0" + exif
    other = b"\xff\xe0" + struct.pack(">H", 4) + b"JF"
    return b"\xff\xd8" + other + b"\xff\xe1" + struct.pack(">H", 2 + len(segment)) + segment


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(pixels, *chunks):
    """uint8 (height, width) or (height, width, channels) as a PNG."""
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    height, width = pixels.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, colour, 0, 0, 0)
    big_endian = pixels.astype(pixels.dtype.newbyteorder(">"))
    rows = b"".join(b"\0" + row.tobytes() for row in big_endian)
    body = chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def bmp(indices, palette, bits):
    """Rows of palette indices as an uncompressed BMP, the lowest row first."""
    height, width = indices.shape
    lines = []
    for row in indices[::-1]:
        text = "".join(f"{index:0{bits}b}" for index in row)
        text = text.ljust(-(-len(text) // 32) * 32, "0")
        lines.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
    colours = b"".join(bytes([*colour[::-1], 0]) for colour in palette)
    start = 54 + len(colours)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, 0, 0, 0, len(palette), 0)
    body = colours + b"".join(lines)
    return b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, start) + info + body


@pytest.mark.parametrize("orientation", STORED)
def test_a_picture_is_turned_upright(orientation):
    np.testing.assert_array_equal(turned(STORED[orientation], orientation), SHOWN)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", "<>")
def test_the_orientation_is_read(orientation, order):
    assert orientation_of(jpeg(tiff(orientation, order))) == orientation
    made = png(np.zeros((2, 2), np.uint8), chunk(b"eXIf", tiff(orientation, order)))
    assert orientation_of(made) == orientation


@pytest.mark.parametrize(
    "content",
    [
        jpeg(tiff(9)),
        jpeg(tiff(6, kind=4)),
        jpeg(b"XX"),
        jpeg(b""),
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"GIF89a",
    ],
)
def test_an_exif_that_makes_no_sense_is_passed_over(content):
    assert orientation_of(content) == 1


@given(st.binary(max_size=60), st.integers(0, 80))
def test_no_exif_raises(noise, cut):
    for content in (
        jpeg(tiff(6))[:cut] + noise,
        jpeg(tiff(6)[:cut] + noise),
        b"\x89PNG\r\n\x1a\n" + noise,
    ):
        assert 1 <= orientation_of(content) <= 8


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_a_bmp_shows_its_palettes_colours(bits):
    indices = np.array([[0, 1, 1, 0, 0], [1, 0, 0, 1, 0], [0, 0, 1, 1, 1]])
    grey = read_grey(bmp(indices, [(255, 255, 255), (0, 0, 0)], bits)).pixels
    np.testing.assert_allclose(grey, np.where(indices, 0, 255), atol=1e-3)


def test_a_damaged_bmp_is_told():
    whole = bmp(np.array([[0, 1]]), [(0, 0, 0), (9, 9, 9)], 8)
    with pytest.raises(Unreadable, match=r"is a damaged or incomplete BMP; copy it again\."):
        read_grey(whole[:-3])
    with pytest.raises(Unreadable, match="uses colours that it does not name"):
        read_grey(bmp(np.array([[0, 2]]), [(0, 0, 0), (9, 9, 9)], 8))


def test_transparency_is_paper():
    ink = np.zeros((6, 6, 4), np.uint8)  # black ink on nothing
    ink[2:4, 2:4, 3] = 255
    grey = to_grey(ink)
    assert grey[0, 0] == 255 and grey[2, 2] == 0
    ink[..., :3] = 255  # white ink on nothing
    assert to_grey(ink)[0, 0] == 0


def test_a_picture_that_is_wholly_transparent_is_read_by_its_colours():
    picture = np.zeros((4, 4, 2), np.uint8)
    picture[1, 1, 0] = 200
    np.testing.assert_array_equal(to_grey(picture), picture[..., 0])


@pytest.mark.tensorflow
def test_pngs_of_all_depths_are_the_same_grey():
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
    colour = np.repeat(grey[..., None], 3, axis=2)
    opaque = np.concatenate([colour, np.full((3, 4, 1), 255, np.uint8)], axis=2)
    for picture in (grey, grey.astype(np.uint16) * 257, colour, opaque, opaque[..., 2:]):
        np.testing.assert_allclose(read_grey(png(picture)).pixels, grey, atol=1e-3)
    turned_png = png(np.rot90(grey), chunk(b"eXIf", tiff(6)))
    np.testing.assert_allclose(read_grey(turned_png).pixels, grey, atol=1e-3)
    assert read_grey(turned_png).orientation == 6


@pytest.mark.tensorflow
def test_a_jpeg_is_turned_upright():
    import tensorflow as tf

    grey = np.full((16, 32), 255, np.uint8)
    grey[:8, :8] = 0
    plain = tf.io.encode_jpeg(grey[..., None], quality=95).numpy()
    exif = jpeg(tiff(8))[8:]  # only its APP1
    found = read_grey(plain[:2] + exif + plain[2:])
    assert found.orientation == 8 and found.pixels.shape == (32, 16)
    assert found.pixels[-4, 4] < 40 and found.pixels[4, 4] > 200


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (png(np.zeros((40, 40), np.uint8))[:60], "is a damaged or incomplete PNG; copy it again."),
        (b"\xff\xd8\xff\xe0", "is a damaged or incomplete JPEG; copy it again."),
        (b"GIF89a", "is a damaged or incomplete GIF; copy it again."),
        (b"BM", "is a damaged or incomplete BMP; copy it again."),
        (b"hello", "is no PNG, JPEG, BMP, GIF, IDX or .npz file; convert it to one of these."),
    ],
)
def test_what_is_no_picture_is_told(content, why):
    with pytest.raises(Unreadable) as told:
        read_grey(content)
    assert str(told.value) == why


# Two pixels, the left one transparent: its palette colour is white, TensorFlow makes it black.
GIF = (
    b"GIF89a\x02\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00"
    b"!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x02\x00\x01\x00\x00\x02\x02D\n\x00;"
)


@pytest.mark.tensorflow
def test_a_gifs_transparent_colour_is_its_palettes():
    np.testing.assert_allclose(read_grey(GIF).pixels, [[255, 0]], atol=1e-3)
