"""Starts the dashboard from the command line, and prints a message when it closes."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from nanotrain_tui.app.terminal.gone import drop

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp
    from nanotrain_tui.app.source.ports import Formats, Watch
    from nanotrain_tui.config import Folders, Preset, Presets, Settings

STARTING_WAIT_S = 60.0  # after quitting during a start: the wait for the session's name


def run_dashboard(
    config: Mapping[str, Any],
    *,
    folders: Folders,
    settings: Settings,
    presets: Presets,
    session: str | None = None,
    watch: Watch | None = None,
    in_process: bool = False,
    formats: Formats | None = None,
) -> int:
    """Show the dashboard until the user quits. Returns the exit status: 0, 1 failed, 2 no terminal.

    ``config`` is a checked flat configuration for the form. ``session`` names the session to
    attach to, ``watch`` the one to replay. A running session keeps running after quitting, and the
    command that returns to it is printed. ``formats`` returns the export formats.
    """
    problem = no_terminal()
    if problem:
        print(problem, file=sys.stderr)
        return 2
    # Imported here, because commands without a screen do not need Textual.
    from nanotrain_tui.app.app import NanotrainApp
    from nanotrain_tui.app.source.backend import LocalBackend
    from nanotrain_tui.app.source.ports import Preferences
    from nanotrain_tui.config import remember

    app = NanotrainApp(
        LocalBackend(folders, in_process),
        config,
        presets=list(presets.by_name.values()),
        problems=presets.problems,
        preferences=Preferences(
            theme=settings.theme,
            themes_dir=folders.themes,
            save_theme=partial(remember, folders, "ui.theme"),
            save_preset=partial(_save_preset, folders.presets),
            keys=settings.keys,
            bell=settings.bell,
            formats=formats,
        ),
        session=session,
        watch=watch,
        in_process=in_process,
    )
    with own_terminal(folders.cache / "in-process.log") if in_process else nullcontext():
        _one_cell_each(sys.__stderr__)
        app.run()
    signal.alarm(0)
    say(farewell(app))
    return app.return_code or 0


def say(text: str) -> None:
    """Print to the shell, or to nobody if the terminal is gone: the session must end well."""
    try:
        print(text, end="", flush=True)
    except OSError:
        drop(sys.stdout)


def _one_cell_each(screen: TextIO | None) -> None:
    """Replace each character that the terminal's encoding lacks by ``?``, which keeps its cell."""
    if isinstance(screen, io.TextIOWrapper):
        screen.reconfigure(errors="replace")


def _save_preset(folder: Path, name: str, config: Mapping[str, Any]) -> Preset:
    """Write the preset to a file and read the file. Raises ConfigError."""
    from nanotrain_tui.config import save_preset
    from nanotrain_tui.config.presets import read_preset

    return read_preset(save_preset(folder, name, config))


@contextmanager
def own_terminal(log: Path) -> Iterator[None]:
    """Reserve the terminal for Textual; output of C++ libraries goes to the log file.

    Textual writes to ``sys.__stderr__``, which gets a new descriptor. Descriptors 1 and 2 write to
    the log file.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    kept = [os.dup(1), os.dup(2)]
    before = sys.__stderr__
    with (
        os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace") as screen,
        log.open("ab") as stream,
    ):
        setattr(sys, "__stderr__", screen)  # noqa: B010  (final in the type stubs)
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
        try:
            yield
        finally:
            setattr(sys, "__stderr__", before)  # noqa: B010
            for number, descriptor in zip((1, 2), kept, strict=True):
                os.dup2(descriptor, number)
                os.close(descriptor)


def no_terminal(environ: Mapping[str, str] | None = None) -> str:
    """Why the dashboard cannot be shown here, or nothing."""
    environ = os.environ if environ is None else environ
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return (
            "nanotrain: the dashboard needs a terminal, but the input or output is not a terminal. "
            "Over ssh, add -t. To train without the dashboard, use 'nanotrain train'."
        )
    term = environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        return (
            "nanotrain: the dashboard cannot use this type "
            f"of terminal (TERM is '{term}'). Set TERM, "
            "for example to xterm-256color. To train without the dashboard, use 'nanotrain train'."
        )
    return ""


def farewell(app: NanotrainApp) -> str:
    """The text to print in the shell: the session's state, and how to return to it."""
    training = app.training
    if training.ident is None:  # the screen was never shown
        return ""
    if training.launching:
        say("Waiting for the session to start (press Ctrl+C to skip) ...\n")
        try:
            training.join(STARTING_WAIT_S)
        except KeyboardInterrupt:
            return "Skipped. 'nanotrain sessions' shows whether the session started.\n"
    elif app.in_process:
        say("Ending the session ...\n")
        training.join(STARTING_WAIT_S)
    else:
        training.join(1.0)
    name = training.session_name
    if not name:
        return ""
    state = app.link.state.state if app.link.state.name == name else "starting"
    if app.link.ends_with_app:
        return f"{name} ended with the dashboard. To see its results: nanotrain show {name}\n"
    if app.link.situation.live:
        return f"{name} keeps running ({state}). To return to it: nanotrain attach {name}\n"
    return f"{name}: {state}. To see its results: nanotrain show {name}\n"
