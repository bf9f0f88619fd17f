"""Which events are lines of the log, and which evaluations among them."""

from __future__ import annotations

from batches import Rows, batch_of

from nanotrain_tui.follow.fold import Fold


def log_of(rows: Rows) -> list[str]:
    fold = Fold("mnist-1")
    fold.add(batch_of(rows))
    return [line.text for line in fold.state().log]


def evaluations(rows: Rows) -> list[str]:
    return [text for text in log_of(rows) if "step " in text and "accuracy" in text]


def trained(rows: Rows, *accuracies: float, **body: object) -> Rows:
    for accuracy in accuracies:
        rows.steps([1.0] * 10).event("evaluated", loss=1.0, accuracy=accuracy, **body)
    return rows


def test_only_the_best_evaluation_is_a_line() -> None:
    rows = trained(Rows().begin(), 0.5, 0.9, 0.8, 0.85, cause="schedule")
    assert evaluations(rows) == ["best so far, step 20: accuracy 90.00%, loss 1"]


def test_an_evaluation_that_was_asked_for_is_a_line_and_stays() -> None:
    rows = trained(Rows().begin(), 0.5, 0.9)
    trained(rows, 0.7, cause="asked")
    trained(rows, 0.95, cause="asked")
    trained(rows, 0.96, 0.9)
    assert evaluations(rows) == [
        "step 30: accuracy 70.00%, loss 1",
        "best so far, step 40: accuracy 95.00%, loss 1",
        "best so far, step 50: accuracy 96.00%, loss 1",
    ]


def test_a_lower_value_is_the_best_of_a_metric_that_falls() -> None:
    declared = {"mae": {"title": "MAE", "better": "down", "on": ["test"]}}
    rows = Rows().begin(metrics=declared)
    for value in (3.0, 2.0, 2.5):
        rows.steps([1.0] * 10).event("evaluated", metrics={"mae": value}, on="test")
    (line,) = [text for text in log_of(rows) if text.startswith("best so far")]
    assert "step 20" in line


def test_values_that_are_not_finite_are_never_the_best() -> None:
    rows = Rows().begin().steps([1.0]).event("evaluated", loss="nan", accuracy="nan")
    assert not [text for text in log_of(rows) if text.startswith("best")]


def test_a_resume_goes_back_to_the_best_of_its_checkpoint() -> None:
    """The evaluation of step 20 is undone by the resume; that of step 10 counts again."""
    rows = trained(Rows().begin(), 0.5, 0.9)
    rows.begin(from_step=10)
    trained(rows, 0.4, 0.6)
    found = evaluations(rows)
    assert found[-1] == "best so far, step 30: accuracy 60.00%, loss 1"
    assert not [text for text in found if text.startswith("best so far, step 20: accuracy 40")]
