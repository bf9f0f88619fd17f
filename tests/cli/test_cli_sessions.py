"""sessions: filter, sort, rename, tag, note, delete."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli_runs import Nano
from recorded import Recording, tutorial_run

from nanotrain_tui.drawing.glyphs import ASCII
from nanotrain_tui.drawing.spark import spark
from nanotrain_tui.session.summary import summarise_all


def names(nano: Nano, *arguments: str) -> list[str]:
    return [one["name"] for one in json.loads(nano("sessions", *arguments, "--json").out)]


@pytest.fixture
def three(home: Path) -> Path:
    tutorial_run(home)
    tutorial_run(home, optimizer__name="sgd")
    recording = Recording(home, "digits").started().steps(100).evaluated(accuracy=0.99)
    for t in range(4):
        recording.recorder.sample(float(t), 100, {"power_total_mw": 5000 + 1000 * t})
    recording.close()
    return home


def test_sessions_are_filtered_and_sorted(nano: Nano, three: Path) -> None:
    assert names(nano, "--state", "interrupted") == ["digits-1"]
    assert names(nano, "--search", "sgd finished") == ["mnist-2"]
    assert names(nano, "--sort", "accuracy")[0] == "digits-1"
    assert names(nano, "--sort", "name", "--reverse") == ["mnist-2", "mnist-1", "digits-1"]
    assert "None of 3 sessions" in nano("sessions", "--state", "failed").out


def test_sessions_are_sorted_by_the_best_value_not_the_last(nano: Nano, home: Path) -> None:
    for first, last in ((0.7, 0.6), (0.9, 0.5)):
        recording = Recording(home).started().steps(100).evaluated(accuracy=first)
        recording.steps(100).evaluated(accuracy=last).finished()
    assert names(nano, "--sort", "accuracy") == ["mnist-2", "mnist-1"]


def test_the_list_tells_energy_and_draws_the_loss(nano: Nano, three: Path) -> None:
    (one,) = json.loads(nano("sessions", "--search", "digits", "--json").out)
    assert one["energy_j"] == pytest.approx(5.5 + 6.5 + 7.5)
    assert one["best_loss"] == 0.5
    assert one["spark"] == sorted(one["spark"], reverse=True) and len(one["spark"]) == 24
    assert "19.5 J" in nano("sessions", "--search", "digits").out


@pytest.mark.parametrize("read_anew", [False, True])
def test_the_drawn_loss_marks_where_it_is_not_finite(
    nano: Nano, home: Path, read_anew: bool
) -> None:
    """In the stored summary and in one made anew."""
    nan, inf = float("nan"), float("inf")
    courses = ({240: nan}, dict.fromkeys(range(1, 241), nan), dict.fromkeys(range(91, 121), inf))
    for losses in courses:
        folder = Recording(home).started().steps(240, losses=losses).finished()
        if read_anew:
            with closing(sqlite3.connect(folder.recording)) as database, database:
                database.execute("DELETE FROM meta WHERE key = 'summary'")
    sparks = [one.split()[3] for one in reversed(nano("sessions").out.splitlines()[1:])]
    assert [text[-1] for text in sparks] == ["×", "×", "▁"]
    assert sparks[1] == "×" * 8 and sparks[2][:6].count("∞") == 1 and sparks[2][3] == "∞"
    report = json.loads(nano("sessions", "--sort", "name", "--json").out)
    assert [one["spark"].count(None) for one in report] == [1, 24, 3]
    first, *_ = [one for one in summarise_all(str(home)) if one.name == "mnist-1"]
    assert spark(first.spark, ASCII, 8)[-1] == "x" and first.best("loss") is None


def test_tags_and_notes_stay_on_a_session(nano: Nano, three: Path) -> None:
    assert nano("sessions", "tag", "mnist-1", "+keep", "first").out == "first keep\n"
    assert nano("sessions", "tag", "mnist-1", "-first").out == "keep\n"
    assert nano("sessions", "note", "mnist-1", "the good one").status == 0
    assert names(nano, "--tag", "keep") == ["mnist-1"]
    assert names(nano, "--search", "good") == ["mnist-1"]
    assert "+keep  the good one" in nano("sessions").out
    assert nano("sessions", "tag", "mnist-1", "+a b").status == 1
    nano("sessions", "note", "mnist-1", "")
    assert "no note" in nano("sessions", "note", "mnist-1").out


def test_a_session_gets_another_name(nano: Nano, three: Path) -> None:
    assert nano("sessions", "rename", "mnist-1", "calm").out == "mnist-1 is now calm\n"
    assert json.loads(nano("show", "calm", "--json").out)["name"] == "calm"
    taken = nano("sessions", "rename", "calm", "mnist-2")
    assert taken.status == 1 and "already" in taken.err
    assert nano("sessions", "rename", "calm", "../calm").status == 1
    assert names(nano, "--sort", "name") == ["calm", "digits-1", "mnist-2"]


def test_deleting_asks_and_takes_whole_names_only(nano: Nano, three: Path) -> None:
    assert "--yes" in nano("sessions", "delete", "mnist-1").err
    assert "whole name" in nano("sessions", "delete", "digits", "--yes").err
    assert nano("sessions", "delete", "mnist-1", "mnist-2", "--yes").status == 0
    assert names(nano) == ["digits-1"]
    assert [path.name for path in (three / "sessions").iterdir()] == ["digits-1"]


def test_one_that_runs_is_neither_deleted_nor_renamed(nano: Nano, home: Path) -> None:
    recording = Recording(home).started()
    with recording.alive():
        ran = nano("sessions", "delete", "mnist-1", "--yes")
        assert ran.status == 1 and "still running" in ran.err
        ran = nano("sessions", "rename", "mnist-1", "calm")
        assert ran.status == 1 and "stop it first" in ran.err
        assert nano("sessions", "tag", "mnist-1", "live").status == 0
    recording.close()


def test_what_was_recorded_after_the_summary_counts(nano: Nano, home: Path) -> None:
    from nanotrain_tui.session.recording.recorder import Recorder

    folder = tutorial_run(home)
    recorder = Recorder(folder)
    recorder.event(2.0, 1000, "evaluated", {"loss": 0.1, "accuracy": 0.999, "seconds": 0.1})
    recorder.commit()
    recorder._connection.close()
    (one,) = json.loads(nano("sessions", "--json").out)
    assert one["best_accuracy"] == 0.999


def test_a_start_that_was_interrupted_is_listed_and_deleted(nano: Nano, home: Path) -> None:
    left = home / "sessions" / "mine"
    left.mkdir(parents=True)
    os.utime(left, (1e9, 1e9))
    assert "without a recording" in nano("sessions").out.lower()
    assert json.loads(nano("sessions", "--json").out) == []
    assert nano("sessions", "delete", "mine", "--yes").out == "deleted mine\n"
    assert not left.exists()
