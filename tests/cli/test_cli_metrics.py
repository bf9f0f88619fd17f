"""Sessions with metrics of their own are listed, shown, compared and exported like any other."""

import csv
import io
import json
from pathlib import Path

import pytest
from cli_runs import Nano, strictly
from declared_metrics import NEVER_TESTED, REGRESSION, SCORE_ALONE, record, value_at
from recorded import tutorial_run

from nanotrain_tui.export import Options, format_names, get_format
from nanotrain_tui.export.format_types import TextFormat
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader

LOSS, MAE, IOU = REGRESSION
(SCORE,) = SCORE_ALONE


@pytest.fixture
def regression(home: Path) -> SessionFolder:
    return record(home, REGRESSION)


@pytest.fixture
def score(home: Path) -> SessionFolder:
    return record(home, SCORE_ALONE)


def test_show_has_every_metric_by_its_title_and_unit(nano: Nano, regression: SessionFolder) -> None:
    ran = nano("show", regression.name)
    assert ran.status == 0
    header = next(line for line in ran.out.splitlines() if line.startswith("STEP"))
    assert header.split("  ")[1:4] == ["TEST IOU", "TEST LOSS", "TEST MEAN ERROR"]
    assert f"{value_at(MAE, 300):.4g} °C" in ran.out
    for title in ("loss", "mean error", "IoU"):
        assert f"\n{title}" in ran.out  # a chart
    assert f"best checkpoint: step 300, tested at step 300: {value_at(IOU, 300):.2%}" in ran.out


def test_show_json_has_the_declaration_with_last_and_best(nano: Nano, score: SessionFolder) -> None:
    shown = strictly(nano("show", score.name, "--json").out)
    assert list(shown["metrics"]) == ["score"]
    found = shown["metrics"]["score"]
    assert (found["title"], found["better"]) == ("Score", "up")
    assert found["last"] == found["best"] == pytest.approx(value_at(SCORE, 300))
    assert (shown["accuracy"], shown["loss"], shown["best_accuracy"]) == (None, None, None)
    assert list(shown["not_finite"]) == ["train_score", "test_score"]
    assert shown["evaluations"][0]["metrics"] == {"score": pytest.approx(value_at(SCORE, 100))}


def test_a_session_without_evaluations_is_shown(nano: Nano, home: Path) -> None:
    folder = record(home, NEVER_TESTED)
    ran = nano("show", folder.name)
    assert ran.status == 0 and "\nperplexity" in ran.out and "No evaluation yet." in ran.out
    assert nano("sessions").out.split()[-6:] != []


def test_the_list_names_the_metric_where_sessions_differ(
    nano: Nano, home: Path, regression: SessionFolder, score: SessionFolder
) -> None:
    assert f"{value_at(IOU, 300):.2%} IoU" in nano("sessions").out
    listed = {one["name"]: one for one in strictly(nano("sessions", "--json").out)}
    assert list(listed[regression.name]["metrics"]) == ["iou", "loss", "mae"]
    assert listed[regression.name]["loss"] == pytest.approx(value_at(LOSS, 300))
    assert listed[score.name]["loss"] is None


def test_sessions_are_sorted_by_any_metric_and_those_without_come_last(
    nano: Nano, home: Path
) -> None:
    names = {steps: record(home, REGRESSION, steps).name for steps in (200, 300, 100)}
    without = record(home, SCORE_ALONE).name
    best_first = [names[300], names[200], names[100]]
    for metric in ("mae", "iou"):  # the smallest and the largest is the best
        order = [one["name"] for one in strictly(nano("sessions", "--json", "--sort", metric).out)]
        assert order == [*best_first, without]
        other = nano("sessions", "--json", "--sort", metric, "--reverse").out
        assert [one["name"] for one in strictly(other)] == [*best_first[::-1], without]
    ran = nano("sessions", "--sort", "mea")
    assert ran.status == 2 and "'mae'" in ran.err
    ran = nano("sessions", "--sort", "nonsense")  # is not close to any name
    assert ran.status == 2 and "Did you mean" not in ran.err and "There are: " in ran.err


def test_checkpoints_are_scored_by_the_metric_that_decides(
    nano: Nano, regression: SessionFolder
) -> None:
    ran = nano("checkpoints", regression.name)
    assert "IOU" in ran.out.splitlines()[0] and f"{value_at(IOU, 200):.2%}" in ran.out
    last = strictly(nano("checkpoints", regression.name, "--json").out)[-1]
    assert last["best"] and last["score"]["metric"] == "iou"


