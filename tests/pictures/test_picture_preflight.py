"""Every fault of a folder of pictures is named, with the file and what to do about it."""

import json
import os
import socket

import pytest
from pictures_written import class_folders, drawn, jpeg_header, png, write

from nanotrain_tui.trainer.data import inspect
from nanotrain_tui.trainer.data.folder.headers import Head
from nanotrain_tui.trainer.data.folder.preparation import chosen


def look(root, **more):
    config = {"data.name": "folder", "data.path": str(root)}
    return inspect({**config, **{f"data.{key}": value for key, value in more.items()}})


def problems(facts):
    return [f"{one['message']} | {one['hint']}" for one in facts["problems"]]


def error(root, **more):
    facts = look(root, **more)
    assert not facts["ok"], facts
    return facts["message"]


def test_the_facts_of_class_folders(tmp_path):
    class_folders(tmp_path, {"my cat": 10, "dog": 10, "emu": 5})
    facts = look(tmp_path)
    assert facts["ok"] and facts["class_names"] == ["dog", "emu", "my cat"]
    assert (facts["train"], facts["test"]) == (20, 5) and facts["shape"] == [8, 8]
    assert facts["class_counts"] == {"train": [8, 4, 8], "test": [2, 1, 2]}
    assert facts["sizes"] == {"smallest": [8, 8], "median": [8, 8], "largest": [8, 8]}
    assert facts["formats"] == {"PNG": 25} and facts["problems"] == []
    assert facts["task"] == "classification" and facts["preset"] == "small-cnn"
    assert facts["preprocessing"]["target"]["classes"] == facts["class_names"]
    json.dumps(facts)


def test_a_note_says_what_becomes_of_pictures_of_another_size():
    config = {"data.size": "10x20", "data.color": "grey"}
    heads = [Head("PNG", 10, 20, 1)] * 3
    assert chosen(heads, config)[1] == []
    (note,) = chosen([*heads, Head("PNG", 20, 20, 1)], config)[1]
    assert "becomes 10 x 20 pixels; one of another aspect is cut to its middle" in note


def test_two_classes_are_binary(tmp_path):
    facts = look(class_folders(tmp_path, {"a": 5, "b": 5}))
    assert facts["task"] == "binary" and facts["outputs"] == 1
    assert look(tmp_path, task="classification")["outputs"] == 2
    assert "Class folders have classes" in error(tmp_path, task="regression")


@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "VALIDATION", "Testing")])
def test_three_parts(tmp_path, names):
    for place, name in enumerate(names):
        class_folders(tmp_path / name, {"a": 6 - place, "b": 6 - place}, 100 * place)
    facts = look(tmp_path)
    assert (facts["train"], facts["validation"], facts["test"]) == (12, 10, 8)


def test_a_part_for_validation_alone_is_for_testing(tmp_path):
    class_folders(tmp_path / "train", {"a": 6, "b": 6})
    class_folders(tmp_path / "valid", {"a": 2, "b": 2}, 100)
    facts = look(tmp_path)
    assert facts["test"] == 4 and "validation" not in facts
    assert "valid is the part for testing" in facts["notes"][0]


def test_a_test_folder_elsewhere(tmp_path):
    class_folders(tmp_path / "mine", {"a": 6, "b": 6})
    class_folders(tmp_path / "other", {"a": 2, "b": 2}, 100)
    facts = look(tmp_path / "mine", test_path=str(tmp_path / "other"))
    assert (facts["train"], facts["test"]) == (12, 4)
    class_folders(tmp_path / "both" / "train", {"a": 2, "b": 2})
    class_folders(tmp_path / "both" / "test", {"a": 2, "b": 2})
    message = error(tmp_path / "both", test_path=str(tmp_path / "other"))
    assert "leave one of them out" in message


