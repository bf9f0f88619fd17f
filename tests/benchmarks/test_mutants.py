"""What ``python -m benchmarks mutants`` changes, and how it chooses tests and counts."""

import argparse
import json
import textwrap

import pytest

from benchmarks import mutants
from benchmarks.mutants import equivalent, packages, places, reach, report, trial

FILE = "nanotrain_tui/session/example.py"


def changes(code):
    source = textwrap.dedent(code).encode()
    found = places.mutants_of(FILE, source)
    for one in found:
        compile(one.apply(source), FILE, "exec")
    return [one.change for one in found]


def inside(line):
    """The changes of a line inside a function."""
    return changes(f"def f(a, b, c):\n    {line}\n")


def test_every_folder_of_tests_belongs_somewhere():
    folders = {path.parent.relative_to(packages.ROOT / "tests").parts[0]
               for path in (packages.ROOT / "tests").rglob("test_*.py")}  # fmt: skip
    owned = {folder for own in packages.TESTS.values() for folder in own}
    assert folders == owned | set(packages.WIDER) | set(packages.LEFT_OUT)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a = b < c", ["b < c -> b <= c"]),
        ("a = b is None", ["b is None -> b is not None"]),
        ("a = b <= c != d", ["b <= c != d -> b < c != d", "b <= c != d -> b <= c == d"]),
        ("a = b and c or d", ["b and c or d -> (b and c) and d", "b and c -> b or c"]),
        ("a = not b", ["not b -> b"]),
        ("a = b + c", ["b + c -> b - c"]),
        ("a = b // 2", ["b // 2 -> b * 2", "2 -> 3"]),
        ("a = True", ["True -> False"]),
        ("a = 0.5", ["0.5 -> 1.0"]),
        ("a = 0.0", ["0.0 -> 1.0"]),
        ("a = 'text'", []),
        ("a = 'x' + b", []),
        ("a = b['key']", ["'key' -> 'key_'"]),
        ("a = b.get('key')", ["'key' -> 'key_'"]),
        ("a = {'key': b}", ["'key' -> 'key_'"]),
        ("a = [x for x in b if c(x)]", ["c(x) -> not c(x)"]),
        ("a = f(b, c)", ["f(b, c) -> f(c, b)"]),
        ("a = f(b, c.d)", ["f(b, c.d) -> f(c.d, b)"]),
        ("a = f(b, None)", []),
        ("a = max(b, c)", []),
        ("a.b = c", ["a.b = c -> pass"]),
        ("a += b", ["a += b -> pass"]),
        ("del a", ["del a -> pass"]),
        ("f()", ["f() -> pass"]),
        ("raise a", ["raise a -> pass"]),
        ("return", ["return -> pass"]),
        ("return a", ["return a -> return None"]),
        ("return ''", ["return '' -> return None"]),
        ("return False", ["False -> True"]),
        ("return None", []),
        ("a = f'{b} of {c + 1}'", []),
    ],
)
def test_each_kind_of_change(line, expected):
    assert sorted(inside(line)) == sorted(expected)


def test_conditions_are_negated_once_and_loops_lose_their_exits():
    found = changes(
        """
        def f(a, b):
            while a:
                if b:
                    break
                elif a == b:
                    continue
        """
    )
    expected = ["b -> not b", "break -> pass", "a == b -> a != b", "continue -> pass"]
    assert found == expected


def test_what_no_test_can_see_is_left_alone():
    code = '''
        """The module's text."""
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            WIDTH = 1
        __all__ = ["f"]
        PAUSE_S = 0.5
        Rows = List[Dict[str, int]]

        @decorator(1)
        def f(a: "Literal[1]") -> Dict[str, "g"]:
            """The function's text."""
            b: Literal[2]

            raise NotImplementedError

        if __name__ == "__main__":
            f(1, 2)
        '''
    assert changes(code) == []


def test_a_change_replaces_its_place_alone_also_after_letters_of_two_bytes():
    source = "TEXT, WIDTH = 'größer', 80\nHEIGHT = 24\n".encode()
    first, second = places.mutants_of(FILE, source)
    assert first.apply(source).decode() == "TEXT, WIDTH = 'größer', 81\nHEIGHT = 24\n"
    assert second.apply(source).decode() == "TEXT, WIDTH = 'größer', 80\nHEIGHT = 25\n"
    assert (second.line, second.text, second.lines) == (2, "HEIGHT = 24", ())


def test_a_test_must_run_the_statement_and_not_only_its_function():
    code = textwrap.dedent(
        """
        def f(a=1):
            if (a and
                    a > 2):
                return 3
            return 4
        """
    ).encode()
    found = {one.change: one.lines for one in places.mutants_of(FILE, code)}
    assert found["a > 2 -> a >= 2"] == (3, 4)
    assert found["3 -> 4"] == (5,)
    assert found["1 -> 2"] == (3, 4, 5, 6), "a default value is used by the body"


