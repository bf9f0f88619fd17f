"""Theme files: ours are all readable, the user's broken ones are sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.color import Color

from nanotrain_tui.app import themes
from nanotrain_tui.app.themes import BadTheme, load_themes, parse_theme, starting_theme
from nanotrain_tui.drawing.lines import RUN_ROLES

GOOD = """
name = "mine"
[colors]
background = "#101010"
foreground = "#eeeeee"
primary = "#33aaff"
"""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 has it, 1 to 21."""

    def luminance(color: Color) -> float:
        parts = [part / 255 for part in (color.r, color.g, color.b)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted(luminance(Color.parse(color)) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_the_four_themes_are_shipped_in_order() -> None:
    found = load_themes()
    assert list(found.themes) == ["dark", "light", "high-contrast", "sixteen"]
    assert found.problems == []


@pytest.mark.parametrize(("name", "least"), [("dark", 4.5), ("light", 4.5), ("high-contrast", 7.0)])
def test_every_colour_of_a_theme_can_be_read(name: str, least: float) -> None:
    theme = load_themes().themes[name]
    assert theme.background is not None
    for ground in (theme.background, theme.surface, theme.panel):
        for color in (theme.foreground, theme.primary, theme.success, theme.warning, theme.error):
            assert color is not None and ground is not None
            assert contrast(color, ground) >= least, (name, color, ground)
    assert contrast(theme.variables["muted"], theme.background) >= 4.5
    cursor = theme.variables["block-cursor-foreground"], theme.variables["block-cursor-background"]
    assert contrast(*cursor) >= 4.5


def test_the_sixteen_colour_theme_names_only_the_terminals_own() -> None:
    theme = load_themes().themes["sixteen"]
    assert theme.ansi
    assert all(value.startswith("ansi_") for value in (theme.primary, theme.foreground or ""))


def test_a_users_theme_needs_three_colours_only(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    found = load_themes(tmp_path)
    assert list(found.themes)[-1] == "mine"
    assert found.problems == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "not TOML"),
        (GOOD.replace("mine", "dark"), "the name 'dark' is taken"),
        (GOOD.replace('name = "mine"', ""), "'name' must be"),
        (GOOD.replace('"mine"', '"a b/../c"'), "'name' must be"),
        (GOOD.replace('primary = "#33aaff"', ""), "[colors] has no primary"),
        (GOOD.replace("#33aaff", "blueish"), "primary = 'blueish' is not a colour"),
        (GOOD.replace('"#33aaff"', "7"), "primary must be a string"),
        (GOOD.replace("#33aaff", "#33aaff80"), "must not be transparent"),
        (GOOD.replace("#33aaff", "ansi_blue"), "must be a colour like"),
        (
            GOOD.replace("[colors]", "ansi = true\n[colors]"),
            "must be an ansi_ colour, because ansi = true",
        ),
        (GOOD.replace("[colors]", 'dark = "yes"\n[colors]'), "'dark' must be true or false"),
        (GOOD + 'primry = "#ffffff"\n', "'primry' is not a known colour"),
        (GOOD.replace("[colors]", "colours = 1\n[colors]"), "'colours' is not a known key"),
        ("name = 'x'", "[colors] is missing"),
        ("name = 'x'\ncolors = 3", "[colors] is missing"),
        ("", "'name' must be"),
    ],
)
def test_a_broken_theme_is_reported_by_file_and_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "odd.toml").write_text(text)
    found = load_themes(tmp_path)
    assert list(found.themes) == ["dark", "light", "high-contrast", "sixteen"]
    assert len(found.problems) == 1
    assert "odd.toml" in found.problems[0] and reason in found.problems[0]


def test_files_that_are_no_text_or_too_large_or_folders(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.toml").write_text("#" * 200_000)
    (tmp_path / "c.toml").mkdir()
    (tmp_path / "d.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("not a theme")
    problems = load_themes(tmp_path).problems
    assert [line.partition(":")[0] for line in problems] == [
        f"theme {letter}.toml" for letter in "abcd"
    ]


@pytest.mark.parametrize("size", [100_000, 100_001])
def test_the_largest_theme_file(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.toml").write_text("#" * size)
    (problem,) = load_themes(tmp_path).problems
    assert ("is larger than 100,000 bytes" in problem) == (size > 100_000)


def test_no_theme_folder_is_no_problem(tmp_path: Path) -> None:
    assert load_themes(tmp_path / "none").problems == []
    (tmp_path / "file").write_text("")
    assert "theme folder" in load_themes(tmp_path / "file").problems[0]


@given(st.text(max_size=200))
def test_any_text_is_a_theme_or_a_reason(text: str) -> None:
    try:
        parse_theme(text)
    except BadTheme as error:
        assert str(error)


def test_themes_are_found_inside_the_package_as_in_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "only.toml").write_text(GOOD)
    monkeypatch.setattr(themes.resources, "files", lambda package: tmp_path)
    assert list(load_themes().themes) == ["mine"]


def test_themes_are_found_beside_the_package_as_in_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(themes.resources, "files", lambda package: tmp_path)
    assert (themes.themes_folder() / "dark.toml").is_file()


@pytest.mark.parametrize(
    ("wanted", "environ", "chosen"),
    [
        ("light", {"TERM": "xterm-256color"}, "light"),
        ("", {"TERM": "xterm-256color"}, "dark"),
        ("gone", {"TERM": "screen-256color"}, "dark"),
        ("", {"TERM": "linux"}, "sixteen"),
        ("", {"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
        ("light", {"TERM": "xterm-256color", "NO_COLOR": "1"}, "sixteen"),
    ],
)
def test_the_theme_to_start_with(wanted: str, environ: dict[str, str], chosen: str) -> None:
    assert starting_theme(wanted, ["dark", "light", "sixteen"], environ) == chosen


@pytest.mark.parametrize(("name", "least"), [("dark", 4.5), ("light", 4.5), ("high-contrast", 7.0)])
def test_the_colours_of_eight_sessions_differ_and_can_be_read(name: str, least: float) -> None:
    theme = load_themes().themes[name]
    colors = [theme.variables[role] for role in RUN_ROLES]
    assert theme.background is not None
    assert all(contrast(color, theme.background) >= least for color in colors), colors
    for i, one in enumerate(colors):
        for other in colors[:i]:
            apart = (Color.parse(one).rgb, Color.parse(other).rgb)
            assert sum(abs(a - b) for a, b in zip(*apart, strict=True)) > 60, (one, other)


def test_sixteen_colours_are_enough_for_eight_sessions() -> None:
    colors = [load_themes().themes["sixteen"].variables[role] for role in RUN_ROLES]
    assert len(set(colors)) == 8 and all(color.startswith("ansi_") for color in colors)


def test_a_users_theme_gives_its_colours_to_the_first_sessions() -> None:
    theme = parse_theme(GOOD + 'error = "#ff0000"\n')
    assert theme.variables["run1"] == "#33aaff" and theme.variables["run5"] == "#ff0000"
    assert len({theme.variables[role] for role in RUN_ROLES}) == 8
