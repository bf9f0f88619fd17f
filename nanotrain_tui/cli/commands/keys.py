"""``nanotrain keys``: explain the keys of a configuration."""

import textwrap

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.catalog import FIELDS, Field, full_key
from nanotrain_tui.cli.exit_status import FINISHED
from nanotrain_tui.cli.facts import applies_with, default_text, range_of
from nanotrain_tui.cli.options import json_option, keys_from
from nanotrain_tui.cli.output import print_json, width


def _complete_key(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    return [CompletionItem(field.key, help=field.summary) for field in keys_from(start)]


@click.command("keys")
@click.argument("key", required=False, shell_complete=_complete_key)
@json_option
def command(key: str | None, as_json: bool) -> int:
    """Explain the configuration keys.

    These are the keys of --set and of TOML files: what each does, its range, its default and its
    choices. With KEY, only that key is explained; a unique last part of it is enough.

    \b
    nanotrain keys
    nanotrain keys optimizer.name
    """
    fields = [FIELDS[full_key(key)]] if key else list(FIELDS.values())
    if as_json:
        print_json([_object(field) for field in fields])
        return FINISHED
    explained: set[int] = set()
    for section in dict.fromkeys(field.section for field in fields):
        print(section.upper())
        for field in (field for field in fields if field.section == section):
            print("\n".join(_lines(field, width(), explained)))
        print()
    return FINISHED


def _lines(field: Field, columns: int, explained: set[int]) -> list[str]:
    """The lines about a key. Choices in ``explained``, by their id, are only named."""
    lines = [f"  {field.key}", *_wrapped(field.summary, "      ", columns)]
    facts = [fact for fact in (range_of(field), default_text(field), applies_with(field)) if fact]
    if facts:
        text = "; ".join(facts) + "."
        lines += _wrapped(text[0].upper() + text[1:], "      ", columns)
    known = []
    longest = max(map(len, field.choices or {}), default=0)
    for name, entry in (field.choices or {}).items():
        if id(entry) in explained:
            known.append(name)
        else:
            lines += _wrapped(entry.summary, f"        {name:<{longest}}  ", columns)
            explained.add(id(entry))
    return lines + (_wrapped(f"and {', '.join(known)}", "        ", columns) if known else [])


def _wrapped(text: str, start: str, columns: int) -> list[str]:
    return textwrap.wrap(
        text, columns, initial_indent=start, subsequent_indent=" " * len(start)
    ) or [start]


def _object(field: Field) -> dict[str, object]:
    described = field._asdict()
    described["choices"] = {
        name: entry.summary for name, entry in (field.choices or {}).items()
    } or None
    return described
