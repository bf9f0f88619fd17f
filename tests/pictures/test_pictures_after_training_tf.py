"""Pictures are predicted and evaluated as the training saw them."""

import base64

import pytest
from pictures_written import class_folders, png, write
from trainer_runs import config_of, of_kind, serve_here

from nanotrain_tui.trainer.protocol import Failed

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def request_of(tmp_path):
    """A request about a network that tells dark from light pictures, and its test figures."""
    photos = tmp_path / "photos"
    class_folders(photos / "train", {"dark one": 20, "light one": 20})
    class_folders(photos / "test", {"dark one": 7, "light one": 6}, 40)
    options = {
        "data__name": "folder", "data__path": str(photos), "train__steps": 20,
        "train__eval_every": 20, "train__batch_size": 8, "output": "sigmoid",
        "loss__name": "binary_crossentropy", "data__cache_mb": 10,
    }  # fmt: skip
    status, events = serve_here(config_of(tmp_path, **options))
    assert status == 0, events[-1]
    data = of_kind(events, "started")[0]["data"]
    checkpoint = of_kind(events, "checkpoint")[-1]["file"]
    request = {"checkpoint": str(tmp_path / checkpoint), "shape": data["shape"], "limit": 0}
    request.update({key: data.get(key) for key in ("task", "preprocessing")})
    tested = [one for one in of_kind(events, "evaluated") if one["on"] == "test"]
    return dict(request, data_name="folder"), tested[-1]["metrics"], photos


def folder(path):
    return {"name": str(path), "folder": str(path)}


def test_the_evaluation_has_the_figures_of_the_training(request_of):
    from nanotrain_tui.trainer.saved.evaluate import evaluate

    request, metrics, photos = request_of
    answer = evaluate(dict(request, file=folder(photos)), lambda _: None)
    assert answer["examples"] == 13
    for name in ("loss", "accuracy"):
        assert answer["metrics"][name] == pytest.approx(metrics[name], rel=1e-5)
    assert [one["class"] for one in answer["classes"]] == ["dark one", "light one"]


def test_predictions_of_a_folder_of_a_picture_and_of_a_damaged_one(request_of):
    from nanotrain_tui.trainer.saved.predict import predict

    request, _, photos = request_of
    path = photos / "test" / "light one" / "0.png"
    content = path.read_bytes()
    one = {"name": "new.png", "content": base64.b64encode(content).decode(), "labels": ""}
    bad = write(photos / "more" / "bad.png", content[:45] + b"\0\0\0" + content[48:])
    lines = []
    answer = predict(
        dict(request, files=[folder(photos / "test"), one, folder(photos / "more")]), lines.append
    )
    assert answer["labelled"] == 13 and answer["classes"] == ["dark one", "light one"]
    assert sum(map(sum, answer["confusion"])) == 13
    same, new = (
        next(line for line in lines if line["file"] == name) for name in (str(path), "new.png")
    )
    assert same["label"] == "light one" and "label" not in new
    assert same["outputs"] == pytest.approx(new["outputs"], rel=1e-5)
    assert set(new["probabilities"]) == {"dark one", "light one"}
    assert f"{bad} is a damaged or incomplete PNG" in lines[-1]["error"]


def test_a_typed_row_is_refused(request_of):
    from nanotrain_tui.trainer.saved.predict import predict

    request, _, _ = request_of
    typed = base64.b64encode(b"1, 2").decode()
    lines = []
    predict(dict(request, files=[{"name": "--row", "content": typed, "rows": True}]), lines.append)
    assert "the session takes pictures" in lines[0]["error"]


def test_a_damaged_picture_ends_an_evaluation(request_of):
    from nanotrain_tui.trainer.saved.evaluate import evaluate

    request, _, photos = request_of
    content = png([[1, 2], [3, 4]])
    path = write(photos / "test" / "light one" / "bad.png", content[:45] + b"\0\0" + content[47:])
    with pytest.raises(Failed, match="damaged or incomplete PNG") as error:
        evaluate(dict(request, file=folder(photos)), lambda _: None)
    assert str(path) in error.value.message
