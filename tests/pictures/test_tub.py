"""A DonkeyCar's tub: its records, its faults, and what is predicted of a picture."""

import json

import numpy as np
import pytest
from pictures_written import drawn, png, tub, write

from nanotrain_tui.config import guess
from nanotrain_tui.trainer import data
from nanotrain_tui.trainer.saved.outcome import Outcome
from nanotrain_tui.trainer.saved.picture_examples import folder_examples

RECORDS = [(number % 9 / 8 * 2 - 1, 0.2 + number % 4 / 10) for number in range(40)]


def facts(root, **changes):
    config = {"data.name": "tub", "data.path": str(root), "data.split": 0.25, "data.seed": 3}
    return data.inspect({**config, **changes})


def refused(root, **changes):
    answer = facts(root, **changes)
    assert not answer["ok"]
    return answer["key"], answer["message"]


def test_angle_and_throttle_are_predicted(tmp_path):
    found = facts(tub(tmp_path, RECORDS))
    assert found["ok"], found
    assert (found["task"], found["outputs"], found["shape"]) == ("regression", 2, [12, 12])
    assert (found["train"], found["test"]) == (30, 10)
    target = found["preprocessing"]["target"]
    assert target["columns"] == ["user/angle", "user/throttle"]
    assert np.abs(target["mean"]).max() < 1.0 and min(target["deviation"]) > 0.0
    assert facts(tmp_path)["identity"] == found["identity"]
    one = facts(tmp_path, **{"data.target": "user/angle"})
    assert one["outputs"] == 1 and one["identity"] != found["identity"]


def test_deleted_records_are_left_out(tmp_path):
    found = facts(tub(tmp_path, RECORDS, deleted=range(8)))
    assert found["train"] + found["test"] == 32
    assert "8 deleted records are left out." in found["notes"]


def test_a_target_that_never_changes_is_not_predicted(tmp_path):
    found = facts(tub(tmp_path, [(angle, 0.5) for angle, _ in RECORDS]))
    assert found["preprocessing"]["target"]["columns"] == ["user/angle"]
    assert "user/throttle is the same in every record; it is not predicted." in found["notes"]
    key, message = refused(tmp_path, **{"data.target": "user/throttle"})
    assert key == "data.target" and "there is nothing to learn" in message


def test_a_folder_with_a_manifest_is_guessed(tmp_path):
    assert guess(str(tub(tmp_path, RECORDS))).values["data.name"] == "tub"


def test_what_is_wrong_is_named(tmp_path):
    root = tub(tmp_path, RECORDS)
    assert refused(root, **{"data.target": "pilot/angle"}) == (
        "data.target",
        f"{root} records no 'pilot/angle'; it records user/angle, user/throttle.",
    )
    assert "is the picture" in refused(root, **{"data.target": "cam/image_array"})[1]
    assert "choose regression" in refused(root, **{"data.task": "binary"})[1]
    assert facts(root, **{"data.task": "regression"})["ok"]
    assert "has no column 'part'" in refused(root, **{"data.split": "part"})[1]
    assert "are not deleted" in refused(tub(tmp_path / "all", RECORDS, deleted=range(40)))[1]
    assert "has no manifest.json" in refused(root / "images")[1]
    lost = root / "images" / "5_cam_image_array_.png"
    lost.unlink()
    write(root / "images" / "6_cam_image_array_.png", png(drawn(6))[:-12])
    message = refused(root)[1]
    assert f"{lost} cannot be read" in message and "data.skip_damaged = on" in message
    found = facts(root, **{"data.skip_damaged": True})
    assert found["train"] + found["test"] == 38
    assert "2 records are left out" in found["problems"][0]["message"]


@pytest.mark.parametrize("text, why", [
    ('{"_index": 0, "user/angle": 0.5}', "no record with a picture"),
    ('{"_index": 0, "cam', "line 2 is no JSON"),
    ('{"_index": 0, "cam/image_array": "0_cam_image_array_.png", "user/angle": null, '
     '"user/throttle": 1}', "user/angle of record 0 is None"),
])  # fmt: skip
def test_a_line_that_is_no_record(text, why, tmp_path):
    root = tub(tmp_path, RECORDS)
    catalog = root / "catalog_0.catalog"
    lines = catalog.read_text().splitlines()
    catalog.write_text("\n".join([lines[0], text, *lines[1:]]))
    assert why in refused(root)[1]


def test_a_catalog_that_is_missing_and_no_manifest(tmp_path):
    root = tub(tmp_path, RECORDS)
    (root / "catalog_1.catalog").unlink()
    assert "catalog_1.catalog cannot be read" in refused(root)[1]
    (root / "manifest.json").write_text("{}\n")
    assert "is no manifest of a tub" in refused(root)[1]


def test_a_tub_has_the_targets_of_an_evaluation(tmp_path):
    found = facts(tub(tmp_path, RECORDS, deleted=[0]))
    from nanotrain_tui.trainer.data.folder.preparation import from_json

    target = found["preprocessing"]["target"]
    outcome = Outcome("regression", targets=target["columns"])
    preparation = from_json(json.loads(json.dumps(found["preprocessing"])))
    examples = folder_examples(str(tmp_path), preparation, outcome, 0, True)
    assert examples.size == 39
    np.testing.assert_allclose(examples.targets, RECORDS[1:])
    assert list(examples.numbers)[:2] == [1, 2]
