"""The headers of picture files: size, channels, orientation, end."""

import struct

import pytest
from pictures_written import drawn, jpeg_header, png, write

from nanotrain_tui.trainer.data.folder.headers import BadPicture, Head, head_of, read_head


def read(tmp_path, content, name="x.jpg"):
    return read_head(str(write(tmp_path / name, content)), len(content))


def test_a_png(tmp_path):
    assert read(tmp_path, png(drawn(1, 9))) == Head("PNG", 9, 9, 1)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_the_orientation_of_a_jpeg_swaps_its_sides(tmp_path, orientation):
    head = read(tmp_path, jpeg_header(30, 40, orientation=orientation))
    sides = (30, 40) if orientation < 5 else (40, 30)
    assert (head.height, head.width, head.orientation) == (*sides, orientation)


def test_a_preview_before_the_frame_is_passed_over(tmp_path):
    preview = b"\xff\xe2" + struct.pack(">H", 60002) + bytes(60000)
    head = read(tmp_path, jpeg_header(30, 40, before=preview * 3))
    assert (head.height, head.width) == (30, 40)
    with pytest.raises(BadPicture):  # no file makes the program read more than 1 MiB of a header
        read(tmp_path, jpeg_header(30, 40, before=preview * 20))


def test_what_a_camera_writes_after_a_jpeg_is_no_fault(tmp_path):
    assert read(tmp_path, jpeg_header(30, 40, end=b"\xff\xd9" + bytes(3000))).kind == "JPEG"


def test_a_bmp_and_its_length(tmp_path):
    header = b"BM" + struct.pack("<IIIIiiHH", 0, 0, 54, 40, 4, -2, 1, 24) + bytes(24)
    assert read(tmp_path, header + bytes(24)) == Head("BMP", 2, 4, 3)
    with pytest.raises(BadPicture, match="no end of a BMP"):
        read(tmp_path, header + bytes(20))


def test_a_gif(tmp_path):
    gif = b"GIF89a" + struct.pack("<HH", 7, 5) + bytes(10)
    assert read(tmp_path, gif + b";") == Head("GIF", 5, 7, 3)
    with pytest.raises(BadPicture, match="no end of a GIF"):
        read(tmp_path, gif)


def test_bytes_of_another_kind(tmp_path):
    assert head_of(b"hello") is None
    assert read(tmp_path, b"hello", "notes.txt") is None


@pytest.mark.parametrize("content", [png(drawn(3)), jpeg_header(5, 6, orientation=6)])
def test_no_cut_raises_anything_but_a_bad_picture(tmp_path, content):
    for length in range(len(content)):
        try:
            read(tmp_path, content[:length])
        except BadPicture:
            continue
