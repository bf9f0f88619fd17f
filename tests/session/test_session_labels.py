"""Labels beside a recording, and in a copy that is imported elsewhere."""

import io

import pytest
from session_recordings import recording

from nanotrain_tui.export import Options, get_format
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.labels import (
    LONGEST_NOTE,
    MOST_TAGS,
    Labels,
    noted,
    parse_labels,
    read_labels,
    tagged,
    write_labels,
)
from nanotrain_tui.session.recording.portable import import_file
from nanotrain_tui.session.recording.reader import SessionReader


@pytest.mark.parametrize(
    "labels",
    [
        Labels(("keep", "old"), "good\nbetter"), Labels((), "a note without tags"),
        Labels(("a-tag-without-a-note",)), Labels(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["session", "bundle"])
def test_labels_come_along_with_a_copy(tmp_path, labels, form):
    with recording(tmp_path / "here") as (folder, recorder):
        recorder.commit()
        if labels != Labels():
            write_labels(folder, labels)
        out = io.BytesIO()
        with SessionReader(folder) as reader:
            get_format(form).write(reader, out, Options())
    (tmp_path / "file").write_bytes(out.getvalue())
    imported = import_file(str(tmp_path / "file"), str(tmp_path / "there"))
    assert read_labels(imported) == labels


def test_tags_are_added_removed_and_sorted():
    labels = tagged(Labels(("b",), "note"), ["c", "a"])
    assert labels == Labels(("a", "b", "c"), "note")
    assert tagged(labels, ["d"], ["a", "b", "never"]) == Labels(("c", "d"), "note")


@pytest.mark.parametrize("tag", ["", "-a", "+a", ",", "a b", "a,b", "x" * 33, "a\n", "a\x1b"])
def test_an_invalid_tag_is_refused(tag):
    with pytest.raises(SessionError, match="is not a tag"):
        tagged(Labels(), [tag])
    assert parse_labels({"tags": [tag, "x" * 32], "note": None}) == Labels(("x" * 32,))


def test_as_many_tags_as_are_allowed():
    most = [f"t{number}" for number in range(MOST_TAGS)]
    assert len(tagged(Labels(), most).tags) == MOST_TAGS
    with pytest.raises(SessionError, match="at most 32 tags"):
        tagged(Labels(tuple(most)), ["one-more"])
    assert len(parse_labels({"tags": [*most, "one-more"]}).tags) == MOST_TAGS


def test_a_note_of_the_longest_length():
    longest = "x" * LONGEST_NOTE
    assert noted(Labels(("a",)), f"  {longest} ") == Labels(("a",), longest)
    with pytest.raises(SessionError, match="at most 4000 characters"):
        noted(Labels(), longest + "x")
    assert parse_labels({"note": longest + "y"}).note == longest


@pytest.mark.parametrize("found", [None, [], "text", {"tags": "text", "note": 7}, {}])
def test_labels_of_another_shape_are_none(found):
    assert parse_labels(found) == Labels()
