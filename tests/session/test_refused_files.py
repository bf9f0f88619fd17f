"""The reason why a recording from elsewhere is refused."""

from types import SimpleNamespace

import pytest

from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.recording import portable


@pytest.mark.parametrize(
    ("problems", "reason"),
    [(["one"], "one"), (["one", "two"], "one (and 1 more)"), (list("abc"), "a (and 2 more)")],
)
def test_the_first_problem_is_named_and_the_others_are_counted(monkeypatch, problems, reason):
    found = SimpleNamespace(problems=problems)
    monkeypatch.setattr(portable, "verify_file", lambda *_, **__: found)
    with pytest.raises(RecordingError) as caught:
        portable._check("a.db", "recording")
    assert str(caught.value) == "a.db is refused: " + reason
