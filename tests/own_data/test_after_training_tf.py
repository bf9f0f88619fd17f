"""Predictions and evaluations of networks that were trained on a person's data.

The figures are those of scikit-learn on the predictions that were written as CSV.
"""

import base64
import csv
import io
import json
import math

import numpy as np
import pandas as pd
import pytest
from tables_written import written
from trainer_runs import config_of, of_kind, serve_here

from nanotrain_tui.cli.predictions.writers import writer_of
from nanotrain_tui.trainer.protocol import Failed

pytestmark = pytest.mark.tensorflow
RANDOM = np.random.RandomState(4)
KINDS = ("setosa", "virginica", "versicolor")
NEVER = {"train__eval_every": 1000, "train__steps": 60, "train__batch_size": 16}
TASKS = {
    "classification": {},
    "binary": {"loss__name": "binary_crossentropy", "output": "sigmoid", "model__l2": 0.001},
    "regression": {"loss__name": "huber", "output": "linear", "loss__huber_delta": 0.5},
}


def table_of(task: str, count: int = 150) -> pd.DataFrame:
    """Rows with categories and missing values, and a target that is partly noise."""
    kind = RANDOM.randint(0, 2 if task == "binary" else 3, count)
    size = kind + 0.7 * RANDOM.standard_normal(count)
    frame = pd.DataFrame({
        "size": np.where(RANDOM.rand(count) < 0.1, np.nan, size.round(3)),
        "color": RANDOM.choice(["red", "green", ""], count),
        "width": (2.0 * RANDOM.standard_normal(count) + kind).round(3),
    })  # fmt: skip
    if task == "regression":
        return frame.assign(price=(100 + 40 * kind + frame["width"]).round(2), other=-size)
    return frame.assign(kind=[KINDS[number] for number in kind])


def file_of(content, name="new.csv", beside=b""):
    parts = (base64.b64encode(part).decode() for part in (content, beside))
    return dict(zip(("content", "labels"), parts, strict=True), name=name)


def trained(folder, options, shape):
    """A request about the network that was trained, and the metrics of its last test."""
    config = config_of(folder, **{**NEVER, **options})
    status, events = serve_here(config)
    assert status == 0, events[-1]
    checkpoint = of_kind(events, "checkpoint")[-1]["file"]
    data = of_kind(events, "started")[0]["data"]
    assert data["shape"] == shape
    request = {"checkpoint": str(folder / checkpoint), "shape": shape, "limit": 0}
    request.update({key: data.get(key) for key in ("task", "preprocessing")})
    tested = [one for one in of_kind(events, "evaluated") if one["on"] == "test"]
    return dict(request, data_name=data["name"]), tested[-1]["metrics"]


def predictions(request, *files):
    """The predictions as pandas reads them from CSV, and all answers."""
    from nanotrain_tui.trainer.saved.predict import predict

    out, answers = io.StringIO(), []
    last = predict(dict(request, files=list(files)), answers.append)
    answers = json.loads(json.dumps([*answers, last]))
    writer = writer_of("csv", out, {}, 3)
    for answer in answers:
        writer.add(answer)
    out.seek(0)
    return pd.read_csv(out), answers


def evaluation(request, file):
    from nanotrain_tui.trainer.saved.evaluate import evaluate

    done = []
    answer = json.loads(json.dumps(evaluate(dict(request, file=file), done.append)))
    assert done == sorted(done) and done[-1] == 1.0
    return answer


@pytest.fixture(scope="module", params=TASKS)
def of_task(request, tmp_path_factory):
    """A task, what to ask of a network that was trained on a table, and its last test."""
    folder = tmp_path_factory.mktemp(request.param)
    path = written(folder, table_of(request.param).to_csv(index=False))
    options = {"data__name": "csv", "data__path": str(path), **TASKS[request.param]}
    if request.param == "regression":
        options["data__target"] = "price, other"
    return request.param, *trained(folder, options, [5]), path