def test_folders_that_cannot_be_trained(tmp_path):
    assert "there is no folder" in error(tmp_path / "none")
    write(tmp_path / "file", b"")
    assert "is a file; name the folder" in error(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    assert "is an empty folder" in error(tmp_path / "empty")
    write(tmp_path / "flat" / "a.png", png(drawn(1)))
    assert "no class folders. Make a folder for each class" in error(tmp_path / "flat")
    class_folders(tmp_path / "one", {"a": 3})
    assert "has one class, 'a'" in error(tmp_path / "one")
    class_folders(tmp_path / "deep" / "set", {"a": 3, "b": 3})
    assert f"name the folder {tmp_path / 'deep' / 'set'}" in error(tmp_path / "deep")
    class_folders(tmp_path / "parts" / "test", {"a": 3, "b": 3})
    assert "has no folder train beside test" in error(tmp_path / "parts")
    class_folders(tmp_path / "twice" / "train", {"a": 3, "b": 3})
    class_folders(tmp_path / "twice" / "training", {"a": 3, "b": 3})
    assert "are both a part for train" in error(tmp_path / "twice")
    for name in "ab":
        write(tmp_path / "texts" / name / "note.txt", b"hello")
    message = error(tmp_path / "texts")
    assert "has no picture in its class folders" in message and "note.txt" in message


def test_problems_of_parts(tmp_path):
    class_folders(tmp_path / "train", {"a": 2, "b": 2, "only here": 2})
    class_folders(tmp_path / "test", {"a": 9, "b": 9, "only there": 3}, 100)
    said = "\n".join(problems(look(tmp_path)))
    assert "21 pictures, more than the 6" in said and "swapped, rename the folders" in said
    assert "'only there'" in said and "cannot be learned" in said
    assert "'only here'" in said and "is not tested" in said


def test_a_part_without_pictures(tmp_path):
    class_folders(tmp_path / "train", {"a": 2, "b": 2})
    write(tmp_path / "val" / "a" / "notes.txt", b"-")
    assert f"{tmp_path / 'val'} has no picture" in error(tmp_path)


def test_problems_of_classes(tmp_path):
    class_folders(tmp_path, {"many": 60, "few": 5})
    (tmp_path / "nothing").mkdir()
    write(tmp_path / "loose.JPG", jpeg_header(8, 8))
    said = problems(look(tmp_path))
    assert any("nothing has no picture. | Put pictures into it" in one for one in said)
    assert any("loose.JPG. | Move them into the folder of their class" in one for one in said)
    assert any("train.class_weights = balanced" in one for one in said)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.png", b"", "is empty; copy it again"),
        ("cut.png", png(drawn(1))[:-12], "is cut off: it has no end of a PNG"),
        ("cut.jpg", jpeg_header(8, 8, end=b""), "is cut off: it has no end of a JPEG"),
        ("head.jpg", b"\xff\xd8\xff\xe0\0", "is cut off in its header"),
        ("page.jpg", b"<html>Not found", "is a web page"),
        ("new.webp", b"RIFF\0\0\0\0WEBPVP8 ", "is a WebP picture; convert it"),
        ("phone.HEIC", b"\0\0\0\x18ftypheic", "is a HEIC picture"),
        ("zeros.jpeg", bytes(500), "contains only zeros"),
        ("text.png", b"hello there", "is no picture"),
        ("huge.jpg", jpeg_header(60000, 60000), "has more than 100 million pixels"),
    ],
)
def test_damaged_files(tmp_path, name, content, why):
    class_folders(tmp_path, {"a": 5, "b": 5})
    path = write(tmp_path / "a" / name, content)
    message = error(tmp_path)
    assert f"{path} {why}" in message and "data.skip_damaged = on" in message
    facts = look(tmp_path, skip_damaged=True)
    assert facts["train"] + facts["test"] == 10
    assert any(f"1 damaged file is left out: {path} {why}" in one for one in problems(facts))


def test_many_damaged_files_are_counted(tmp_path):
    class_folders(tmp_path, {"a": 5, "b": 5})
    for number in range(6):
        write(tmp_path / "b" / f"bad {number}.jpg", b"")
    assert "5 other files are damaged, too" in error(tmp_path)


def test_content_decides_and_not_the_name(tmp_path):
    class_folders(tmp_path, {"a": 5, "b": 5})
    write(tmp_path / "a" / "really a png.jpg", png(drawn(77)))
    write(tmp_path / "b" / "NO_ENDING", png(drawn(78)))
    write(tmp_path / "b" / "SHOUT.PNG", png(drawn(79)))
    write(tmp_path / "b" / "labels.xml", b"<x/>")
    facts = look(tmp_path)
    assert facts["train"] + facts["test"] == 13
    assert any("labels.xml" in note for note in facts["notes"])


def test_what_systems_leave_behind_is_no_file(tmp_path):
    class_folders(tmp_path, {"a": 5, "b": 5})
    for name in (".DS_Store", "Thumbs.db", ".hidden.png", "desktop.ini"):
        write(tmp_path / "a" / name, b"\0\1")
    class_folders(tmp_path, {".git": 2, "__MACOSX": 2})
    facts = look(tmp_path)
    assert facts["class_names"] == ["a", "b"] and facts["train"] + facts["test"] == 10
    assert facts["problems"] == []


