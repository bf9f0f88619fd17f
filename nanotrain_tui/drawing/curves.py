"""The shapes of the activation functions, drawn from the functions themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from nanotrain_tui.drawing.glyphs import Glyphs, terminal_glyphs
from nanotrain_tui.drawing.plot import dots_of, plot_line
from nanotrain_tui.drawing.scale import Scale

REACH = 4.0  # drawn from -4 to 4
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _elu(x: float) -> float:
    return x if x > 0 else math.expm1(x)


def _selu(x: float) -> float:
    return _SELU_SCALE * (x if x > 0 else _SELU_ALPHA * math.expm1(x))


FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "relu": lambda x: max(0.0, x),
    "sigmoid": _sigmoid,
    "tanh": math.tanh,
    "softsign": lambda x: x / (1 + abs(x)),
    "elu": _elu,
    "linear": lambda x: x,
    "softplus": lambda x: math.log1p(math.exp(x)),
    "selu": _selu,
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "swish": lambda x: x * _sigmoid(x),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "softmax": _sigmoid,  # of one input beside another that is nought
    "exponential": math.exp,
    "hard_sigmoid": lambda x: min(1.0, max(0.0, x / 6 + 0.5)),
    "relu6": lambda x: min(6.0, max(0.0, 2 * x)),  # squeezed, so that the cut at 6 is seen
}


def draw_curve(name: str, width: int, height: int, glyphs: Glyphs | None = None) -> list[str]:
    """An activation over -4..4 in so many rows of so many cells; its own range fills them."""
    glyphs = glyphs or terminal_glyphs()
    function = FUNCTIONS[name]
    columns = width * dots_of(glyphs)[0]
    values = [function(REACH * (2 * i / (columns - 1) - 1)) for i in range(columns)]
    return plot_line(values, Scale(min(values), max(values)), width, height, glyphs)


def small_curve(name: str) -> str:
    """One row of eight cells, for a list."""
    return draw_curve(name, 8, 1)[0]