def test_compare_takes_the_metric_that_decides(nano: Nano, home: Path) -> None:
    one, other = record(home, REGRESSION).name, record(home, REGRESSION, 200).name
    ran = nano("compare", one, other)
    assert ran.status == 0 and "test IoU over steps" in ran.out and "BEST MEAN ERROR" in ran.out
    report = strictly(nano("compare", one, other, "--json", "--metric", "mae").out)
    assert report["target"]["metric"] == "iou" and report["metric"] == "mae"
    assert report["sessions"][0]["metrics"]["mae"]["best"] == pytest.approx(value_at(MAE, 300))
    assert len(report["sessions"][1]["points"]) == 200
    wanted = value_at(IOU, 200)
    report = strictly(nano("compare", one, other, "--json", "--target", str(wanted)).out)
    assert [session["reached"]["step"] for session in report["sessions"]] == [200, 200]
    ran = nano("compare", one, other, "--metric", "test_ious")
    assert ran.status == 2 and "'test_iou'" in ran.err


def test_sessions_without_a_common_metric_are_compared(
    nano: Nano, home: Path, score: SessionFolder
) -> None:
    tutorial = tutorial_run(home).name
    never = record(home, NEVER_TESTED).name
    for names in ((score.name, tutorial), (tutorial, score.name), (never, score.name)):
        assert nano("compare", *names).status == 0
        strictly(nano("compare", *names, "--json").out)
    assert nano("compare", never, record(home, NEVER_TESTED).name).status == 0


def test_tables_have_a_column_for_each_metric(nano: Nano, regression: SessionFolder) -> None:
    rows = list(csv.DictReader(io.StringIO(export(regression, "csv"))))
    assert list(rows[0]) == [
        "step", "time_s", "loss", "mae", "iou", "test_loss", "test_mae", "test_iou",
    ]  # fmt: skip
    assert float(rows[99]["test_mae"]) == pytest.approx(value_at(MAE, 100), rel=1e-6)
    assert rows[98]["test_mae"] == "" and len(rows) == 300
    rows = list(csv.DictReader(io.StringIO(export(regression, "csv", table="evaluations"))))
    assert list(rows[0]) == ["step", "time_s", "loss", "mae", "iou", "seconds"]
    steps = json.loads(export(regression, "json"))["steps"]
    assert steps[299]["iou"] == pytest.approx(value_at(IOU, 300), rel=1e-6)
    assert steps[299]["test_iou"] == pytest.approx(value_at(IOU, 300))


@pytest.mark.parametrize("metrics", [REGRESSION, SCORE_ALONE, NEVER_TESTED])
def test_every_text_format_takes_any_metrics(home: Path, metrics: tuple[object, ...]) -> None:
    folder = record(home, metrics)  # type: ignore[arg-type]
    for name in format_names():
        if isinstance(get_format(name), TextFormat):
            assert export(folder, name)
    page = export(folder, "html")
    assert all(metric.title in page for metric in metrics)  # type: ignore[attr-defined]


def export(folder: SessionFolder, name: str, **options: str) -> str:
    out = io.StringIO()
    with SessionReader(folder) as reader:
        get_format(name).write(reader, out, Options(**options))  # type: ignore[arg-type,call-arg]
    return out.getvalue()


def test_parquet_and_tensorboard_take_any_metrics(
    regression: SessionFolder, tmp_path: Path
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    out, folder = io.BytesIO(), tmp_path / "board"
    folder.mkdir()
    with SessionReader(regression) as reader:
        get_format("parquet").write(reader, out, Options())  # type: ignore[arg-type,call-arg]
        get_format("tensorboard").write(reader, folder, Options())  # type: ignore[arg-type,call-arg]
    found = parquet.read_table(out).to_pydict()
    assert found["iou"][99] == pytest.approx(value_at(IOU, 100), rel=1e-6)
    assert found["test_mae"][298:] == [None, pytest.approx(value_at(MAE, 300))]
    events = b"".join(path.read_bytes() for path in folder.iterdir())
    assert all(tag in events for tag in (b"train/iou", b"test/iou", b"test/mae"))
