"""The region with the network's function: a title, and a curve or a plane below it."""

from __future__ import annotations

from nanotrain_tui.drawing.function.curve import draw_curve
from nanotrain_tui.drawing.function.plane import draw_plane, point_role, point_signs
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, first_fitting, fit
from nanotrain_tui.follow.function import Function
from nanotrain_tui.follow.run_state import RunState


def draw_function(
    state: RunState, width: int, height: int, glyphs: Glyphs, colours: bool = True
) -> list[Line]:
    """Draw the function in exactly ``height`` lines of ``width`` cells; none if there is none.

    Without ``colours`` a plane is drawn with characters of different darkness.
    """
    function = state.function
    if function is None or width <= 0 or height <= 0:
        return []
    if function.is_curve:
        lines = [_title(function, _curve_parts(function, glyphs), width)]
        lines += draw_curve(function, width, height - 1, glyphs)
    else:
        middle = middle_of(state)
        lines = [_title(function, _plane_parts(state, glyphs), width)]
        lines += draw_plane(function, middle, width, height - 1, glyphs, colours)
    lines += [()] * (height - len(lines))
    return [fit(line, width, glyphs.ellipsis) for line in lines[:height]]


def draw_sketch(
    function: Function, has_classes: bool, width: int, height: int, glyphs: Glyphs
) -> list[Line]:
    """The samples alone, with the truth if it is known, in at most ``height`` lines."""
    if function.is_curve:
        return draw_curve(function, width, height, glyphs)
    return draw_plane(function, 0.5 if has_classes else 0.0, width, height, glyphs, True)


def middle_of(state: RunState) -> float:
    """The output that separates two classes, or the middle of the numbers."""
    loss = state.config.get("loss")
    name = loss.get("name") if isinstance(loss, dict) else ""
    return middle_between(_has_classes(state), str(name))


def middle_between(has_classes: bool, loss: str) -> float:
    """The same for a loss by its name."""
    return 0.5 if has_classes and loss != "hinge" else 0.0


def _has_classes(state: RunState) -> bool:
    return bool(state.data.get("classes"))


def _curve_parts(function: Function, glyphs: Glyphs) -> list[Span]:
    parts = [Span(f"{glyphs.train} network", "train")]
    if function.truth:
        parts.append(Span(f"{glyphs.train} truth", "muted"))
    return [*parts, Span("samples", "test")] if function.samples else parts


def _plane_parts(state: RunState, glyphs: Glyphs) -> list[Span]:
    names = ("0", "", "1") if _has_classes(state) else ("< 0", "", "> 0")
    signs = zip(point_signs(glyphs), names, strict=True)
    parts = enumerate(f"{sign} {name}" if name else "" for sign, name in signs)
    return [Span(text, point_role(level)) for level, text in parts if text]


def _title(function: Function, parts: list[Span], width: int) -> Line:
    """The longest form of the title that fits."""
    head = Span("Curve" if function.is_curve else "Plane", "title")
    at = Span(f"  step {function.step:,}" if function.outputs else "", "value")
    keys = tuple(span for part in parts for span in (Span("  "), part))
    return first_fitting(width, (head, at, *keys), (head, *keys), (head, at), (head,))
