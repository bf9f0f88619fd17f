"""The finish command by itself; the tests of whole sessions run real ones."""

import pytest
from hosting import wait_for

from nanotrain_tui.host.ending.finish_command import FinishCommands
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.session.folder import SessionFolder


@pytest.fixture
def ended(tmp_path):
    """Runs a command to its end; what failed, and how often none was left running."""
    loop = Loop()

    def run(command):
        problems, idle = [], []
        commands = FinishCommands(
            SessionFolder(str(tmp_path)),
            str(tmp_path),
            loop,
            problems.append,
            lambda: idle.append(True),
        )
        commands.run(command, "finished", 7)
        wait_for(lambda: (commands.check_exit(), not commands.is_running)[1], "the command")
        commands.close()
        return problems, len(idle)

    yield run
    loop.close()


@pytest.mark.parametrize("command", [None, "", "  ", []])
def test_an_empty_command_runs_nothing(ended, command):
    assert ended(command) == ([], 0)


@pytest.mark.parametrize("command", ["true", ["true"]])
def test_a_command_that_succeeds_is_no_problem(ended, command):
    assert ended(command) == ([], 1)


@pytest.mark.parametrize("command", ["echo 'no end", 5, "/no/such/program"])
def test_a_command_that_cannot_be_run_is_a_problem_and_not_an_exception(ended, command):
    """An exception at the end of a session would leave its host running for ever."""
    problems, idle = ended(command)
    assert len(problems) == 1 and "cannot be run" in problems[0] and idle == 1
