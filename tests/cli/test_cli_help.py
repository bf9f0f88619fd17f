"""Help, completion and wrong command lines."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import Nano, is_paragraph
from recorded import tutorial_run

from nanotrain_tui.cli.group import command_names


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_prints_a_script(nano: Nano, shell: str) -> None:
    ran = nano("completion", shell)
    assert ran.status == 0 and "_NANOTRAIN_COMPLETE" in ran.out


def completions(*words: str) -> list[str]:
    from click.shell_completion import ShellComplete

    from nanotrain_tui.cli.group import nanotrain

    *before, last = words
    found = ShellComplete(nanotrain, {}, "nanotrain", "_X").get_completions(before, last)
    return [item.value for item in found]


def test_names_and_keys_complete(home: Path) -> None:
    tutorial_run(home)
    assert completions("show", "mn") == ["mnist-1"]
    assert completions("train", "--set", "optimizer.na") == ["optimizer.name="]
    assert completions("train", "--set", "optimizer.name=ad")[:2] == [
        "optimizer.name=adam", "optimizer.name=adamw",
    ]  # fmt: skip
    assert completions("train", "--set", "lr") == ["optimizer.learning_rate="]
    assert completions("train", "--set", "batch") == ["train.batch_size="]
    assert completions("train", "--set", "optimizer=") == []
    assert completions("keys", "lr") == ["optimizer.learning_rate"]
    assert completions("train", "--preset", "sa") == ["sane"]
    assert completions("export", "mnist-1", "--format", "cs") == ["csv"]
    assert completions("ses") == ["sessions"]
    assert completions("sessions", "--sort", "acc") == ["accuracy"]
    assert completions("train", "--set", "data.task=b") == ["data.task=binary"]
    assert completions("data", "ins") == ["inspect"]


@pytest.mark.parametrize("words", [["train"], ["data", "inspect"]])
def test_the_shell_completes_files(words: list[str]) -> None:
    from click.shell_completion import ShellComplete

    from nanotrain_tui.cli.group import nanotrain

    (found,) = ShellComplete(nanotrain, {}, "nanotrain", "_X").get_completions(words, "read")
    assert found.type == "file"


# -- the program itself -------------------------------------------------------------------------


def test_version_and_help(nano: Nano) -> None:
    assert nano("--version").out.startswith("nanotrain ")
    for command in ([], *([name] for name in command_names())):
        ran = nano(*command, "-h")
        assert ran.status == 0 and ran.out.startswith("Usage: nanotrain")


def helps(nano: Nano, *words: str) -> dict[tuple[str, ...], str]:
    """The help of a command and of its subcommands, by the words of the command line."""
    found = {words: nano(*words, "--help").out}
    listed = found[words].partition("\nCommands:\n")[2].partition("\n\n")[0]
    names = [line.split()[0] for line in listed.splitlines() if line[2:3].strip()]
    for name in names:
        found.update(helps(nano, *words, name))
    return found


def test_every_help_reads_whole_in_80_columns(nano: Nano, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider, no sentence is cut, and what SESSION stands for is explained."""
    monkeypatch.setenv("COLUMNS", "80")
    found = helps(nano)
    assert {("resume",), ("sessions", "tag"), ("data", "download")} <= set(found)
    for words, text in found.items():
        usage, *lines = text.splitlines()
        assert max(map(len, lines)) <= 80, words
        assert not [line for line in lines if line.endswith("...")], words
        if "SESSION" in usage and words[0] != "sessions":
            assert "name or the beginning of one" in " ".join(text.split()), words


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("trian",), "'train'"),
        (("train", "--jsno"), "--json"),
        (("send",), "SESSION"),
        (("show",), "there is no session"),
        (("export", "x"), "--format"),
        (("train", "a.toml", "b.toml"), "b.toml"),
        (("completion", "tcsh"), "tcsh"),
    ],
)
def test_a_wrong_command_line_is_one_paragraph(
    nano: Nano, arguments: tuple[str, ...], message: str
) -> None:
    ran = nano(*arguments)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err) and message in ran.err


def test_the_dashboard_without_a_terminal_is_one_sentence(nano: Nano) -> None:
    ran = nano()
    assert ran.status == 2 and ran.out == ""
    assert "terminal" in ran.err and ran.err.count("\n") == 1


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from nanotrain_tui.cli import main; main(['--help']);"
        "print([m for m in ('textual', 'numpy', 'plotext', 'rich', 'psutil', 'sqlite3',"
        " 'tensorflow') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_a_question_ends_without_a_full_stop(nano: Nano) -> None:
    ran = nano("train", "--detahc")
    assert ran.status == 2
    assert "Did you mean" in ran.err and ran.err.endswith(" See 'nanotrain train --help'.\n")
    assert "?." not in ran.err and "?)." not in ran.err


def test_the_keys_are_explained_in_sections(nano: Nano, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = nano("keys").out
    assert "\n\nTRAINING\n  train." in text and text.endswith(".\n\n")
    one = nano("keys", "train.batch_size").out.splitlines()
    assert one[:2] == ["TRAINING", "  train.batch_size"] and one[-1] == ""
    assert any(line.startswith("      ") and "default 100" in line for line in one)


@pytest.mark.parametrize("known", [True, False])
def test_an_unknown_session_says_what_there_is(nano: Nano, home: Path, known: bool) -> None:
    if known:
        tutorial_run(home)
    said = nano("show", "zzz").err
    assert ("'nanotrain sessions' lists them." in said) == known
    assert ("There is no session yet." in said) != known
