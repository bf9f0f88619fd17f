"""The loader of the exported script gives what the trainer trained on."""

import numpy as np
import pytest
from pictures_written import class_folders, png, tub, write
from trainer_runs import config_of

from nanotrain_tui.trainer import data
from nanotrain_tui.trainer.data.dataset import silent
from nanotrain_tui.trainer.data.sources import source_of

pytestmark = pytest.mark.tensorflow
COUNTS = {"dark one": 8, "light one": 9, "one": 7}


def gives_the_same(folder, **options):
    config = config_of(folder, data__cache_mb=0, data__split=0.25, **options)
    loaded = data.load(config, silent)
    recorded = {**config, "data.preprocessing": loaded.preprocessing}
    parts = source_of(config["data.name"]).standalone(recorded, None)
    expected = [loaded.train, loaded.test] + [loaded.validation] * (loaded.validation is not None)
    assert len(parts) == len(expected)
    for (inputs, targets), rows in zip(parts, expected, strict=True):
        np.testing.assert_array_equal(inputs, rows.inputs)
        np.testing.assert_allclose(targets, rows.targets, rtol=1e-6)
    return parts


def test_class_folders_in_colour_with_transparency(tmp_path):
    root = class_folders(tmp_path / "photos", COUNTS)
    write(root / "one" / "more" / "clear.png", png(np.full((9, 12, 4), 90)))
    write(root / "one" / ".hidden.png", png(np.full((9, 12), 90)))
    write(root / "one" / "notes.txt", b"about them")
    gives_the_same(tmp_path, data__name="folder", data__path=str(root), data__fit="pad")
    parts = gives_the_same(
        tmp_path, data__name="folder", data__path=str(root), data__color="grey", data__size="12x10"
    )
    assert parts[0][0].shape[1:] == (12, 10)


def test_parts_in_folders(tmp_path):
    root = tmp_path / "photos"
    for part in ("Train", "val", "test"):
        class_folders(root / part, COUNTS, len(part))
    assert len(gives_the_same(tmp_path, data__name="folder", data__path=str(root))) == 3


def test_a_tub(tmp_path):
    records = [(number % 9 / 9, number % 4 / 5) for number in range(40)]
    root = tub(tmp_path / "tub", records, deleted=[2, 3])
    gives_the_same(tmp_path, data__name="tub", data__path=str(root))
