"""The text of ``model.layers``: ``"conv 32 3x3 relu, pool 2, flatten, dense 128, dropout 0.3"``.

An *entry* is a layer as the trainer gets it: its kind, its numbers, ``stride``, ``padding`` and
``activation``, as far as the kind has them. ``activation: None`` stands for ``model.activation``,
``rate: None`` for ``model.dropout``.
"""

import math
import re
from typing import Any, Dict, List, Mapping, Optional

from .config_error import ConfigError, nearest, quoted
from .layer_kinds import (
    ACTIVATION,
    FILTERS,
    KINDS,
    PADDING,
    RATE,
    SIZE,
    STRIDE,
    UNITS,
    Kind,
)
from .layer_shapes import SAME, VALID, by
from .layers import ACTIVATION_ALIASES, MAX_UNITS, parse_layers

KEY = "model.layers"
MAX_LISTED = 64  # the seeds of dropout layers allow no more
MAX_WINDOW = 1024

Entry = Dict[str, Any]

_WINDOW = re.compile(r"\d+(?:x\d+)*\Z")
_DIMENSIONS = re.compile(r"([12])d\Z")
_USUAL_SIZE = [2]  # of a pooling
_NUMBERS = {
    "units": "the number of units",
    "filters": "the number of filters",
    "size": "the size of its window",
}


def parse_layer_list(text: str) -> List[Entry]:
    """The layers in a text. Raises ConfigError that names the first wrong one by its number."""
    parts = text.split(",")
    if len(parts) > MAX_LISTED:
        why = "{} layers are more than the {} allowed.".format(len(parts), MAX_LISTED)
        raise ConfigError(KEY, why)
    return [parse_listed(part, number) for number, part in enumerate(parts, 1)]


def format_layer_list(entries: List[Entry]) -> str:
    """The inverse of ``parse_layer_list``."""
    return ", ".join(format_listed(entry) for entry in entries)


def brief_layers(text: str) -> str:
    """The layers with weights, in short: ``conv 32, conv 64, dense 128``.

    ``text`` is the value of ``model.layers`` or ``model.hidden``; the latter is short already.
    """
    try:
        parse_layers(text)
    except ConfigError:
        pass
    else:
        return text
    try:
        entries = parse_layer_list(text)
    except ConfigError:
        return text  # of a later version
    parts = []
    for entry in entries:
        numbers = [str(entry[name]) for name in (UNITS, FILTERS) if name in entry]
        if numbers or entry["kind"] == "depthwise":
            parts.append(" ".join([entry["kind"]] + numbers))
    return ", ".join(parts) or text


def parse_listed(text: str, number: int = 1) -> Entry:
    """One layer. Raises ConfigError with its ``number`` and the reason."""
    words = text.lower().replace("×", "x").split()
    try:
        return _Words(words).entry() if words else _fail("it is empty; write a kind of layer")
    except _Wrong as error:
        shown = " ({})".format(quoted(text.strip()).strip("'")) if words else ""
        end = "" if str(error).endswith(("?", ".")) else "."
        raise ConfigError(KEY, "layer {}{}: {}{}".format(number, shown, error, end)) from None


def format_listed(entry: Mapping[str, Any]) -> str:
    """One layer as a person writes it, without what is the default of its kind."""
    kind = KINDS[entry["kind"]]
    words = [kind.name]
    for name in kind.numbers:
        if name == SIZE:
            words.append(by(entry[name]))
        elif entry[name] is not None:
            words.append("{:.15g}".format(entry[name]))
    if kind.activation and entry[ACTIVATION]:
        words.append(entry[ACTIVATION])
    if kind.padding:
        if entry[PADDING] != kind.padding:
            words.append(entry[PADDING])
        stride = entry[STRIDE]
        if stride != _usual_stride(kind, entry[SIZE]):
            words += [STRIDE, by(stride[:1] if len(set(stride)) == 1 else stride)]
    return " ".join(words)


class _Wrong(Exception):
    """Why a text is no layer."""


def _fail(why: str) -> Any:
    raise _Wrong(why)