def test_the_figures_are_those_of_scikit_learn_on_the_predictions(sklearn, of_task):
    task, request, _, _ = of_task
    frame = table_of(task, 400)
    file = file_of(frame[frame.columns[::-1]].to_csv(index=False).encode())
    found, _ = predictions(request, file)
    answer = evaluation(request, file)
    assert answer["examples"] == len(found) == 400
    if task == "regression":
        targets, guesses = frame[["price", "other"]], found[["price", "other"]]
        assert answer["metrics"]["r2"] == pytest.approx(sklearn.r2_score(targets, guesses))
        error = sklearn.mean_squared_error(targets, guesses)
        assert answer["metrics"]["rmse"] == pytest.approx(math.sqrt(error))
        mae = sklearn.mean_absolute_error(targets, guesses)
        assert answer["metrics"]["mae"] == pytest.approx(mae)
        for one in answer["targets"]:
            name = one["target"]
            assert one["r2"] == pytest.approx(sklearn.r2_score(targets[name], guesses[name]))
            largest = one["residuals"]["largest"][0]
            residuals = targets[name] - guesses[name]
            assert largest["index"] == residuals.abs().idxmax() == largest["row"] - 2
        return
    labels = list(request["preprocessing"]["target"]["classes"])
    pair = frame["kind"], found["class"]
    assert answer["confusion"] == sklearn.confusion_matrix(*pair, labels=labels).tolist()
    assert answer["metrics"]["accuracy"] == sklearn.accuracy_score(*pair)
    report = sklearn.classification_report(*pair, output_dict=True, zero_division=0)
    for one in answer["classes"]:
        expected = report[one["class"]]
        assert one["precision"] == pytest.approx(expected["precision"])
        assert one["recall"] == pytest.approx(expected["recall"])
        assert one["f1"] == pytest.approx(expected["f1-score"])
    shares = found[[f"p({label})" for label in labels]].to_numpy()
    shares /= shares.sum(axis=1, keepdims=True)  # the network computes in 32 bits
    assert sklearn.log_loss(frame["kind"], shares, labels=labels) == pytest.approx(
        answer["metrics"]["loss"] - (0.0 if task == "classification" else penalty_of(request)),
        rel=1e-4,
    )
    if task == "binary":
        area = sklearn.roc_auc_score(frame["kind"] == labels[1], found[f"p({labels[1]})"])
        assert answer["metrics"]["auc"] == pytest.approx(area)
        assert answer["positive"] == labels[1]


def penalty_of(request):
    from nanotrain_tui.trainer.saved.saved_network import load_network

    network = load_network(request)
    kernels = [network.weights[i] for i in network.network.kernels]
    return 0.001 * sum(float(np.square(kernel).sum()) for kernel in kernels)


def test_the_test_part_gives_the_figures_that_were_recorded(of_task, tmp_path):
    from nanotrain_tui.trainer.data.dataset import silent
    from nanotrain_tui.trainer.data.sources.csv import read_table

    task, request, recorded, path = of_task
    options = {"data.target": "price, other"} if task == "regression" else {}
    rows = read_table({"data.path": str(path), **options}, silent).parts.test
    frame = pd.read_csv(path, keep_default_na=False).iloc[rows]
    answer = evaluation(request, file_of(frame.to_csv(index=False).encode()))
    for name, value in recorded.items():
        if name not in ("mae", "rmse"):  # of scaled targets of several columns
            assert answer["metrics"][name] == pytest.approx(value, rel=1e-4), name


def test_what_is_unknown_or_missing_is_counted_in_the_answers(of_task):
    _, request, _, _ = of_task
    _, answers = predictions(request, file_of(b"color,size,more\npink,1,x\n,,x\n"))
    about = next(answer for answer in answers if "filled" in answer)
    assert about["filled"] == {
        "missing_columns": ["width"],
        "missing_values": {"size": 1, "color": 1},
        "unknown_categories": {"color": {"pink": 1}},
        "unused_columns": ["more"],
        "far_values": {},
    }
    assert len(about["notes"]) == 5


