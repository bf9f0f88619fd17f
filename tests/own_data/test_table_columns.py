"""The types of columns, what is done with them, and what is refused by row and column."""

import numpy as np
import pytest
from tables_written import inspected, loaded, refused, rows_text, written

ROWS = 40


def half(i):
    return i / 2


def column(facts, name):
    return next(one for one in facts["columns"] if one["name"] == name)


def test_numbers_categories_and_dates_are_told_apart(tmp_path):
    text = rows_text(
        ROWS, half, lambda i: f"2024-01-{i % 28 + 1:02}", lambda i: "xyz"[i % 3], lambda i: i * i,
        heading="number,date,category,target",
    )  # fmt: skip
    facts = inspected(written(tmp_path, text))
    assert [one["type"] for one in facts["columns"]] == ["number", "date", "category", "number"]
    assert (column(facts, "date")["low"], column(facts, "date")["high"]) == (
        "2024-01-01", "2024-01-28",
    )  # fmt: skip
    assert facts["features"] == ["number", "date", "category=x", "category=y", "category=z"]
    assert facts["task"] == "regression" and facts["shape"] == [5]


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["31.12.2023", "1.2.2024"], "day/month/year"),
        (["12/31/2023", "2/1/2024"], "month/day/year"),
        (["31/12/2023", "1/2/2024"], "day/month/year"),
        (["2023-12-31 10:00:00", "2024-02-01T12:30:00Z"], "year-month-day"),
    ],
)
def test_the_form_of_dates_is_told(cells, form, tmp_path):
    text = rows_text(ROWS, lambda i: cells[i % 2], half, lambda i: i % 2)
    facts = inspected(written(tmp_path, text))
    assert column(facts, "a")["type"] == "date"
    assert any(form in note for note in facts["notes"])
    assert column(facts, "a")["low"][:10] == "2023-12-31"


def test_missing_numbers_become_the_median_of_the_training_part(tmp_path):
    text = rows_text(ROWS, lambda i: "NA" if i % 5 == 0 else i, half, lambda i: i % 2)
    path = written(tmp_path, text)
    facts, data = inspected(path), loaded(path)
    assert column(facts, "a")["missing"] == ROWS // 5
    found = facts["preprocessing"]["columns"][0]
    value = np.float32((found["median"] - found["mean"]) / found["deviation"])
    together = np.concatenate([data.train.inputs, data.test.inputs])
    assert (together[:, 0] == value).sum() >= ROWS // 5
    assert any("become the median" in note for note in facts["notes"])


def test_missing_categories_are_a_category_of_their_own(tmp_path):
    text = rows_text(ROWS, lambda i: ["", "u", "v"][i % 3], half, lambda i: i % 2)
    facts = inspected(written(tmp_path, text))
    assert facts["features"] == ["b", "a=u", "a=v", "a=(missing)"]


def test_inputs_are_standardised_by_the_training_part_alone(tmp_path):
    path = written(tmp_path, rows_text(200, half, lambda i: (i * 7919) % 101, lambda i: i % 2))
    data = loaded(path)
    assert np.allclose(data.train.inputs.mean(axis=0), 0.0, atol=1e-5)
    assert np.allclose(data.train.inputs.std(axis=0), 1.0, atol=1e-5)
    assert not np.allclose(data.test.inputs.mean(axis=0), 0.0, atol=1e-5)
    limited = loaded(path, data__validation=0.3)
    assert np.allclose(limited.train.inputs.mean(axis=0), 0.0, atol=1e-5)
    assert not np.allclose(limited.validation.inputs.mean(axis=0), 0.0, atol=1e-5)


def test_a_regression_is_scored_in_the_units_of_the_target(tmp_path):
    data = loaded(written(tmp_path, rows_text(100, half, half, lambda i: 1000 + 10 * i)))
    assert data.task == "regression" and data.scale[0] > 100
    assert np.allclose(data.train.targets.mean(), 0.0, atol=1e-5)


@pytest.mark.parametrize(
    ("target", "task", "classes"),
    [
        (lambda i: "ab"[i % 2], "binary", ["a", "b"]),
        (lambda i: "cab"[i % 3], "classification", ["a", "b", "c"]),
        (lambda i: i % 2 * 1.0, "binary", ["0", "1"]),
        (lambda i: (10, 9, 2)[i % 3], "classification", ["2", "9", "10"]),
        (lambda i: i * 1.5, "regression", []),
        (lambda i: i, "regression", []),
    ],
)
def test_the_task_follows_the_target(target, task, classes, tmp_path):
    facts = inspected(written(tmp_path, rows_text(ROWS, half, half, target)))
    assert facts["task"] == task and facts.get("class_names", []) == classes


def test_the_task_can_be_chosen(tmp_path):
    path = written(tmp_path, rows_text(ROWS, half, half, lambda i: i % 3))
    assert inspected(path, data__task="regression")["task"] == "regression"
    assert "binary needs two" in refused(path, data__task="binary")[1]
    two = written(tmp_path, rows_text(ROWS, half, half, lambda i: i % 2), "two.csv")
    assert inspected(two, data__task="classification")["outputs"] == 2