class _Words:
    """The words of one layer: its kind, its own numbers, and others in any order."""

    def __init__(self, words: List[str]) -> None:
        self.given = words[0]
        self.rest = words[1:]
        name = _KIND_NAMES.get(_plain(self.given))
        if name is None and _activation(self.given):
            name, self.rest = "activation", words  # "relu" alone
        elif name is None and self.given.replace("_", "").isdigit():
            name, self.rest = "dense", words  # "128 relu", as in model.hidden
        if name is None:
            kinds = ", ".join(KINDS)
            close = nearest(self.given, list(KINDS) + list(_KIND_NAMES))
            _fail("{} is no kind of layer.{} Kinds: {}".format(quoted(self.given), close, kinds))
        self.kind = KINDS[str(name)]

    def entry(self) -> Entry:
        """The layer. Raises _Wrong."""
        found: Entry = {"kind": self.kind.name}
        for name in self.kind.numbers:
            found[name] = self._number(name)
        if self.kind.activation:
            found[ACTIVATION] = None
        if self.kind.padding:
            self._fit_dimensions(found)
            found.update({STRIDE: None, PADDING: self.kind.padding})
        seen: List[str] = []
        while self.rest:
            name = self._word(found)
            if name in seen:
                _fail("it has two values for {}".format(name))
            seen.append(name)
        if self.kind.padding:
            self._fit_stride(found)
        return found

    def _number(self, name: str) -> Any:
        """The next of its own numbers, or what stands for a missing one."""
        word = self.rest[0] if self.rest else ""
        if not word or not (word[0].isdigit() or word[0] in "+-."):
            if name == RATE:
                return None
            if name == SIZE and self.kind.padding == VALID:
                return list(_USUAL_SIZE)
            _fail("write {} after {}: {}".format(_NUMBERS[name], self.given, self.kind.example))
        del self.rest[0]
        if name == RATE:
            return _rate(word)
        return _window(word, MAX_WINDOW) if name == SIZE else _whole(word, MAX_UNITS)

    def _word(self, found: Entry) -> str:
        """Take the next word into the entry; returns what it is."""
        word = self.rest.pop(0)
        if word in (SAME, VALID) and self.kind.padding:
            found[PADDING] = word
            return PADDING
        if word in (STRIDE, "strides") and self.kind.padding:
            if not self.rest:
                _fail("write the stride as stride 2 or stride 2x1")
            found[STRIDE] = _window(self.rest.pop(0), MAX_WINDOW)
            return STRIDE
        if self.kind.activation and _activation(word):
            found[ACTIVATION] = _activation(word)
            return ACTIVATION
        return str(_fail(self._unknown(word)))

    def _unknown(self, word: str) -> str:
        """Why a word means nothing here."""
        name = self.kind.name
        if _activation(word):
            return "{} has no activation; add a layer: activation {}".format(name, word)
        if word in (SAME, VALID, STRIDE, "strides"):
            what = "padding" if word in (SAME, VALID) else "stride"
            return "{} has no {}".format(name, what)
        if _plain(word) in _KIND_NAMES:
            return "{} begins another layer; put a comma before it".format(quoted(word))
        if word[0].isdigit():
            many = "{} is one number too many; write {}"
            return many.format(quoted(word), self.kind.example)
        meant = ["an activation"] if self.kind.activation else []
        meant += [SAME, VALID, STRIDE] if self.kind.padding else []
        if not meant:
            return "{} means nothing after {}".format(quoted(word), name)
        known = meant[1:] + list(ACTIVATION_ALIASES) if self.kind.activation else meant
        *first, last = meant
        words = "{} or {}".format(", ".join(first), last) if first else last
        return "{} is not {}.{}".format(quoted(word), words, nearest(word, known))

    def _fit_dimensions(self, found: Entry) -> None:
        """Conv2D 32 3 means 3x3; depthwise and separable exist for pictures alone."""
        size = found[SIZE]
        named = _DIMENSIONS.search(_plain(self.given))
        wanted = int(named.group(1)) if named else 0
        if self.kind.name in ("depthwise", "separable"):
            wanted = 2
        if wanted == 1 and len(size) == 2:
            _fail("{} has a window of one number; write {}".format(self.given, size[0]))
        if wanted == 2 and len(size) == 1:
            found[SIZE] = size * 2

    def _fit_stride(self, found: Entry) -> None:
        """A stride for each dimension of the window; a pooling's window fits its stride too."""
        size, stride = found[SIZE], found[STRIDE]
        if stride is None:
            found[STRIDE] = _usual_stride(self.kind, size)
        elif len(stride) == 1:
            found[STRIDE] = stride * len(size)
        elif len(size) == 1:
            if self.kind.padding == SAME:
                _fail("a window of one number has a stride of one number")
            found[SIZE] = size * 2


def _usual_stride(kind: Kind, size: List[int]) -> List[int]:
    """A convolution moves by 1, a pooling by its window."""
    return list(size) if kind.padding == VALID else [1] * len(size)


def _whole(word: str, most: int) -> int:
    try:
        number = int(word.replace("_", ""))
    except ValueError:
        number = 0
    if not 1 <= number <= most:
        _fail(
            "{} is out of range; it must be a whole number from 1 to {:,}".format(
                quoted(word), most
            )
        )
    return number


def _window(word: str, most: int) -> List[int]:
    if not _WINDOW.match(word):
        _fail("{} is no size; write one number or two, as 3 or 3x3".format(quoted(word)))
    numbers = [_whole(part, most) for part in word.split("x")]
    if len(numbers) > 2:
        _fail(
            "{} has {} numbers; a size has one or two, as 3 or 3x3".format(
                quoted(word), len(numbers)
            )
        )
    return numbers


def _rate(word: str) -> float:
    rate: Optional[float]
    try:
        rate = float(word)
    except ValueError:
        rate = math.nan
    if not 0.0 <= rate < 1.0:
        _fail("{} is no rate; it must be at least 0 and below 1".format(quoted(word)))
    return rate


def _activation(word: str) -> Optional[str]:
    """The name of an activation, for its name or alias; None for another word."""
    return ACTIVATION_ALIASES.get(word.replace("-", "_"))


def _plain(word: str) -> str:
    return word.replace("-", "").replace("_", "")


def _kind_names() -> Dict[str, str]:
    """All names and aliases of kinds, without dashes."""
    names: Dict[str, str] = {}
    for kind in KINDS.values():
        for alias in (_plain(kind.name),) + kind.aliases:
            names[alias] = kind.name
    return names


_KIND_NAMES = _kind_names()
