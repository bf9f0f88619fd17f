"""Options that several commands share, and what was asked with them."""

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.catalog import FIELDS, ConfigError, overlay
from nanotrain_tui.config import (
    Folders,
    find_folders,
    load_presets,
    load_settings,
    parse_set,
    resolve,
)

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Asked:
    """What the options before and after the command's name ask for together."""

    preset: str | None = None
    sets: list[str] = field(default_factory=list)
    in_process: bool = False
    file: Path | None = None

    def configure(self, folders: Folders, file: Path | None = None) -> dict[str, Any]:
        """The checked flat configuration. Raises ConfigError naming key or file."""
        presets = load_presets(folders.presets)
        values = load_settings(folders).values
        file = file or self.file
        return resolve(presets, values, preset=self.preset, file=file, sets=self.sets)

    def changes(self, folders: Folders, preset_allowed: bool = False) -> dict[str, Any]:
        """What a session there is shall have otherwise, flat. Raises ConfigError."""
        values: dict[str, Any] = {}
        if self.preset is not None:
            if not preset_allowed:
                raise ConfigError("--preset", "this session has its configuration; take --set.")
            values = dict(load_presets(folders.presets).get(self.preset).values)
        return overlay(values, dict(parse_set(text) for text in self.sets))

    def value(self, key: str) -> str | None:
        """What ``--set`` (or an option that stands for it) gave a key last."""
        told = (text.partition("=") for text in reversed(self.sets))
        return next((value for name, _, value in told if name.strip() == key), None)


def _keep_preset(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(Asked).preset = value
    ctx.ensure_object(Asked)


def _keep_sets(ctx: click.Context, _: click.Parameter, values: tuple[str, ...]) -> None:
    ctx.ensure_object(Asked).sets += values


def _keep_python(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        is_command = " " in value and not Path(value).expanduser().exists()  # docker run ...
        command = value if is_command else shlex.quote(_program(value))
        ctx.ensure_object(Asked).sets.append(f"trainer.command={command}")


def _keep_tegrastats(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(Asked).sets.append(f"telemetry.tegrastats={_program(value)}")


def _keep_in_process(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Asked).in_process = True


def _keep_config(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Asked).file = value


def _program(value: str) -> str:
    """A path made absolute, as the host runs elsewhere; a bare name is left to PATH."""
    return str(Path(value).expanduser().absolute()) if os.sep in value else value


def complete_preset(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    """Names of presets."""
    try:
        known = load_presets(find_folders().presets).by_name.values()
    except OSError:  # a closed folder: a shell that completes has no place for reasons
        return []
    return [
        CompletionItem(preset.name, help=preset.summary)
        for preset in known
        if preset.name.startswith(start)
    ]


def complete_set(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    """``KEY=``, and behind it the choices there are."""
    key, sign, value = start.partition("=")
    if not sign:
        known = (entry for entry in FIELDS.values() if entry.key.startswith(key))
        return [CompletionItem(f"{entry.key}=", help=entry.summary) for entry in known]
    choices = FIELDS[key].choices if key in FIELDS else None
    return [
        CompletionItem(f"{key}={name}", help=entry.summary)
        for name, entry in (choices or {}).items()
        if name.startswith(value)
    ]


def complete_session(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    """Names of sessions, the newest first."""
    from nanotrain_tui.session.folder import list_sessions

    folders = list_sessions(str(find_folders().home))
    return [CompletionItem(folder.name) for folder in folders if folder.name.startswith(start)]


preset_option = click.option(
    "--preset", metavar="NAME", shell_complete=complete_preset,
    expose_value=False, callback=_keep_preset,
    help="Start from this preset ('nanotrain presets' lists them). Default: tutorial.",
)  # fmt: skip
set_option = click.option(
    "--set", "sets", metavar="KEY=VALUE", multiple=True, shell_complete=complete_set,
    expose_value=False, callback=_keep_sets,
    help="Change one value; may be given often ('nanotrain keys' lists them).",
)  # fmt: skip
_PYTHON = click.option(
    "--python", metavar="PATH", expose_value=False, callback=_keep_python,
    help="The Python that has TensorFlow, or a command that starts it: 'docker run ... python3'. "
    "Default: the session's, else the first one found.",
)  # fmt: skip
tegrastats_option = click.option(
    "--tegrastats", metavar="PATH", expose_value=False, callback=_keep_tegrastats,
    help="The tegrastats program. Default: the one on the PATH.",
)  # fmt: skip
in_process_option = click.option(
    "--in-process", is_flag=True, expose_value=False, callback=_keep_in_process,
    help="Train in threads of the dashboard itself: for debugging; ends with it.",
)  # fmt: skip

config_option = click.option(
    "--config", metavar="CONFIG.toml", type=click.Path(path_type=Path),
    expose_value=False, callback=_keep_config,
    help="Fill the form from this file: the one that 'nanotrain train CONFIG.toml' reads.",
)  # fmt: skip

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
detach_option = click.option(
    "--detach", is_flag=True, help="Print the session's name and leave it running."
)
name_option = click.option(
    "--name", metavar="NAME", help="The new session's name. Default: its data and a number."
)
session_argument = click.argument("session", shell_complete=complete_session)


def run_options(command: Command) -> Command:
    """``--preset --set --python --tegrastats``, kept in the context's ``Asked``."""
    return preset_option(set_option(machine_options(command)))


def change_options(command: Command) -> Command:
    """``--set --python --tegrastats``: for sessions that have a configuration."""
    return set_option(machine_options(command))


def machine_options(command: Command) -> Command:
    """``--python --tegrastats``."""
    return _PYTHON(tegrastats_option(command))