def test_several_targets_are_a_regression(tmp_path):
    path = written(tmp_path, rows_text(ROWS, half, lambda i: i * i, lambda i: 3 * i))
    facts = inspected(path, data__target="b, target")
    assert (facts["task"], facts["outputs"], facts["shape"]) == ("regression", 2, [1])


def test_columns_are_chosen_and_left_out_by_name(tmp_path):
    text = rows_text(ROWS, half, lambda i: i * i, lambda i: i % 5, lambda i: i % 2,
                     heading="a,b,c,target")  # fmt: skip
    path = written(tmp_path, text)
    assert inspected(path, data__features="a, c")["features"] == ["a", "c"]
    assert inspected(path, data__features="-b")["features"] == ["a", "c"]
    key, message = refused(path, data__features="d")
    assert key == "data.features" and "a, b, c, target" in message
    assert "cannot be a feature" in refused(path, data__features="target")[1]


def test_useless_columns_are_left_out_and_told(tmp_path):
    text = rows_text(
        ROWS, lambda i: i, lambda i: 7, lambda i: "", half, lambda i: i % 2,
        heading=",constant,empty,a,target",
    )  # fmt: skip
    facts = inspected(written(tmp_path, text))
    assert facts["features"] == ["a"]
    told = {one["column"]: one["message"] for one in facts["problems"]}
    assert "numbers the rows" in told["column 1"] and "one value" in told["constant"]
    assert "is empty" in told["empty"]


def test_a_feature_that_tells_the_target_is_told(tmp_path):
    text = rows_text(ROWS, half, lambda i: "xy"[i % 2], lambda i: i % 2)
    assert [one["column"] for one in inspected(written(tmp_path, text))["problems"]] == ["b"]
    text = rows_text(ROWS, lambda i: i * i % 17, lambda i: 3 * i + 1, lambda i: 1.5 * i)
    assert [one["column"] for one in inspected(written(tmp_path, text))["problems"]] == ["b"]


def test_duplicates_across_the_parts_and_imbalance_are_told(tmp_path):
    text = rows_text(200, lambda i: i % 3, lambda i: i % 2, lambda i: int(i % 40 == 0))
    told = " ".join(one["message"] for one in inspected(written(tmp_path, text))["problems"])
    assert "also there for training" in told and "Class '0' has" in told


@pytest.mark.parametrize(
    ("row", "column_name", "cell", "why"),
    [
        (7, "a", "12x", "'12x' is not a number"),
        (9, "b", "inf", "infinite"),
        (11, "target", "", "the target is missing in 1 row"),
        (11, "target", "inf", "the target is infinite"),
        (11, "target", "oops", "'oops' is not a number"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(row, column_name, cell, why, tmp_path):
    lines = rows_text(500, half, lambda i: i * i, lambda i: i * 1.5).splitlines()
    cells = lines[row - 1].split(",")
    cells[["a", "b", "target"].index(column_name)] = cell
    lines[row - 1] = ",".join(cells)
    message = refused(written(tmp_path, "\n".join(lines)))[1]
    assert f"row {row}, column {column_name}" in message and why in message


def test_free_text_is_refused_by_name_and_can_be_left_out(tmp_path):
    text = rows_text(ROWS, half, lambda i: f"comment number {i}", lambda i: i % 2)
    path = written(tmp_path, text)
    key, message = refused(path)
    assert key == "data.features" and "column b: 'comment number 0' is free text" in message
    assert "data.features = -b" in message
    assert inspected(path, data__features="-b")["features"] == ["a"]


@pytest.mark.parametrize("cell", ["1,{:03}.5", "1,{:03},000", "2 {:03}"])
def test_separators_between_thousands_are_named(cell, tmp_path):
    text = rows_text(ROWS, lambda i: f'"{cell.format(i)}"', half, lambda i: i % 2)
    message = refused(written(tmp_path, text))[1]
    assert "separators between thousands" in message and "row 2, column a" in message


def test_a_wrong_target_is_refused_with_the_columns(tmp_path):
    path = written(tmp_path, rows_text(ROWS, half, lambda i: 3, lambda i: i % 2))
    key, message = refused(path, data__target="targte")
    assert key == "data.target" and "Did you mean 'target'?" in message
    assert "one class" in refused(path, data__target="b", data__task="classification")[1]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    from nanotrain_tui.trainer.data.tables import table

    path = written(tmp_path, rows_text(ROWS, half, half, lambda i: i % 2))
    read = table.read_columns

    def read_slowly(*arguments):
        path.write_text(path.read_text() + "1,2,0\n")
        return read(*arguments)

    monkeypatch.setattr(table, "read_columns", read_slowly)
    assert "has changed while it was read" in refused(path)[1]


def test_many_categories_take_no_more_memory_than_codes(tmp_path):
    text = rows_text(5000, lambda i: f"c{i % 900}", lambda i: f"d{i % 800}", lambda i: i % 2)
    data = loaded(written(tmp_path, text))
    assert data.train.shape == (1700,)
    inputs, targets = data.train.take(np.array([[0, 1], [2, 3]]))
    assert inputs.shape == (2, 2, 1700) and targets.shape == (2, 2)
    assert np.array_equal(inputs.sum(axis=2), np.full((2, 2), 2.0))
