"""A style of the terminal as SGR parameters, and the shortest sequence from one to another."""

from __future__ import annotations

from typing import NamedTuple

from rich.color import Color, ColorSystem
from rich.style import Style

SEEN_ON_SPACES = 0b1_0011_1110_1000  # underline, blink, reverse, strike, frames: visible on spaces
_OFF = {"1": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}  # what turns each off


class Pen(NamedTuple):
    """A style as SGR parameters. An empty colour is the terminal's default."""

    attributes: tuple[str, ...] = ()
    color: str = ""
    background: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether a space shows only the background: none of the attributes is visible on it."""
        return self.attributes in ((), _BOLD)

    def after(self, before: Pen | None) -> str:
        """The sequence that changes the terminal's pen to this one. None: its pen is unknown."""
        if before == self:
            return ""
        fresh = ["0", *self.attributes, *filter(None, (self.color, self.background))]
        changes = None if before is None else self._changes(before)
        return min((f"\x1b[{';'.join(codes)}m" for codes in (changes, fresh) if codes), key=len)

    def leaves_spaces(self, as_with: Pen) -> bool:
        """Whether a space looks the same with this pen and the other one."""
        return self.is_plain and as_with.is_plain and self.background == as_with.background

    def _changes(self, before: Pen) -> list[str] | None:
        """The parameters that differ; None if an attribute cannot be turned off alone."""
        new, old = set(self.attributes), set(before.attributes)
        if not new | old <= _OFF.keys():
            return None
        codes = [_OFF[one] for one in before.attributes if one not in new]
        codes += [one for one in self.attributes if one not in old]
        if self.color != before.color:
            codes.append(self.color or "39")
        if self.background != before.background:
            codes.append(self.background or "49")
        return codes


_BOLD = ("1",)


def pen_of(style: Style, space: bool, colors: ColorSystem) -> Pen:
    """The pen of a style, without the text colour for a space that does not show it."""
    bits = style._attributes & style._set_attributes & (SEEN_ON_SPACES if space else ~0)
    return Pen(
        tuple(name for bit, name in Style._style_map.items() if bits >> bit & 1),
        "" if space and not bits else _codes(style.color, colors, True),
        _codes(style.bgcolor, colors, False),
    )


def _codes(color: Color | None, colors: ColorSystem, foreground: bool) -> str:
    if color is None or color.is_default:
        return ""
    return ";".join(color.downgrade(colors).get_ansi_codes(foreground))