def test_nested_folders_belong_to_their_class(tmp_path):
    class_folders(tmp_path, {"a": 5, "b": 5})
    class_folders(tmp_path / "a", {"monday": 2, "tuesday": 2}, 50)
    assert look(tmp_path)["class_counts"]["train"] == [7, 4]


def test_names_that_are_no_utf8(tmp_path):
    class_folders(tmp_path, {"b": 5})
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    for number in range(5):
        write(folder / os.fsdecode(b"\xff%d.png" % number), png(drawn(40 + number)))
    facts = look(tmp_path)
    assert facts["class_names"] == ["b", "caf\\xe9"] and facts["ok"]


def test_links_are_followed_and_loops_are_told(tmp_path):
    class_folders(tmp_path / "real", {"a": 5, "b": 5})
    root = tmp_path / "linked"
    root.mkdir()
    (root / "a").symlink_to(tmp_path / "real" / "a")
    (root / "b").symlink_to(tmp_path / "real" / "b")
    (root / "b" / "loop").symlink_to(root / "b")
    (root / "a" / "gone.png").symlink_to(tmp_path / "nowhere")
    facts = look(root)
    assert facts["train"] + facts["test"] == 10
    said = "\n".join(problems(facts))
    assert "loop is a link to a folder that it lies in" in said or "1 more" in said
    assert "gone.png is a link to nothing" in said


def test_pipes_and_sockets_are_not_read(tmp_path, monkeypatch):
    class_folders(tmp_path, {"a": 5, "b": 5})
    os.mkfifo(tmp_path / "a" / "pipe.png")
    with socket.socket(socket.AF_UNIX) as unix:
        monkeypatch.chdir(tmp_path)
        unix.bind("b/socket")
        facts = look(tmp_path)
    said = "\n".join(problems(facts))
    assert "pipe.png is a pipe" in said and facts["ok"]


def test_an_unreadable_folder_is_refused_with_the_cure(tmp_path, monkeypatch):
    class_folders(tmp_path, {"a": 5, "b": 5})
    real = os.scandir

    def refusing(path):
        if str(path).endswith("/b"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    message = error(tmp_path)
    assert f"{tmp_path / 'b'} cannot be read: Permission denied." in message
    assert "chmod -R u+rX" in message


def test_repeats_in_two_parts(tmp_path):
    class_folders(tmp_path / "train", {"a": 5, "b": 5})
    class_folders(tmp_path / "test", {"a": 2, "b": 2}, 100)
    write(tmp_path / "test" / "b" / "same.png", (tmp_path / "train" / "a" / "3.png").read_bytes())
    said = "\n".join(problems(look(tmp_path)))
    assert "1 of the 5 test pictures is also there for training" in said
    assert "test/b/same.png and train/a/3.png" in said


def test_a_large_file_is_told_by_its_header(tmp_path):
    class_folders(tmp_path, {"a": 3, "b": 3})
    write(tmp_path / "a" / "big.jpg", jpeg_header(4000, 6000, end=bytes(1 << 20) + b"\xff\xd9"))
    assert look(tmp_path)["sizes"]["largest"] == [4000, 6000]


def test_identity_is_of_names_sizes_times_and_settings(tmp_path):
    class_folders(tmp_path, {"a": 5, "b": 5})
    first = look(tmp_path)["identity"]
    assert look(tmp_path)["identity"] == first
    assert look(tmp_path, size="16x16")["identity"] != first
    assert look(tmp_path, split="0.3")["identity"] != first
    os.utime(tmp_path / "a" / "0.png", ns=(1, 1))
    assert look(tmp_path)["identity"] != first


def test_settings_of_the_input(tmp_path):
    class_folders(tmp_path, {"a": 5, "b": 5})
    assert look(tmp_path, size="16x24", color="rgb")["shape"] == [16, 24, 3]
    assert look(tmp_path, size="16")["shape"] == [16, 16]
    assert "is no size" in error(tmp_path, size="big")
    assert "has no column" in error(tmp_path, split="fold")
    write(tmp_path / "a" / "colour.jpg", jpeg_header(200, 300))
    assert look(tmp_path)["shape"] == [8, 8, 3]
    assert look(tmp_path, color="grey")["shape"] == [8, 8]


def test_auto_takes_the_median_side_at_most_96(tmp_path):
    for number, side in enumerate((50, 400, 300)):
        for name in "ab":
            write(tmp_path / name / f"{number}.jpg", jpeg_header(side, side + number + 1))
    assert look(tmp_path, split="0.5")["shape"] == [96, 96, 3]
    for number in range(5):
        write(tmp_path / "a" / f"small {number}.jpg", jpeg_header(40, 60))
    assert look(tmp_path, split="0.5")["shape"] == [50, 50, 3]
