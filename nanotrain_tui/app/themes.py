"""Themes: TOML files of nanotrain and of the user. A bad file gives a warning, not an error.

name = "dark"          # letters, digits, - and _
summary = "..."        # optional: one sentence for the list of themes
dark = true
ansi = false           # true: use only the terminal's own sixteen colours, such as "ansi_cyan"

[colors]               # "#rrggbb"; colours not given are computed from the others
background, foreground, primary    (required)
surface, panel, muted, secondary, accent, success, warning, error,
cursor-foreground, cursor-background
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.color import Color, ColorParseError
from textual.theme import Theme

from nanotrain_tui.drawing.lines import RUN_ROLES
from nanotrain_tui.session.text import printable

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from importlib.abc import Traversable

DEFAULT = "dark"
SIXTEEN = "sixteen"
ORDER = (DEFAULT, "light", "high-contrast", SIXTEEN)

NEEDED = ("background", "foreground", "primary")
COLORS = (
    *NEEDED, "surface", "panel", "muted", "secondary", "accent", "success", "warning", "error",
    "cursor-foreground", "cursor-background",
)  # fmt: skip
#: The colours of several sessions in one chart, if the theme gives no other for the first three and
#: the fifth: on a dark ground, on a light one, and the terminal's own.
RUNS_ON_DARK = ("#56b6d6", "#e0a458", "#8fc93a", "#d694e0", "#ee7b84", "#93a5ff", "#f2e274",
                "#d8dee6")  # fmt: skip
RUNS_ON_LIGHT = ("#0b6a94", "#974a00", "#35701a", "#93278f", "#b3261e", "#4a4fd0", "#6b5b00",
                 "#1d252c")  # fmt: skip
RUNS_IN_ANSI = ("ansi_cyan", "ansi_yellow", "ansi_green", "ansi_magenta", "ansi_red",
                "ansi_bright_blue", "ansi_bright_yellow", "ansi_default")  # fmt: skip
MAX_BYTES = 100_000


class BadTheme(ValueError):
    """Why a theme file cannot be used."""


class Themes(NamedTuple):
    """The valid themes, what the list says of each, and a message for each invalid file."""

    themes: dict[str, Theme]
    problems: list[str]
    summaries: dict[str, str]


def load_themes(user_dir: Path | None = None) -> Themes:
    """Load nanotrain's themes, then the user's. A bad file does not raise an error."""
    found = Themes({}, [], {})
    for file in _own_files():
        _add(found, file)
    for path in _user_files(user_dir, found.problems):
        _add(found, path)
    ranks = {name: rank for rank, name in enumerate(ORDER)}
    in_order = sorted(found.themes, key=lambda name: (ranks.get(name, len(ranks)), name))
    return found._replace(themes={name: found.themes[name] for name in in_order})


def parse_theme(text: str) -> Theme:
    """Parse the text of a theme file. Raises BadTheme with the reason."""
    table = _table(text)
    _refuse_unknown(table, ("name", "summary", "dark", "ansi", "colors"), "key")
    name = table.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[\w-]{1,40}", name):
        raise BadTheme("'name' must be 1 to 40 letters, digits, - or _")
    dark, ansi = _flag(table, "dark", True), _flag(table, "ansi", False)
    return _build(name, dark, ansi, _colors(table.get("colors"), ansi))


def summary_of(text: str) -> str:
    """What the list says of the theme in this text of a file. Raises BadTheme."""
    table = _table(text)
    summary = table.get("summary")
    if summary is None:
        ground = "Dark" if _flag(table, "dark", True) else "Light"
        return "The terminal's 16 colours." if table.get("ansi") else f"{ground} background."
    if not isinstance(summary, str):
        raise BadTheme("'summary' must be a text")
    return printable(summary)


def _table(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTheme(f"not TOML: {error}") from None


def themes_folder() -> Traversable:
    """The folder of nanotrain's themes: in the package if installed, else in the checkout."""
    packaged = resources.files("nanotrain_tui") / "themes"
    if packaged.is_dir():
        return packaged
    return Path(__file__).resolve().parents[2] / "themes"


def starting_theme(wanted: str, known: Iterable[str], environ: dict[str, str] | None = None) -> str:
    """The theme of the settings, or else the default that this terminal can show."""
    environ = dict(os.environ) if environ is None else environ
    if "NO_COLOR" in environ:
        return SIXTEEN
    if wanted in set(known):
        return wanted
    many = environ.get("COLORTERM", "") in ("truecolor", "24bit") or any(
        word in environ.get("TERM", "") for word in ("256color", "kitty", "direct", "ghostty")
    )
    return DEFAULT if many else SIXTEEN


