"""Columns that are typed in the form: completion, and what is said of them."""

import pytest

from nanotrain_tui.app.form.columns import columns_for, complete_column, describe_column

TARGET, FEATURES, SPLIT = "data.target", "data.features", "data.split"
COLUMNS = {"window": "category", "width": "number", "day": "date", "a, b": "number"}


def test_the_columns_are_those_of_the_table() -> None:
    data = {"columns": [{"name": "day", "type": "date"}]}
    assert columns_for(TARGET, data) == {"day": "date"}
    assert not columns_for("data.path", data) and not columns_for(TARGET, {})


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        (TARGET, "w", "wi"), (TARGET, "win", "window"), (TARGET, "day, wid", "day, width"),
        (TARGET, "xyz", "xyz"), (FEATURES, "-wid", "-width"), (FEATURES, "day,- win",
        "day,- window"), (TARGET, "a,", "a, b"), (SPLIT, "da", "day"),
    ],
)  # fmt: skip
def test_a_column_is_completed_as_far_as_it_is_clear(key: str, text: str, found: str) -> None:
    assert complete_column(key, text, COLUMNS).text == found


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        (TARGET, "", ""), (SPLIT, "0.2", ""), (TARGET, "window", "window: category"),
        (TARGET, "WINDOW", "window: category"), (TARGET, "w", "window  width\nTab: complete."),
        (TARGET, "day", "day: date; it cannot be a target"), (FEATURES, "-day", "day: date"),
        (TARGET, "a, b", "a, b: number"), (FEATURES, "day, -width", "width: number"),
        (TARGET, "xyz", "There is no column 'xyz'. There are: window  width  day  a, b"),
        (FEATURES, "xyz, day", "There is no column 'xyz'. There are: window  width  day  a, b"),
    ],
)  # fmt: skip
def test_what_is_typed_is_answered(key: str, text: str, said: str) -> None:
    assert describe_column(key, text, COLUMNS) == said
