"""``nanotrain evaluate``: the report, and files that belong together."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from cli_runs import Nano

from nanotrain_tui.cli.predictions.report import report_lines
from nanotrain_tui.session.folder import create_session
from nanotrain_tui.trainer.saved.outcome import Outcome
from nanotrain_tui.trainer.saved.report import (
    metrics_of_numbers,
    report_of_classes,
    report_of_residuals,
)

RANDOM = np.random.RandomState(2)


def of_classes(names: list[str], count: int = 200, task: str = "classification") -> dict[str, Any]:
    targets, noise = RANDOM.randint(0, len(names), count), RANDOM.randint(0, len(names), count)
    guesses = np.where(RANDOM.rand(count) < 0.7, targets, noise)
    found = report_of_classes(guesses, targets, Outcome(task, names, True))
    metrics = {"loss": 0.5, "accuracy": float((guesses == targets).mean()), **found["metrics"]}
    return {"ok": True, "session": "iris-1", "step": 1200, "file": "new.csv", "examples": count,
            "notes": ["A note."], **found, "metrics": metrics}  # fmt: skip


def of_numbers(names: list[str], count: int = 50) -> dict[str, Any]:
    targets = RANDOM.standard_normal((count, len(names)))
    values = targets + 0.1 * RANDOM.standard_normal((count, len(names)))
    return {"ok": True, "session": "homes-1", "step": 7, "file": "new.csv", "examples": count,
            "notes": [], "metrics": metrics_of_numbers(values, targets, 0.25),
            "targets": report_of_residuals(values, targets, names, range(2, count + 2)),
    }  # fmt: skip


def test_the_report_of_two_classes_names_the_second_one() -> None:
    answer = of_classes(["no", "yes"], task="binary")
    answer["metrics"]["auc"] = 0.75
    lines = report_lines(answer)
    assert lines[0] == "iris-1 at step 1,200, new.csv: 200 examples"
    assert any(line.startswith("F1 ") and line.endswith("% for yes") for line in lines)
    assert "AUC        0.7500" in lines
    head = next(i for i, line in enumerate(lines) if line.startswith("Confusion matrix")) + 2
    assert lines[head].split() == ["no", "yes"]
    counts = [line.split() for line in lines[head + 1 :]]
    assert counts == [
        [name, *map(str, row)] for name, row in zip(["no", "yes"], answer["confusion"], strict=True)
    ]
    del answer["metrics"]["auc"]
    answer["classes"][0]["support"] = 0
    assert "AUC        not defined: all examples are yes" in report_lines(answer)


@pytest.mark.parametrize("count", [3, 26])
@pytest.mark.parametrize("length", [3, 60])
def test_no_line_is_wider_than_80_columns(count: int, length: int) -> None:
    names = [f"{i:02}" + "x" * length for i in range(count)]
    lines = report_lines(of_classes(names))
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    if count == 26:
        assert "matrix of 26 classes is too wide here; --json has it" in text
        assert "The most frequent confusions:" in text
    else:
        assert "Confusion matrix" in text
    assert max(map(len, report_lines(of_numbers(names[:3])))) <= 80


def test_the_report_of_numbers_has_the_largest_residuals_with_their_rows() -> None:
    answer = of_numbers(["price"])
    lines = report_lines(answer)
    assert lines[2] == "price" and lines[3].startswith("MAE ")
    at = lines.index("The largest:")
    assert lines[at + 1].split() == ["row", "target", "prediction", "residual"]
    largest = answer["targets"][0]["residuals"]["largest"]
    assert [int(line.split()[0]) for line in lines[at + 2 :]] == [one["row"] for one in largest]
    one = of_numbers(["price"], 1)
    assert any("R²         not defined" in line for line in report_lines(one))


def test_residuals_that_are_small_beside_their_targets_have_their_digits() -> None:
    answer = of_numbers(["price"], 1)
    answer["targets"][0]["residuals"]["largest"] = [
        {"index": 0, "row": 2, "target": 1e6, "prediction": 1e6 + 12.5, "residual": -12.5},
        {"index": 1, "row": 3, "target": 1e6, "prediction": 1e30, "residual": 3.25},
    ]
    largest = [line.split()[1:] for line in report_lines(answer)[-2:]]
    assert largest[0] == ["1,000,000.0", "1,000,012.5", "-12.5"]
    assert largest[1][1] == "1e+30"


@pytest.fixture
def asked(home: Path, answering: Callable[..., None]) -> list[dict[str, Any]]:
    """The requests to the trainer of a session, which answers with an evaluation."""
    requests: list[dict[str, Any]] = []
    Path(create_session(str(home), "csv", "iris").recording).touch()

    def ask(model: object, what: str, request: dict[str, Any]) -> Any:
        requests.append({"what": what, **request["file"]})
        answer = of_classes(["a", "b", "c"])
        del answer["session"]
        yield answer

    model = SimpleNamespace(note="this is a copy.")
    answering(model, ask)
    return requests


def test_the_report_is_text_or_json_on_the_screen_or_in_a_file(
    nano: Nano, asked: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "new.csv"
    path.write_text("x,y\n1,a\n")
    ran = nano("evaluate", "iris", path)
    assert ran.status == 0 and ran.out.startswith("iris at step 1,200")
    assert ran.err == f"nanotrain: this is a copy.\nnanotrain: {path}: A note.\n"
    assert asked[0]["what"] == "--evaluate"
    answer = json.loads(nano("evaluate", "iris", path, "--json").out)
    assert answer["session"] == "iris" and len(answer["confusion"]) == 3
    for name in ("report.txt", "report.json"):
        assert nano("evaluate", "iris", path, "-o", tmp_path / name).status == 0
    assert json.loads((tmp_path / "report.json").read_text())["notes"] == ["A note."]
    assert "Confusion matrix" in (tmp_path / "report.txt").read_text()
    ran = nano("evaluate", "iris", path, "-o", tmp_path / "report.csv")
    assert ran.status == 2 and "an evaluation is text or JSON, not csv" in ran.err
    assert nano("evaluate", "iris", tmp_path / "none.csv").status == 2


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("x.npy", "y.npy"), ("X_test.npy", "y_test.npy"), ("test-x.npy", "test-y.npy"),
        ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"), ("x.npz", ""),
        ("box.npy", ""),
    ],
)  # fmt: skip
def test_targets_beside_a_file_are_sent_with_it(
    nano: Nano, asked: list[dict[str, Any]], tmp_path: Path, name: str, other: str
) -> None:
    for path in {name, other or "y.npz", "boy.npy"}:
        (tmp_path / path).write_bytes(path.encode())
    assert nano("evaluate", "iris", tmp_path / name).status == 0
    assert base64.b64decode(asked[0]["labels"]).decode() == other
    named = ("--targets", tmp_path / "boy.npy")
    assert nano("evaluate", "iris", tmp_path / name, *named).status == 0
    assert base64.b64decode(asked[1]["labels"]) == b"boy.npy"