def _own_files() -> list[Traversable]:
    folder = themes_folder()
    if not folder.is_dir():
        return []
    return sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda f: f.name
    )


def _user_files(folder: Path | None, problems: list[str]) -> Iterator[Path]:
    if folder is None:
        return
    try:
        yield from sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except FileNotFoundError:
        return
    except OSError as error:
        problems.append(f"theme folder {folder}: {error.strerror}")


def _add(found: Themes, file: Traversable) -> None:
    try:
        text = _read(file)
        theme, summary = parse_theme(text), summary_of(text)
        if theme.name in found.themes:
            raise BadTheme(f"the name '{theme.name}' is taken; choose another")
    except BadTheme as error:
        found.problems.append(f"theme {file.name}: {error}")
        return
    found.themes[theme.name] = theme
    found.summaries[theme.name] = summary


def _read(file: Traversable) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        text = data.decode("utf-8")
    except OSError as error:
        raise BadTheme(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BadTheme("is not UTF-8 text") from None
    if len(data) > MAX_BYTES:
        raise BadTheme(f"is larger than {MAX_BYTES:,} bytes")
    return text


def _flag(table: dict[str, Any], key: str, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise BadTheme(f"'{key}' must be true or false")
    return value


def _colors(table: object, ansi: bool) -> dict[str, str]:
    if not isinstance(table, dict):
        raise BadTheme("the table [colors] is missing")
    _refuse_unknown(table, COLORS, "colour")
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise BadTheme(f"[colors] has no {' and no '.join(missing)}")
    for name, value in table.items():
        _check_color(name, value, ansi)
    return table


def _check_color(name: str, value: object, ansi: bool) -> None:
    if not isinstance(value, str):
        raise BadTheme(f'{name} must be a string like "#56b6d6"')
    try:
        color = Color.parse(value)
    except ColorParseError:
        raise BadTheme(f"{name} = '{value[:30]}' is not a colour") from None
    if (color.ansi is not None) != ansi:
        kind = "an ansi_ colour, because ansi = true" if ansi else 'a colour like "#56b6d6"'
        raise BadTheme(f"{name} = '{value}' must be {kind}")
    if color.a != 1 and not ansi:
        raise BadTheme(f"{name} = '{value}' must not be transparent")


def _refuse_unknown(table: dict[str, Any], known: Iterable[str], what: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise BadTheme(f"'{unknown[0][:40]}' is not a known {what}; known: {', '.join(known)}")


def _build(name: str, dark: bool, ansi: bool, colors: dict[str, str]) -> Theme:
    own = ("muted", "cursor-foreground", "cursor-background")
    muted = colors.get("muted") or _between(colors["foreground"], colors["background"], ansi)
    cursor = colors.get("cursor-background", colors["primary"])
    on_cursor = colors.get("cursor-foreground", "ansi_black" if ansi else colors["background"])
    variables = {
        "muted": muted,
        "border": muted,
        "border-blurred": muted,
        "block-cursor-background": cursor,
        "block-cursor-foreground": on_cursor,
        "block-cursor-text-style": "none" if ansi else "bold",
        "input-cursor-text-style": "reverse",
    }
    variables |= run_colors(dark, ansi, colors)
    if ansi:  # Textual's stylesheet needs these two for ANSI themes
        variables |= {"ansi-background": "ansi_default", "ansi-foreground": "ansi_default"}
        variables |= {"scrollbar": colors["primary"], "scrollbar-background": "ansi_default"}
    given = {key: value for key, value in colors.items() if key not in own}
    theme = Theme(
        name=name, primary=given.pop("primary"), dark=dark, ansi=ansi, variables=variables
    )
    for role, color in given.items():
        setattr(theme, role, color)
    return theme


def run_colors(
    dark: bool = True, ansi: bool = False, colors: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The variables with the colours of several sessions: ``run1`` to ``run8``."""
    given = colors or {}
    usual = RUNS_IN_ANSI if ansi else RUNS_ON_DARK if dark else RUNS_ON_LIGHT
    names = ("primary", "secondary", "accent", "", "error", "", "", "foreground")
    return {
        role: given.get(name, color)
        for role, name, color in zip(RUN_ROLES, names, usual, strict=True)
    }


def _between(foreground: str, background: str, ansi: bool) -> str:
    if ansi:
        return "ansi_default"
    return Color.parse(foreground).blend(Color.parse(background), 0.35).hex
