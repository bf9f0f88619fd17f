"""What the trainer answers when it writes a network for other programs."""

import numpy as np
import pytest

from nanotrain_tui.trainer.checkpoints import files as checkpoint
from nanotrain_tui.trainer.checkpoints.files import Checkpoint, Evaluation
from nanotrain_tui.trainer.protocol import Failed
from nanotrain_tui.trainer.saved.export import export


def written(folder, tested):
    """A checkpoint of step 9 of a network of 4 pixels and 2 classes."""
    state = {"weight_0": np.ones((4, 2), np.float32), "weight_1": np.zeros(2, np.float32)}
    config = {"layers": [], "output": "softmax", "loss.name": "cross_entropy"}
    name, _, _ = checkpoint.save(str(folder), Checkpoint(state, 9, 9, 0, 0, config, {}, tested))
    return str(folder / name)


def request(folder, kind, tested=None):
    path = written(folder, tested)
    return {"kind": kind, "checkpoint": path, "shape": [2, 2], "into": str(folder / "out")}


@pytest.mark.parametrize("tested", [None, Evaluation(9, {"loss": 0.25, "accuracy": 0.75})])
def test_the_answer_describes_the_network_and_its_last_test(tmp_path, tested):
    (tmp_path / "out").mkdir()
    answer = export(request(tmp_path, "weights", tested), lambda _: None)
    assert answer["ok"] and answer["step"] == 9
    assert (answer["layers"], answer["output"]) == ([], "softmax")
    assert answer["loss"] == "cross_entropy"
    assert answer["tested_at_step"] == (tested and tested.step)


def test_an_unknown_kind_is_refused_and_nothing_is_written(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(Failed, match=r"There is no 'onnx' to write; there are .*keras"):
        export(request(tmp_path, "onnx"), lambda _: None)
    assert list((tmp_path / "out").iterdir()) == []
