"""What a session's metrics are: declared, seen, standard; hostile declarations do no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.session.evaluated import evaluated_columns
from nanotrain_tui.session.metrics import (
    MOST_METRICS,
    STANDARD,
    STANDARD_METRICS,
    Metric,
    MetricPart,
    Metrics,
    MetricsFold,
    declaration_of,
    evaluated_values,
    parse_declaration,
    parse_metric_part,
    part_of,
)
from nanotrain_tui.session.recording.records import Evaluation

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


def metrics_of(*declared: Metric) -> Metrics:
    fold = MetricsFold()
    fold.event("started", {"metrics": declaration_of(declared)})
    return fold.metrics()


@given(JSON | st.dictionaries(st.text(max_size=200), JSON))
def test_any_declaration_is_parsed_to_sound_metrics(value: object) -> None:
    for metric in parse_declaration(value):
        assert 0 < len(metric.name) <= 120 and metric.title and metric.on
        assert metric.better in ("up", "down", None) and metric.format in ("percent", "number")
        assert parse_declaration(declaration_of([metric])) == [metric]


def test_what_is_not_as_documented_is_left_out() -> None:
    report = {
        "x" * 121: {}, "a\x1b[2J": {}, "list": [], "mae": {"better": "left", "on": ["test", 7]},
        "iou": {"title": "IoU\x07", "unit": "u" * 99, "format": "hex", "on": []},
    }  # fmt: skip
    mae, iou = parse_declaration(report)
    assert (mae.name, mae.better, mae.on) == ("mae", None, ("test",))
    assert (iou.title, len(iou.unit), iou.format, iou.on) == ("iou", 24, "number", ("training",))
    assert len(parse_declaration({str(n): {} for n in range(1000)})) == MOST_METRICS


def test_without_a_declaration_the_standard_metrics_are_there() -> None:
    assert list(MetricsFold().metrics()) == list(STANDARD)
    assert [key.text for key in STANDARD_METRICS.parts] == [
        "loss", "test_loss", "accuracy", "test_accuracy", "learning_rate",
    ]  # fmt: skip


def test_once_something_was_recorded_the_standard_metrics_without_values_go() -> None:
    fold = MetricsFold()
    fold.event("evaluated", {"loss": 0.5, "accuracy": None})
    fold.row("score")
    assert [(one.name, one.on) for one in fold.metrics()] == [
        ("loss", ("test",)), ("score", ("training",)),
    ]  # fmt: skip
    assert fold.metrics().primary == fold.metrics().get("loss")


def test_metrics_that_nobody_declared_are_added_in_one_order() -> None:
    seen = [("row", "b"), ("row", "a"), ("evaluated", "c"), ("evaluated", "a")]
    found = []
    for order in (seen, seen[::-1]):
        fold = MetricsFold()
        fold.event("started", {"metrics": declaration_of([Metric("z", "Z")])})
        for what, name in order:
            if what == "row":
                fold.row(name)
            else:
                fold.event("evaluated", {"metrics": {name: 1.0}, "on": "validation"})
        found.append(fold.metrics())
    assert found[0] == found[1]
    assert [one.name for one in found[0]] == ["z", "a", "b", "c"]
    assert found[0].get("a") == Metric("a", "a", on=("training", "validation"))


def test_a_later_start_declares_anew_and_keeps_what_it_does_not_name() -> None:
    fold = MetricsFold()
    fold.event("started", {"metrics": declaration_of([Metric("a", "A"), Metric("b", "B")])})
    fold.event("started", {"metrics": declaration_of([Metric("b", "Better", better="up")])})
    assert [(one.name, one.title) for one in fold.metrics()] == [("b", "Better"), ("a", "A")]


def test_an_undeclared_metric_that_scores_checkpoints_is_better_when_higher() -> None:
    fold = MetricsFold()
    fold.event("checkpoint", {"score": {"metric": "score", "value": 1.0}})
    assert fold.metrics().get("score").better == "up"
    assert fold.metrics().score_better("score") == "up"
    assert metrics_of(Metric("mae", "MAE", better="down")).score_better("mae") == "down"


TEST = ("training", "test")


@pytest.mark.parametrize(
    ("declared", "primary"),
    [
        ([], "accuracy"),
        ([Metric("a", "A", better="down", on=TEST), Metric("b", "B", better="up", on=TEST)], "b"),
        ([Metric("a", "A", better="up"), Metric("b", "B", better="down", on=TEST)], "b"),
        ([Metric("a", "A"), Metric("b", "B", on=("validation",))], "b"),
        ([Metric("a", "A", on=("training",)), Metric("b", "B", on=("training",))], "a"),
    ],
)
def test_the_primary_metric_is_the_first_that_is_evaluated(
    declared: list[Metric], primary: str
) -> None:
    found = metrics_of(*declared).primary
    assert found is not None and found.name == primary


def test_metrics_are_ranked_with_the_primary_one_first_each_once() -> None:
    metrics = metrics_of(Metric("mae", "MAE", on=TEST), Metric("iou", "IoU", better="up", on=TEST))
    ranked = metrics.ranked(["unheard", "mae", "iou"])
    assert [one.title for one in ranked] == ["IoU", "MAE", "unheard"]
    assert [one.name for one in metrics.ranked(["mae"])] == ["mae"]
    assert metrics.ranked([]) == []


def test_values_are_better_as_the_direction_says() -> None:
    up, down, none = (Metric("m", "M", better=better) for better in ("up", "down", None))
    nan, inf = float("nan"), float("inf")
    assert up.is_better(2, 1) and not up.is_better(1, 1) and not up.is_better(nan, 1)
    assert down.is_better(1, 2) and down.is_better(1, nan) and not down.is_better(inf, 1)
    assert not none.is_better(1, 2) and none.best_of([1, 2]) is None
    assert up.best_of([1, None, inf, 3, nan]) == 3 and down.best_of([nan]) is None


def test_a_curve_is_named_by_its_metric_and_part() -> None:
    for key, text in (
        (MetricPart("loss"), "loss"), (MetricPart("loss", "test"), "test_loss"),
        (MetricPart("learning_rate"), "learning_rate"),
        (MetricPart("iou", "validation"), "validation_iou"),
    ):  # fmt: skip
        assert (key.text, parse_metric_part(text)) == (text, key)
    named = [MetricPart("test_loss"), MetricPart("m", "fold 3")]
    assert parse_metric_part("test_loss", named) == named[0]
    assert parse_metric_part("fold 3_m", named) == named[1]


def test_the_values_of_an_evaluation_are_read_from_both_places() -> None:
    body = {"metrics": {"mae": 1, "loss": "nan", "bad": "x", "x" * 121: 1}, "accuracy": 0.5}
    found = evaluated_values(body)
    assert list(found) == ["mae", "loss", "accuracy"] and found["loss"] != found["loss"]
    assert evaluated_values([]) == evaluated_values({"metrics": 7}) == {}
    assert (part_of({}), part_of({"on": 7}), part_of({"on": "validation"})) == (
        "test", "test", "validation",
    )  # fmt: skip


def test_parts_have_their_usual_order_however_they_were_seen() -> None:
    fold = MetricsFold()
    for part in ("test", "a", "validation"):
        fold.event("evaluated", {"metrics": {"iou": 0.5}, "on": part})
        assert fold.shows("iou", part) is True
    assert fold.shows("iou", "training") is False and fold.shows("mae", "test") is False
    assert fold.row("iou") is True
    assert fold.metrics().get("iou").on == ("training", "validation", "test", "a")


def test_the_columns_are_those_with_evaluated_values() -> None:
    metrics = metrics_of(
        Metric("iou", "IoU", better="up", on=("training", "test", "validation")),
        Metric("mae", "MAE", better="down", on=("test", "validation")),
    )
    evaluations = [
        Evaluation(5, 0.5, {"iou": 0.1, "mae": 3.0}, on="validation"),
        Evaluation(9, 0.9, {"iou": 0.2}, on="test"),
    ]
    assert evaluated_columns(metrics, evaluations) == [
        MetricPart("iou", "test"), MetricPart("iou", "validation"),
        MetricPart("mae", "validation"),
    ]  # fmt: skip


def test_a_label_begins_small_unless_it_is_an_abbreviation():
    labels = [Metric("x", title).label for title in ("Learning rate", "AUC", "R² of the test")]
    assert labels == ["learning rate", "AUC", "r² of the test"]
