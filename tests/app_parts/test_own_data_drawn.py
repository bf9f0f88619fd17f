"""What the set-up panel shows of a person's own table and arrays."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from setup_fakes import ARRAYS, NUMBERS, TABLE, column, findings

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.form.outlook import outlook_of
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import width_of
from nanotrain_tui.drawing.setup.own_data import draw_own_data
from nanotrain_tui.drawing.setup.plan import draw_plan
from nanotrain_tui.drawing.setup.state import Findings, Outlook

SIZES = [(38, 14), (38, 18), (60, 34), (96, 45), (28, 10), (12, 3), (1, 1)]


def outlook(facts: Mapping[str, Any], path: str = "/data/x", **found: Any) -> Outlook:
    values = {"data.name": facts["name"], "data.path": "/data/x", "train.batch_size": "16"}
    now = FormModel({**values, "data.path": path, "model.initializer": "he_normal"})
    looked_up = (FormModel(values).config, findings(facts, **found))
    return outlook_of(now, looked_up, before=looked_up)


def drawn(shown: Outlook, width: int = 38, height: int = 18) -> list[str]:
    lines = draw_plan(shown, width, height, UNICODE)
    return ["".join(span.text for span in line).rstrip() for line in lines]


def test_columns_target_classes_and_problems() -> None:
    lines = drawn(outlook(TABLE, pictures=()), 60, 34)
    assert lines[0] == "/data/flowers.csv (150 rows, target species)"
    assert lines[1].startswith("120 + 30 examples, rows of 4 numbers, 3 classes")
    at = lines.index("species      category target, 3 classes")
    assert lines[at + 1 : at + 6] == [
        "sepal length number   4.3 to 7.9, mean 5.84",
        "petal length number   4.3 to 7.9, mean 5.84, 3 missing",
        "colour       category white, violet",
        "seen         date     2024-03-01 to 2024-06-30",
        "id           text     left out: each row has another text",
    ]
    assert "classes: setosa (40 + 10), versicolor (41 + 9)," in lines[at + 6]
    text = " ".join(" ".join(lines).split())
    assert "! column 'id': it is left out" in text and "! 2 of the 30 test examples" in text
    assert "5.1 1.4 white" in text and "become the median" in text


def test_what_does_not_fit_is_counted() -> None:
    many = {**TABLE, "columns": [column(f"c{n}") for n in range(40)], "problems": []}
    lines = drawn(outlook(many, pictures=()))
    assert any(re.fullmatch(r"… \d+ more: nanotrain data inspect", line) for line in lines)
    lines = drawn(outlook(many, pictures=()), 24, 18)
    assert any(re.fullmatch(r"… \d+ more", line) for line in lines)
    names = [f"class {n}" for n in range(30)]
    classes = {**TABLE, "class_names": names, "class_counts": {"train": [4] * 30}}
    lines = ["".join(s.text for s in line) for line in draw_own_data(classes, 60, 9, UNICODE)]
    assert lines[-1].endswith("… 23 more") and len(lines) == 8


def test_arrays_and_pictures_with_the_names_of_their_classes() -> None:
    lines = drawn(outlook(ARRAYS), 60, 34)
    assert "x uint8 1000x28x28, inputs of the train part" in lines
    assert any(line.split()[:2] == ["alpha", "beta"] for line in lines)
    assert "900 + 100 pictures, 28x28, 4 classes" in lines[1]


@pytest.mark.parametrize("facts", [TABLE, NUMBERS, ARRAYS])
def test_every_size_is_kept(facts: Mapping[str, Any]) -> None:
    for path in ("/data/x", "/data/other"):
        for width, height in SIZES:
            for glyphs in (UNICODE, ASCII):
                lines = draw_plan(outlook(facts, path), width, height, glyphs)
                assert len(lines) <= height and {width_of(line) for line in lines} <= {width}


def test_the_last_answer_stays_until_the_new_one_is_there() -> None:
    shown = outlook(TABLE, "/data/other", pictures=())
    assert shown.findings is None and shown.layers
    lines = draw_plan(shown, 38, 18, UNICODE)
    assert lines[0][0].text.startswith("looking for the data")
    table = [line for line in lines if any("target" in span.text for span in line)]
    assert table and all(span.role in ("", "muted") for span in table[0])
    assert draw_plan(shown, 38, 18, UNICODE)[1][0].role == "muted"
    reading = outlook_of(
        FormModel({"data.name": "csv", "data.path": "/b"}), None, None, "reading b"
    )
    assert drawn(reading)[0] == "reading b …"


def test_the_last_columns_stay_below_a_problem() -> None:
    model = FormModel({"data.name": "csv", "data.path": "/data/x", "data.target": "spices"})
    why = "There is no column 'spices'."
    refused = findings({}, problem=why, key="data.target", pictures=())
    before = (FormModel({"data.name": "csv", "data.path": "/data/x"}).config, findings(TABLE))
    shown = outlook_of(model, (model.config, refused), before=before)
    lines = drawn(shown)
    assert lines[0] == "! target: There is no column 'spices'."
    assert any("petal" in line for line in lines) and shown.is_old


def test_the_task_that_was_found_is_the_one_that_was_looked_for() -> None:
    values = {"data.name": "csv", "data.path": "/data/x"}
    found = (FormModel(values).config, findings(NUMBERS))
    assert outlook_of(FormModel({**values, "data.task": "regression"}), found).findings
    other: Findings | None = outlook_of(
        FormModel({**values, "data.task": "classification"}), found
    ).findings
    assert other is None
