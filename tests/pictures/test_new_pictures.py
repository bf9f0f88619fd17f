"""New pictures for a session that was trained on pictures, by the names of their folders."""

import pytest
from pictures_written import class_folders, drawn, png, write

from nanotrain_tui.cli.predictions.text import accuracy_line
from nanotrain_tui.trainer.data.dataset import DataError
from nanotrain_tui.trainer.data.folder.preparation import PicturePreparation
from nanotrain_tui.trainer.saved.outcome import Outcome
from nanotrain_tui.trainer.saved.picture_examples import folder_examples, one_picture

KINDS = Outcome("classification", ["cat", "my dog"], True)
ANGLES = Outcome("regression", targets=["angle"], mean=[0.0], deviation=[1.0])
GREY = PicturePreparation((8, 8), "crop", "grey", "classification", ["cat", "my dog"])


def found_in(folder, targets=True, outcome=KINDS, limit=0, trained_on=""):
    return folder_examples(str(folder), GREY, outcome, limit, targets, str(trained_on))


def refused(folder, **options):
    with pytest.raises(DataError) as error:
        found_in(folder, **options)
    return error.value.message


def test_the_class_folders_name_the_targets(tmp_path):
    class_folders(tmp_path, {"cat": 2, "my dog": 3})
    found = found_in(tmp_path)
    assert found.size == 5 and found.targets.tolist() == [0, 0, 1, 1, 1]
    assert found.about(2) == {"file": str(tmp_path / "my dog" / "0.png"), "index": 0}
    assert found.notes == []
    assert "were trained on" in found_in(tmp_path, trained_on=tmp_path / "." / "").notes[0]


def test_the_part_for_testing_is_evaluated(tmp_path):
    class_folders(tmp_path / "train", {"cat": 2, "my dog": 3})
    class_folders(tmp_path / "val", {"cat": 1, "my dog": 1}, 9)
    found = found_in(tmp_path)
    assert found.size == 2
    assert found.notes == [f"These are the pictures of its part {tmp_path / 'val'}."]


def test_all_pictures_are_predicted_those_in_class_folders_with_labels(tmp_path):
    class_folders(tmp_path / "test", {"cat": 1, "hen": 1})
    write(tmp_path / "a.png", png(drawn(5)))
    write(tmp_path / "notes.txt", b"no picture")
    write(tmp_path / "cut.png", png(drawn(6))[:-12])
    found = found_in(tmp_path, targets=False)
    assert sorted(found.targets.tolist()) == [-1, -1, 0]
    assert found.notes == [f"1 damaged picture is left out: {tmp_path / 'cut.png'}."]
    assert found_in(tmp_path, targets=False, limit=2).size == 2
    assert found_in(tmp_path, targets=False, outcome=ANGLES).targets is None


def test_what_cannot_be_evaluated(tmp_path):
    class_folders(tmp_path / "a", {"cat": 1, "hen": 1})
    assert "does not know the class 'hen'; it knows 'cat', 'my dog'." in refused(tmp_path / "a")
    write(tmp_path / "b" / "1.png", png(drawn(1)))
    assert "has no class folders with pictures" in refused(tmp_path / "b")
    (tmp_path / "c").mkdir()
    assert "has no picture" in refused(tmp_path / "c", targets=False)
    assert "has no manifest.json" in refused(tmp_path / "b", outcome=ANGLES)
    with pytest.raises(DataError, match="name a folder of class folders"):
        one_picture(png(drawn(1)), GREY, True)


def test_mistakes_have_the_names_of_the_classes():
    answer = {"accuracy": 0.5, "labelled": 4, "confusion": [[2, 2], [0, 0]]}
    assert accuracy_line(answer).endswith("mistakes: 0 as 1 (2)")
    named = {**answer, "classes": ["cat", "my dog"]}
    assert accuracy_line(named).endswith("mistakes: cat as my dog (2)")