def mutant(line=5, lines=(5,), file=FILE):
    return places.Mutant(file, line, 0, 1, "2", "1 -> 2", "x = 1", lines)


def recorded(folder, **seconds):
    tests = {f"tests/{folder}/test_x.py::{name}": took for name, took in seconds.items()}
    labels = {test: str(number) for number, test in enumerate(tests, 1)}
    return reach.Recorded(tests, labels)


def test_a_change_runs_the_tests_that_reach_its_line_the_fastest_first():
    own, wider = recorded("session", slow=3.0, fast=1.0, elsewhere=0.1), recorded("cli", a=2, b=1)
    own.lines = {FILE: {"0": [1], "1": [4, 5], "2": [5], "3": [9]}}
    wider.lines = {FILE: {"1": [5], "2": [5]}}
    first, then = reach.Reach([wider, own]).choose(mutant(), 10.0)
    assert list(first) == ["tests/session/test_x.py::fast", "tests/session/test_x.py::slow"]
    assert list(then) == ["tests/cli/test_x.py::b", "tests/cli/test_x.py::a"]
    _, then = reach.Reach([wider, own]).choose(mutant(), 1.5)
    assert list(then) == ["tests/cli/test_x.py::b"]


def test_a_fixture_of_a_whole_file_counts_for_all_of_its_tests():
    one = recorded("session", a=1.0, b=1.0)
    one.lines = {FILE: {"0": [5], "1": [6]}}
    one.failed = ["tests/session/test_x.py::a"]
    first, _ = reach.Reach([one]).choose(mutant(), 10.0)
    assert list(first) == ["tests/session/test_x.py::b"], "a fails on the unchanged program"


def test_what_runs_at_import_is_seen_by_the_tests_that_use_its_module():
    one = recorded("session", uses=1.0, imports=1.0)
    one.lines = {FILE: {"0": [5], "1": [6]}}
    first, _ = reach.Reach([one]).choose(mutant(lines=()), 10.0)
    assert list(first) == ["tests/session/test_x.py::uses"]


def test_survivors_that_are_argued_are_counted_apart():
    verdicts = [
        trial.Verdict(mutant(1), trial.KILLED, "a test", 1),
        trial.Verdict(mutant(2), trial.TIME, "", 1),
        trial.Verdict(mutant(3), trial.SURVIVED, "", 7),
        trial.Verdict(mutant(4, file="nanotrain_tui/host/x.py"), trial.UNREACHED, "", 0),
    ]
    result = report.summary(verdicts, {mutant(3).key: "It is only a hint."}, 9, 100)
    counts = [result[name] for name in ("tried", "killed", "survived", "equivalent", "places")]
    assert counts == [4, 2, 1, 1, 100]
    assert result["packages"]["host"] == {"tried": 1, "survived": 1}
    text = report.text_of(json.loads(json.dumps(result)))
    assert "nanotrain_tui/session/example.py:3: 1 -> 2" in text
    assert "equivalent: It is only a hint." in text and "no test runs this line" in text
    assert "4 of 100 changes, seed 9: 2 killed, 1 survived" in text


def test_the_seed_decides_which_changes_are_tried():
    found = mutants.all_mutants(["config"])
    assert len(found) > 100
    assert mutants.chosen(found, 5, 1) == mutants.chosen(found, 5, 1)
    assert mutants.chosen(found, 5, 1) != mutants.chosen(found, 5, 2)
    assert mutants.chosen(found, 0, 1) == found


def test_the_list_runs_nothing(capsys):
    parser = argparse.ArgumentParser()
    mutants.add_arguments(parser)
    asked = ["--list", "--json", "--packages", "config", "--count", "3", "--match", "presets.py"]
    assert mutants.run(parser.parse_args(asked)) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["file"] for row in rows] == ["nanotrain_tui/config/presets.py"] * 3


def test_an_unknown_package_is_refused():
    parser = argparse.ArgumentParser()
    mutants.add_arguments(parser)
    with pytest.raises(SystemExit, match="no package 'sesion'"):
        mutants.run(parser.parse_args(["--packages", "sesion"]))


def test_every_package_has_its_tests():
    folders = {path.name for path in (packages.ROOT / packages.PRODUCT).iterdir() if path.is_dir()}
    assert set(packages.TESTS) == folders.difference({"__pycache__"})
    for names in packages.TESTS.values():
        assert all((packages.ROOT / "tests" / name).is_dir() for name in names)


def test_every_argument_belongs_to_a_change_that_exists():
    table = equivalent.equivalents()
    found = set()
    for file in {file for file, _, _ in table}:
        source = (packages.ROOT / file).read_bytes()
        found.update(one.key for one in places.mutants_of(file, source))
    assert not set(table).difference(found)
    assert all(len(why.split()) >= 5 for why in table.values())
