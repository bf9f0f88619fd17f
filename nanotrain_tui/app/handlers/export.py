"""The export of a session to a file for other programs."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Shell
from nanotrain_tui.app.screens.dialogs import Prompt
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.export_place import describe_place
from nanotrain_tui.app.source.ports import Formats
from nanotrain_tui.config.folders import expanded
from nanotrain_tui.drawing.lists.entries import Entry

FIRST = "html"  # the format under the cursor


class ExportActions:
    """What the action ``export`` does."""

    def __init__(self, shell: Shell, link: SessionLink, formats: Formats | None) -> None:
        self._shell = shell
        self._link = link
        self._formats = formats

    def export(self) -> None:
        self.export_session(self._link.state.name)

    def export_session(self, name: str) -> None:
        """Ask for a format and a file, then write it in a separate process."""
        if self._formats is None:
            self._shell.say("Export is not available here.", "warning")
        else:
            self._shell.run_worker(self._ask_format(name, self._formats))

    async def _ask_format(self, name: str, read: Formats) -> None:
        formats = await asyncio.to_thread(read)
        entries = [Entry(one, one, about, suffix) for one, (suffix, about) in formats.items()]

        def explain(entry: Entry) -> str:
            return f"{describe_place(Path(f'{name}{formats[entry.name][0]}'))}\n{entry.summary}"

        def picked(form: str | None) -> None:
            if form is not None:
                suffix = formats[form][0]
                self._ask_place(name, form, f"{name}{suffix}")

        title = f"export {name}: format"
        self._shell.push_screen(PickList(title, entries, FIRST, explain=explain), picked)

    def _ask_place(self, name: str, form: str, place: str) -> None:
        path = Path()

        def accept(text: str) -> str:
            nonlocal path
            if text.strip() in ("", "-"):
                return "Type the name of a file."
            path = expanded(text.strip())
            return ""

        def write(*options: str) -> None:
            self._shell.run_worker(self._write(name, form, path, *options), exit_on_error=False)

        def overwrite(answer: str | None) -> None:
            if answer:
                write("--force")
            else:
                self._shell.say(f"Not exported: {path} is unchanged.")

        def placed(taken: bool | None) -> None:
            if not taken:
                return
            if path.exists():
                choices = [("y", "overwrite it")]
                self._shell.ask(f"{path} already exists.", choices, "cancel", overwrite)
            else:
                write()

        def describe(text: str) -> str:
            return describe_place(expanded(text.strip() or "."))

        self._shell.push_screen(Prompt(f"export {name} as {form}", place, describe, accept), placed)

    async def _write(self, name: str, form: str, path: Path, *options: str) -> None:
        """Export in a child process, so that its modules do not stay in the dashboard's memory."""
        self._shell.say(f"Exporting {name} as {form} …")
        command = (sys.executable, "-m", "nanotrain_tui", "export", name, "--format", form,
                   "-o", str(path), *options)  # fmt: skip
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, errors = await child.communicate()
        except asyncio.CancelledError:
            child.kill()
            await child.wait()
            raise
        if child.returncode == 0:
            self._shell.say(f"Wrote {path}", "good")
        else:
            lines = errors.decode("utf-8", "replace").strip().splitlines()
            why = lines[-1] if lines else f"the export failed with exit status {child.returncode}"
            self._shell.say(f"Not exported: {why.removeprefix('nanotrain: error: ')}", "error")
