"""What the shim sends of the values: rows of steps, and the declaration of their names."""

import math

import pytest
from hosting import wait_for
from shim_wire import Wire, steps_of

from nanotrain_tui.script_shim._nanotrain_shim.rows import MOST_WAITING, Rows, json_number


@pytest.fixture
def wire():
    one = Wire()
    yield one
    one.close()


def test_a_name_is_declared_once_and_again_with_another_resolution(wire):
    rows = Rows(wire.channel, 0)
    rows.facts = {"parameters": 7}
    rows.send([1], {})
    assert wire.events() == [], "there is nothing to declare"
    rows.declare("Loss", "step", ("training", "validation"))
    rows.declare("val_accuracy", "step")
    rows.declare("size", "step")
    rows.send([1, 1], {"Loss": [1.0, 0.5]}, rate=0.25)
    started, row, beside = wire.events()
    assert (started["event"], started["step"], started["steps"]) == ("started", 3, 0)
    assert started["parameters"] == 7
    assert started["metrics"] == {
        "Loss": {
            "title": "Loss", "better": "down", "format": "number",
            "on": ["training", "validation"], "resolution": "step",
        },
        "val_accuracy": {
            "title": "val_accuracy", "better": "up", "format": "percent", "on": ["training"],
            "resolution": "step",
        },
        "size": {
            "title": "size", "better": None, "format": "number", "on": ["training"],
            "resolution": "step",
        },
        "learning_rate": {
            "title": "Learning rate", "better": None, "format": "number", "on": ["training"],
            "resolution": "sample",
        },
    }  # fmt: skip
    assert (row["first_step"], row["count"], list(row["metrics"])) == (2, 2, ["Loss"])
    assert (beside["first_step"], beside["count"]) == (3, 1)
    assert row["t0"] <= row["t1"] == beside["t1"]
    rows.declare("Loss", "step", ("training", "validation"))
    rows.send([1], {"Loss": [1.0]})
    assert [one["event"] for one in wire.events()] == ["steps"]
    rows.declare("Loss", "call", ("training",))
    rows.send([1], {"Loss": [1.0]})
    again, _ = wire.events()
    assert again["metrics"]["Loss"]["resolution"] == "call"


def test_a_call_of_several_updates_is_one_value_at_its_last_step(wire):
    rows = Rows(wire.channel, 10)
    rows.send([3, 2], {"loss": [4.0, 2.0]}, rate=0.5)
    assert wire.steps() == [
        (13, {"loss": [4.0]}), (15, {"loss": [2.0]}), (15, {"learning_rate": [0.5]}),
    ]  # fmt: skip


def test_calls_are_sent_in_runs_of_the_same_names(wire):
    rows = Rows(wire.channel, 0)
    rows.resume()
    for values in ({"a": 1}, {"a": 2}, {"a": 3, "b": 4}, {"b": 5}, {"b": 6, "text": "no number"}):
        rows.of_call(values)
    rows.flush()
    found = wire.events()
    assert [list(one["metrics"]) for one in found if one["event"] == "started"] == [
        ["a"], ["a", "b"],
    ]  # fmt: skip
    assert steps_of(found) == [
        (1, {"a": [1.0, 2.0]}), (3, {"a": [3.0], "b": [4.0]}), (4, {"b": [5.0, 6.0]}),
    ]  # fmt: skip
    rows.flush()
    assert wire.steps() == [] and rows.step == 5


def test_calls_wait_for_each_other_until_they_are_many_or_some_time_has_passed(wire, monkeypatch):
    module = "nanotrain_tui.script_shim._nanotrain_shim.rows."
    rows = Rows(wire.channel, 0)
    monkeypatch.setattr(module + "EVERY_S", 1e9)
    for value in range(MOST_WAITING - 1):
        rows.of_call({"a": value})
    assert wire.steps() == []
    rows.of_call({"a": 7})
    ((first, values),) = wire.steps()
    assert (first, len(values["a"])) == (1, MOST_WAITING)
    monkeypatch.setattr(module + "EVERY_S", 0.0)
    rows.of_call({"a": 8})
    assert wire.steps() == [(MOST_WAITING + 1, {"a": [8.0]})]


def test_of_values_beside_fit_the_newest_is_sent_with_the_next_row(wire):
    rows = Rows(wire.channel, 0)
    rows.declare("loss", "step")
    rows.beside({"loss": 1.0, "mine": 2.0})
    rows.beside({"mine": 3.0})
    rows.send([1], {"loss": [9.0]})
    started, *_ = found = wire.events()
    assert [one["resolution"] for one in started["metrics"].values()] == ["step", "call"]
    assert [one["first_step"] for one in found[1:]] == [1, 1]
    rows.beside({"mine": 4.0})
    rows.send([1], {})
    assert wire.steps() == [(2, {"mine": [4.0]})]
    rows.send([1], {})
    assert wire.steps() == [], "it is sent once"


def test_before_the_first_step_there_is_no_row_for_a_value(wire):
    rows = Rows(wire.channel, 0)
    rows.send([], {}, rate=0.5)
    assert wire.steps() == []


def test_numbers_that_are_not_finite_can_be_sent(wire):
    assert [json_number(one) for one in (1.5, math.inf, -math.inf)] == [1.5, "inf", "-inf"]
    assert json_number(math.nan) == "nan"
    rows = Rows(wire.channel, 0)
    rows.send([1, 1], {"loss": [1e39, -1e39]})
    assert wire.steps() == [(1, {"loss": [math.inf, -math.inf]})]


def test_what_is_no_command_is_passed_over(wire):
    wire.send(b'not json\n[1]\n{"do": 3}\n{"id": 1}\n\xff\n{"do": "pause", "id"')
    wire.send(b": 5}\n")
    assert wire.channel.take(wait=True) == {"do": "pause", "id": 5}
    assert not wire.channel.is_waiting
    wire.channel.answer({"do": "pause", "id": 5}, "no")
    wire.channel.answer({"do": "pause", "id": 6})
    assert wire.events() == [
        {"event": "answer", "id": 5, "ok": False, "why": "no"},
        {"event": "answer", "id": 6, "ok": True},
    ]


def test_the_end_of_the_host_is_told_once_and_nothing_is_sent_after_it():
    wire = Wire()
    ends = []
    wire.channel.on_end = lambda: ends.append(1)
    wire.close()
    wait_for(lambda: ends)
    wire.channel.emit("ready")
    assert wire.channel.take(wait=True) is None and ends == [1]
