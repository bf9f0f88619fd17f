"""One table of events: a new kind is one entry, and no other module spells a kind."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded import Recording

from nanotrain_tui.drawing.chart import draw_chart
from nanotrain_tui.drawing.chart_model import ChartContext
from nanotrain_tui.drawing.charts.metric_charts import metric_chart
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.legend import chart_legend
from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session import events
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file

PACKAGE = Path(events.__file__).parents[1]
# The table, and the file format's SQL, which never changes.
SPELLED = {PACKAGE / "session" / "events.py", PACKAGE / "session" / "recording" / "schema.py"}
# Words that mean nothing but an event; "paused" is a state too, "checkpoint" a command.
UNMISTAKABLE = {
    "configured", "preparing", "evaluated", "checkpoint_removed", "edited", "diverged", "refused",
    "warned", "crashed",
}  # fmt: skip
SQL = re.compile(r"kind (?:=|<>|!=|IN) *\(?'(\w+)'")


def product_modules() -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path not in SPELLED and PACKAGE / "trainer" not in path.parents:
            yield path


def words_in(node: ast.AST | None) -> set[str]:
    """The text constants of an expression that is one, or a tuple, list or set of them."""
    parts = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    return {
        part.value for part in parts if isinstance(part, ast.Constant) and type(part.value) is str
    }


def is_kind(node: ast.AST) -> bool:
    """``event.kind``, ``kind`` and ``message["event"]``."""
    if isinstance(node, ast.Subscript):
        return words_in(node.slice) == {"event"}
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "kind"


def spelled_kinds(node: ast.AST) -> set[str]:
    """Kinds of events that a node of a module's tree spells where it compares or records them."""
    found: set[str] = set()
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        if any(map(is_kind, sides)):
            found = set().union(*map(words_in, sides))
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in ("record", "_record", "event", "events", "_at_a_step") and node.args:
            found = set().union(*map(words_in, node.args))
    elif isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "EVENTS":
        found = words_in(node.slice)
    elif isinstance(node, (ast.Dict, ast.Tuple, ast.List, ast.Set)):
        keys = node.keys if isinstance(node, ast.Dict) else node.elts
        words = set().union(*map(words_in, keys))
        if len(words) == len(keys) and words <= set(events.EVENTS) and words & UNMISTAKABLE:
            found = words
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        found = set(SQL.findall(node.value))
    return found & set(events.EVENTS)


@pytest.mark.slow
def test_no_module_besides_the_table_spells_a_kind() -> None:
    spelled = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {kind}"
        for path in product_modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for kind in spelled_kinds(node)
    ]
    assert spelled == []


@pytest.mark.parametrize(
    "code",
    [
        'event.kind == "edited"',
        'kind in ("paused", "resumed")',
        'self._record("warned", {})',
        'reader.events(["ready"])',
        'EVENTS["started"]',
        'message["event"] == "ready"',
        '{"crashed": 1, "finished": 2}',
        "\"SELECT * FROM events WHERE kind = 'evaluated'\"",
    ],
)
def test_a_spelled_kind_is_found(code: str) -> None:
    assert any(spelled_kinds(node) for node in ast.walk(ast.parse(code)))


@pytest.mark.parametrize("kind", events.EVENTS)
def test_every_kind_has_a_constant(kind: str) -> None:
    assert getattr(events, kind.upper()) == kind


def test_a_new_kind_is_found_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign = events.Sign("§", "$", "warning", 9, "The data were shuffled.")
    kind = events.Kind(
        {"message": events.TEXT, "rows": events.COUNT}, level="good", sign=sign, is_stop=True
    )
    monkeypatch.setitem(events.EVENTS, "reshuffled", kind)
    recording = Recording(tmp_path).started(steps=40).steps(20)
    recording.event("reshuffled", message="shuffled again", rows=60000)
    recording.steps(20).finished()

    assert verify_file(recording.folder.recording).problems == []
    follower = Follower(LocalSource(recording.folder.path))
    state = follower.follow()
    follower.close()
    assert ("shuffled again", "good") in [(line.text, line.level) for line in state.log]
    assert (20, "reshuffled") in [(mark.step, mark.kind) for mark in state.marks]
    assert [UNICODE.sign(sign), ASCII.sign(sign)] == ["§", "$"]
    assert ("$", "The data were shuffled.") in chart_legend(ASCII)
    axis = draw_chart(metric_chart(ChartContext(state), state.metrics.get("loss")), 60, 8, UNICODE)[
        -1
    ]
    assert "§" in "".join(span.text for span in axis)
    with SessionReader(recording.folder) as reader:
        stops = Replay(reader, lambda: 0.0).state().replay.stops
    assert "reshuffled" in [stop.kind for stop in stops]


def test_verify_holds_a_new_kind_against_its_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording(tmp_path).started(steps=20).steps(20)
    recording.event("reshuffled", rows="many")
    recording.finished()
    assert verify_file(recording.folder.recording).problems == []  # of a later version
    monkeypatch.setitem(events.EVENTS, "reshuffled", events.Kind({"rows": events.COUNT}))
    (problem,) = verify_file(recording.folder.recording).problems
    assert "its rows is not as documented" in problem


def test_every_sign_is_one_cell_and_every_weight_is_used_once() -> None:
    signs = events.signs().values()
    assert {len(sign.glyph) for sign in signs} == {len(sign.ascii) for sign in signs} == {1}
    assert len({sign.weight for sign in signs}) == len(signs)
