"""Options that several commands share, and the values they were given."""

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.catalog import FIELDS, ConfigError, Field, full_key, overlay
from nanotrain_tui.config import (
    Folders,
    Look,
    Resolved,
    expanded,
    find_folders,
    load_presets,
    load_settings,
    parse_set,
    resolved,
)

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class RunOptions:
    """The options given before and after the command's name, together."""

    preset: str | None = None
    sets: list[str] = field(default_factory=list)
    in_process: bool = False
    file: Path | None = None

    def configure(self, folders: Folders, file: Path | None = None) -> dict[str, Any]:
        """The checked flat configuration. Raises ConfigError that names the key or the file."""
        return self.resolved(folders, file).config

    def resolved(
        self,
        folders: Folders,
        file: Path | None = None,
        data: str | None = None,
        look: Look | None = None,
    ) -> Resolved:
        """The same with what was chosen for the user.

        ``data`` is a file or folder to train on. ``look`` looks at the data. Raises ConfigError.
        """
        presets, values = load_presets(folders.presets), load_settings(folders).values
        return resolved(
            presets, values,
            preset=self.preset, file=file or self.file, data=data, sets=self.sets, look=look,
        )  # fmt: skip

    def changes(self, folders: Folders, preset_allowed: bool = False) -> dict[str, Any]:
        """The flat values to change in an existing session. Raises ConfigError."""
        values: dict[str, Any] = {}
        if self.preset is not None:
            if not preset_allowed:
                raise ConfigError(
                    "--preset", "this session already has a configuration; change it with --set."
                )
            values = dict(load_presets(folders.presets).get(self.preset).values)
        return overlay(values, dict(parse_set(text) for text in self.sets))

    def value(self, key: str) -> Any:
        """The last value that ``--set``, or an option that means the same, gave to a key.

        None if there is none. Raises ConfigError.
        """
        return dict(parse_set(text) for text in self.sets).get(key)


def _store_preset(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(RunOptions).preset = value
    ctx.ensure_object(RunOptions)


def _store_sets(ctx: click.Context, _: click.Parameter, values: tuple[str, ...]) -> None:
    ctx.ensure_object(RunOptions).sets += values


def _store_python(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        is_command = " " in value and not expanded(value).exists()  # docker run ...
        command = value if is_command else shlex.quote(_program(value))
        ctx.ensure_object(RunOptions).sets.append(f"trainer.command={command}")


def _store_tegrastats(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(RunOptions).sets.append(f"telemetry.tegrastats={_program(value)}")


def _store_in_process(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(RunOptions).in_process = True


def _store_config(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(RunOptions).file = value


def _program(value: str) -> str:
    """An absolute path, because the host runs in another folder; a bare name is left to PATH."""
    return str(expanded(value).absolute()) if os.sep in value else value


def complete_preset(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    """Complete the names of presets."""
    try:
        known = load_presets(find_folders().presets).by_name.values()
    except OSError:  # an unreadable folder: completion cannot show an error
        return []
    return [
        CompletionItem(preset.name, help=preset.summary)
        for preset in known
        if preset.name.startswith(start)
    ]


def keys_from(start: str) -> list[Field]:
    """The fields whose key begins with ``start``, else those whose last part or alias does."""
    fields = FIELDS.values()
    return [field for field in fields if field.key.startswith(start)] or [
        field
        for field in fields
        if any(n.startswith(start) for n in (field.key.rpartition(".")[2], *field.aliases))
    ]


def complete_set(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    """Complete ``KEY=``, and after it the choices of the key."""
    key, sign, value = start.partition("=")
    if not sign:
        return [CompletionItem(f"{entry.key}=", help=entry.summary) for entry in keys_from(key)]
    try:
        choices = FIELDS[full_key(key)].choices
    except ConfigError:
        choices = None
    return [
        CompletionItem(f"{key}={name}", help=entry.summary)
        for name, entry in (choices or {}).items()
        if name.startswith(value)
    ]


def complete_session(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    """Complete the names of sessions, the newest first."""
    from nanotrain_tui.session.folder import list_sessions

    folders = list_sessions(str(find_folders().home))
    return [CompletionItem(folder.name) for folder in folders if folder.name.startswith(start)]


def _preset_option(text: str) -> Callable[[Command], Command]:
    return click.option(
        "--preset", metavar="NAME", shell_complete=complete_preset,
        expose_value=False, callback=_store_preset, help=text,
    )  # fmt: skip


preset_option = _preset_option(
    "Start from this preset; 'nanotrain presets' lists them. Default: the one "
    "that fits the data, tutorial for pictures."
)
preset_change_option = _preset_option(
    "Set all values of this preset; 'nanotrain presets' lists them. Default: none."
)
set_option = click.option(
    "--set", "sets", metavar="KEY=VALUE", multiple=True, shell_complete=complete_set,
    expose_value=False, callback=_store_sets,
    help="Set one value, for example train.steps=5000 or, with a unique last part of the key, "
    "steps=5000. Can be given several times; 'nanotrain keys' lists the keys.",
)  # fmt: skip
_PYTHON = click.option(
    "--python", metavar="PATH", expose_value=False, callback=_store_python,
    help="The Python that has TensorFlow, or the command that starts it, such as "
    "'docker run IMAGE python3'. Default: the session's, else the first one found.",
)  # fmt: skip
tegrastats_option = click.option(
    "--tegrastats", metavar="PATH", expose_value=False, callback=_store_tegrastats,
    help="The tegrastats program. Default: the one on the PATH.",
)  # fmt: skip
in_process_option = click.option(
    "--in-process", is_flag=True, expose_value=False, callback=_store_in_process,
    help="Train in threads of the dashboard, for debugging. The training ends with the dashboard.",
)  # fmt: skip

config_option = click.option(
    "--config", metavar="CONFIG.toml", type=click.Path(path_type=Path),
    expose_value=False, callback=_store_config,
    help="Fill the dashboard's form from this file, as 'nanotrain train CONFIG.toml' reads it.",
)  # fmt: skip

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
detach_option = click.option(
    "--detach", is_flag=True, help="Start the session, print its name and return at once."
)
name_option = click.option(
    "--name",
    metavar="NAME",
    help="The new session's name. Default: its data and a number, as mnist-3.",
)
session_argument = click.argument("session", shell_complete=complete_session)
newest_argument = click.argument("session", required=False, shell_complete=complete_session)


def run_options(command: Command) -> Command:
    """Add ``--preset --set --python --tegrastats``, stored in the context's ``RunOptions``."""
    return preset_option(set_option(machine_options(command)))


def change_options(command: Command) -> Command:
    """Add ``--set --python --tegrastats``, for sessions that already have a configuration."""
    return set_option(machine_options(command))


def machine_options(command: Command) -> Command:
    """Add ``--python --tegrastats``."""
    return _PYTHON(tegrastats_option(command))
