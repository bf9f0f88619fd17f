"""Edits known before training."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.protocol import Failed
from nanotrain_tui.trainer.script import Script, ScriptedEdit, parse_edits


def test_edits_are_read():
    about = {"who": "eva@board", "again": 7, "undoes": 5}
    given = [{"step": 3, "set": {"model.l2": 1}, **about}, {"step": 0, "set": {}}]
    assert parse_edits(given) == [ScriptedEdit(3, {"model.l2": 1}, about), ScriptedEdit(0, {}, {})]


@pytest.mark.parametrize(
    "wrong",
    [None, {}, "x", [3], [{}], [{"step": 1}], [{"set": {}}], [{"step": True, "set": {}}],
     [{"step": "1", "set": {}}], [{"step": 1, "set": []}], [{"step": 1.5, "set": {}}]],
)  # fmt: skip
def test_what_is_no_edit_is_named(wrong):
    with pytest.raises(Failed) as failure:
        parse_edits(wrong)
    assert (failure.value.kind, failure.value.key) == ("config", "edits")


@given(st.lists(st.integers(0, 20)), st.integers(0, 20))
def test_each_comes_once_at_its_step_and_those_before_the_start_never(steps, start):
    edits = [ScriptedEdit(step, {"train.steps": i}, {}) for i, step in enumerate(steps)]
    script, taken = Script(edits, start), []
    for step in range(start, 25):
        edit = script.take(step)
        while edit is not None:
            assert edit.step == step
            taken.append(edit)
            edit = script.take(step)
        assert script.next_step is None or script.next_step > step
    assert taken == sorted((e for e in edits if e.step >= start), key=lambda edit: edit.step)