def test_a_class_that_the_session_does_not_know_is_refused(of_task):
    task, request, _, _ = of_task
    if task == "regression":
        return
    content = b"size,color,width,kind\n1,red,2,setosa\n1,red,2,rose\n"
    with pytest.raises(Failed, match=r"new\.csv, row 3, column kind: the session does not know"):
        evaluation(request, file_of(content))


def test_arrays_and_their_targets(sklearn, tmp_path):
    kinds = RANDOM.randint(0, 3, 300)
    x = (RANDOM.standard_normal((300, 4, 2)) + kinds[:, None, None]).astype(np.float32)
    y = np.array(KINDS)[kinds]
    np.savez(tmp_path / "own.npz", inputs_here=x[:150], answers=y[:150])
    options = {"data__name": "npz", "data__path": str(tmp_path / "own.npz")}
    options.update(data__x="inputs_here", data__y="answers")
    request, _ = trained(tmp_path, options, [4, 2])
    new = io.BytesIO()
    np.savez(new, inputs_here=x[150:], answers=y[150:])
    whole = file_of(new.getvalue(), "new.npz")
    found, _ = predictions(request, whole)
    answer = evaluation(request, whole)
    labels = sorted(KINDS)
    expected = sklearn.confusion_matrix(y[150:], found["class"], labels=labels)
    assert answer["confusion"] == expected.tolist() and answer["metrics"]["accuracy"] > 0.6
    assert [one["class"] for one in answer["classes"]] == labels
    parts = []
    for part in (x[150:], y[150:]):
        file = io.BytesIO()
        np.save(file, part)
        parts.append(file.getvalue())
    again = evaluation(request, file_of(parts[0], "x.npy", parts[1]))
    assert again["confusion"] == answer["confusion"]
    with pytest.raises(Failed, match=r"x\.npy has no targets"):
        evaluation(request, file_of(parts[0], "x.npy"))


def test_pictures_with_labels(tmp_path):
    from nanotrain_tui.trainer.data import load
    from nanotrain_tui.trainer.data.dataset import silent

    options = {"data__name": "digits", "train__steps": 100}
    request, recorded = trained(tmp_path, options, [28, 28])
    test = load({"data.name": "digits"}, silent).test
    new = io.BytesIO()
    np.savez(new, x_test=test.inputs, y_test=test.targets)
    answer = evaluation(request, file_of(new.getvalue(), "test.npz"))
    for name, value in recorded.items():
        assert answer["metrics"][name] == pytest.approx(value, rel=1e-4)
    assert [one["class"] for one in answer["classes"]] == list(range(10))
    alone = io.BytesIO()
    np.savez(alone, x_test=test.inputs[:3])
    with pytest.raises(Failed, match=r"test\.npz has no labels"):
        evaluation(request, file_of(alone.getvalue(), "test.npz"))


def test_rows_of_data_that_the_program_makes(sklearn, tmp_path):
    options = {"data__name": "spiral", **TASKS["binary"], "model__l2": 0.0, "data__seed": 1}
    request, _ = trained(tmp_path, options, [2])
    points = RANDOM.standard_normal((40, 2)).round(3)
    targets = RANDOM.randint(0, 2, 40)
    out = io.StringIO()
    csv.writer(out).writerows([*points[i], targets[i]] for i in range(40))
    answer = evaluation(request, file_of(out.getvalue().encode()))
    found, _ = predictions(request, file_of("\n".join(f"{a},{b}" for a, b in points).encode()))
    assert answer["metrics"]["accuracy"] == sklearn.accuracy_score(targets, found["class"])
    new = io.BytesIO()
    np.savez(new, x=points, y=targets)
    assert evaluation(request, file_of(new.getvalue()))["metrics"] == answer["metrics"]
    with pytest.raises(Failed, match="has the label 3; the network knows 0 to 1"):
        evaluation(request, file_of(b"1,2,3\n"))
