"""Predictions as lines of text."""

from __future__ import annotations

from nanotrain_tui.cli.predictions.text import accuracy_line, lines_of


def test_the_accuracy_and_the_five_most_frequent_mistakes() -> None:
    answer = {"accuracy": 0.75, "labelled": 4, "confusion": [[2, 1], [0, 1]]}
    assert accuracy_line(answer) == (
        "accuracy 75.00% on 4 labelled images; most frequent mistakes: 0 as 1 (1)"
    )
    many = [[9 if i == j else i for j in range(4)] for i in range(4)]
    line = accuracy_line({"accuracy": 0.5, "labelled": 1, "confusion": many, "classes": "abcd"})
    assert line == (
        "accuracy 50.00% on 1 labelled image; most frequent mistakes: "
        "d as c (3), d as b (3), d as a (3), c as d (2), c as b (2)"
    )
    right = {"accuracy": 1.0, "labelled": 2, "confusion": [[1, 0], [0, 1]]}
    assert accuracy_line(right) == "accuracy 100.00% on 2 labelled images"


def test_a_picture_has_a_bar_for_each_of_the_likeliest_classes() -> None:
    answer = {
        "file": "a.png", "index": 3, "class": "six", "label": 8,
        "outputs": [0.25, 0.625, 0.125], "probabilities": {"0": 0.25, "six": 0.625, "2": 0.125},
    }  # fmt: skip
    first, *bars = lines_of(answer, 2)
    assert first == "a.png[3]: six, labelled class 8"
    assert [bar.split()[:2] for bar in bars] == [["six", "0.6250"], ["0", "0.2500"]]
    assert len(bars[0].split()[2]) > 2 * len(bars[1].split()[2])
    assert bars[0].index("0.6250") == bars[1].index("0.2500")
