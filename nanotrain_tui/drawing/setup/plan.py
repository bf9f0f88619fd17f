"""Draws what ``r`` would train: the data, the network, the memory, the time and the advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from rich.cells import cell_len

from nanotrain_tui.catalog import DATASETS
from nanotrain_tui.catalog.data_words import example_word, form_words, selects_words, target_words
from nanotrain_tui.catalog.formats import clock, count, gigabytes, plural, sentence, weights_size
from nanotrain_tui.catalog.layer_shapes import by
from nanotrain_tui.catalog.network import network_chain
from nanotrain_tui.drawing.function.region import draw_sketch
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.setup.own_data import class_name, draw_own_data, draw_problems, is_own
from nanotrain_tui.drawing.setup.pictures import Samples, draw_samples, sketch_rows
from nanotrain_tui.drawing.setup.state import Findings, Outlook

LOOKING = "looking for the data and TensorFlow"
_ROOMY = 56  # cells of a line that says all about the parts of a person's own data
_LEAST_DETAILS = 2  # lines about columns or arrays for which pictures make room
_LEAST_ADVICE = 2  # lines of advice for which pictures make room
_MOST_WHY = 3  # lines of the reason why auto takes other data
_MOST_NETWORK = 3  # lines of the chain of layers

Lines = list[Line]


def draw_plan(
    outlook: Outlook, width: int, height: int, glyphs: Glyphs, colors: bool = True
) -> Lines:
    """At most ``height`` lines of ``width`` cells; what is less important is left out first.

    ``colors``: whether the terminal shows any.
    """
    if width <= 0 or height <= 0:
        return []
    blocks = [
        _problem(outlook, width, height, glyphs) + _data(outlook, width, height, glyphs),
        _network(outlook, width),
        _costs(outlook, width),
    ]
    advice = _advice(outlook, width)
    left = height - sum(map(len, blocks))
    room = left if is_own(outlook.data) else left - min(len(advice), _LEAST_ADVICE)
    least = len(_details(outlook, width, _LEAST_DETAILS, glyphs))
    pictures = _pictures(outlook, width, room - least, glyphs, colors)
    details = _details(outlook, width, room - len(pictures), glyphs)
    left -= len(pictures) + len(details)
    table = _table(outlook)
    if table and left - len(advice) - len(table) >= len(blocks) + 1:
        left -= len(table) + 1 - len(blocks[1])
        blocks[1] = [*table, blocks[1][-1]]
    advice = _cut(advice, max(0, left), glyphs)
    blocks = [blocks[0], pictures, details, blocks[1], blocks[2], advice]
    return [fit(line, width, glyphs.ellipsis) for line in _spaced(blocks, height)]


def _spaced(blocks: Sequence[Lines], height: int) -> Lines:
    """The blocks with an empty line between them, as far as there is room for these."""
    shown = [block for block in blocks if block]
    spare = height - sum(map(len, shown))
    lines: Lines = []
    for block in shown:
        if lines and spare > 0:
            spare -= 1
            lines.append(())
        lines += block
    return lines[:height]


def _cut(lines: Lines, most: int, glyphs: Glyphs) -> Lines:
    """The first lines. An ellipsis in the last of them shows that there are more."""
    if len(lines) <= most or not most:
        return lines[:most]
    *spans, last = lines[most - 1]
    return [*lines[: most - 1], (*spans, Span(f"{last.text} {glyphs.ellipsis}", last.role))]


def _wrapped(text: str, width: int, role: str = "", mark: str = "") -> Lines:
    """The text in lines; ``mark`` stands before the first one, and the others are indented."""
    texts = wrap(text, max(8, width - len(mark)), break_on_hyphens=False)
    return [
        (Span(mark if n == 0 else " " * len(mark), role), Span(line, role))
        for n, line in enumerate(texts)
    ]


def _problem(outlook: Outlook, width: int, height: int, glyphs: Glyphs) -> Lines:
    if not outlook.problem:
        return []
    text = sentence(f"{outlook.problem_label}: {_home(outlook.problem)}")
    return _cut(_wrapped(text, width, "error", "! "), max(2, height // 2), glyphs)


# --- the data ------------------------------------------------------------------------------


def _data(outlook: Outlook, width: int, height: int, glyphs: Glyphs) -> Lines:
    lines: Lines = []
    if outlook.findings is None and not outlook.problem:
        lines = _wrapped(f"{outlook.reading or LOOKING} {glyphs.ellipsis}", width, "muted")
    data = outlook.data
    if not data:
        return lines
    lines += [*_source(outlook, data, width, glyphs), *_wrapped(_counts(data, width), width)]
    if outlook.is_old:
        return _faint(lines)
    return lines + _cut(draw_problems(data, width), max(2, height // 5), glyphs)


def _faint(lines: Lines) -> Lines:
    """The lines of an answer that is not about the values of the form any more."""
    return [tuple(Span(text, "muted") for text, _ in line) for line in lines]


def _details(outlook: Outlook, width: int, height: int, glyphs: Glyphs) -> Lines:
    """The columns or the arrays of a person's own data, and its classes."""
    if not is_own(outlook.data):
        return []
    lines = draw_own_data(outlook.data, width, height, glyphs)
    return _faint(lines) if outlook.is_old else lines


def _counts(data: Mapping[str, Any], width: int) -> str:
    """``60,000 + 10,000 pictures, 28x28; the test part selects the best``.

    The numbers are those of training, validation (if there is any) and test. For rows of numbers it
    says what is predicted, too. For a person's own data one line must do, if it can.
    """
    sizes = [data[part] for part in ("train", "validation", "test") if data.get(part)]
    counts = " + ".join(count(size) for size in sizes)
    form = f"pictures, {'x'.join(str(side) for side in data['shape'])}"
    if example_word(data) != "image":
        form = f"examples, {form_words(data)}, {target_words(data)}"
    elif is_own(data):
        form += f", {target_words(data)}"
    if is_own(data) and example_word(data) != "image" and width < _ROOMY:
        form = f"rows, {plural(data['shape'][0], 'input')}, {target_words(data)}"
    selects = f"; {selects_words(data)}"
    return f"{counts} {form}" + (selects if not is_own(data) or width >= _ROOMY else "")


def _source(outlook: Outlook, data: Mapping[str, Any], width: int, glyphs: Glyphs) -> Lines:
    """The data set that is taken, and why, if it is not the one that was wanted most."""
    name, source = str(data["name"]), _home(str(data["source"]))
    label = DATASETS[name].label if name in DATASETS else name
    if _missed(outlook):
        lines = _wrapped(f"{outlook.data_name}: {label}", width, "warning", "! ")
        return lines + _why(source, width, glyphs)
    if is_own(data):
        return [(Span(_without_folders(source, width, glyphs), "title"),)]
    if label not in source:
        source = f"{label}: {source}"
    return _wrapped(source, width, "title")[:2]


def _missed(outlook: Outlook) -> str:
    """The data set that ``auto`` would take first, if it has to take another; else empty."""
    chosen = DATASETS.get(outlook.data_name)
    wanted = chosen.first_of[0] if chosen is not None and chosen.first_of else ""
    data = outlook.data
    return wanted if data and data["name"] != wanted else ""


def _why(source: str, width: int, glyphs: Glyphs) -> Lines:
    """The reason in at most three lines. Its end stays, because it names what is used instead."""
    lines = _wrapped(source, width, "warning", "  ")
    if len(lines) <= _MOST_WHY:
        return lines
    missed, _, instead = source.rpartition("; ")
    kept = _cut(_wrapped(missed, width - 2, "warning", "  "), _MOST_WHY - 1, glyphs)
    return kept + _wrapped(instead, width, "warning", "  ")[:1]


def _home(text: str) -> str:
    """The text with ``~`` for the user's folder."""
    home = str(Path.home())
    return text.replace(home + "/", "~/") if len(home) > 1 else text


def _without_folders(source: str, width: int, glyphs: Glyphs) -> str:
    """A source that begins with a path, without the first folders as far as there is no room."""
    text, shown = source, source
    while cell_len(shown) > width and "/" in text.partition(" (")[0].rstrip("/"):
        text = text.partition("/")[2]
        shown = f"{glyphs.ellipsis}/{text}"
    return shown


def _pictures(outlook: Outlook, width: int, height: int, glyphs: Glyphs, colors: bool) -> Lines:
    findings = outlook.findings
    if findings is not None and findings.function is not None:
        rows = sketch_rows(height)
        return draw_sketch(findings.function, bool(findings.data["classes"]), width, rows, glyphs)
    if findings is None:
        return []
    names = [class_name(outlook.data, picture.label) for picture in findings.pictures]
    samples = Samples(findings.pictures, findings.augmented, names)
    return draw_samples(samples, width, height, glyphs, colors)


# --- the network ---------------------------------------------------------------------------


def _network(outlook: Outlook, width: int) -> Lines:
    """The layers in a chain, and the parameters of all of them."""
    if not outlook.layers:
        return []
    layers = outlook.layers
    lines: Lines = []
    row, *parts = network_chain(layers)
    for part in parts:
        if len(row) + len(part) + 3 > width and row:
            lines.append((Span(row),))
            row = f"→ {part}"
        else:
            row += f" → {part}"
    lines.append((Span(row),))
    if len(lines) > _MOST_NETWORK:
        text = f"… {len(layers)} layers in all"
        lines = [*lines[: _MOST_NETWORK - 2], (Span(text, "muted"),), lines[-1]]
    parameters = sum(layer.parameters for layer in layers)
    size = sum(layer.weights_mb for layer in layers)
    text = f"{count(parameters)} parameters, {weights_size(size)}"
    if layers[0].full_text != layers[0].text:
        text += f", dropout {layers[0].dropout:g}"
    return [*lines, (Span(text),)]


def _table(outlook: Outlook) -> Lines:
    """A line for the inputs and for each layer, with its parameters."""
    if not outlook.layers:
        return []
    rows = [(by(outlook.layers[0].input_shape), "inputs", "")]
    for layer in outlook.layers:
        what = layer.activation if layer.name.startswith("hidden") else layer.text
        what = layer.activation if layer.name == "output" else what
        rows.append((by(layer.shape), what, count(layer.parameters) if layer.parameters else ""))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        (
            Span(f"{units:>{widths[0]}} "),
            Span(f"{what:<{widths[1]}}  ", "muted"),
            Span(f"{own:>{widths[2]}}"),
        )
        for units, what, own in rows
    ]


# --- what it needs -------------------------------------------------------------------------


def _costs(outlook: Outlook, width: int) -> Lines:
    lines: Lines = []
    memory, findings = outlook.memory, outlook.findings
    if memory is not None:
        if memory.fits:
            free = memory.available.memory_mb
            text = f"needs about {gigabytes(memory.need.total_mb)}"
            text += f"; {gigabytes(free)} free" if free is not None else ""
            lines += _wrapped(text, width)
        else:
            lines += _wrapped(memory.message, width, "warning", "! ")
    if findings is not None and findings.disk is not None and not findings.disk.fits:
        lines += _wrapped(_home(findings.disk.message), width, "warning", "! ")
    if outlook.seconds is not None:
        text = f"about {clock(outlook.seconds)} at the speed of {outlook.seconds_by}"
        lines += _wrapped(text, width)
    return lines + (_wrapped(trainer_text(findings), width, "muted") if findings else [])


def trainer_text(findings: Findings) -> str:
    """The versions that train: ``TensorFlow 2.7.0, Python 3.6.9``; empty if none is known."""
    known = (("TensorFlow", findings.tensorflow), ("Python", findings.python))
    return ", ".join(f"{name} {version}" for name, version in known if version)


def _advice(outlook: Outlook, width: int) -> Lines:
    lines: Lines = []
    missed = DATASETS.get(_missed(outlook))
    if missed is not None and missed.download_mb:
        command = f"nanotrain data download {missed.name}"
        text = f"'{command}' downloads {missed.label} ({missed.download_mb} MB)."
        lines += _wrapped(text, width, "muted", "· ")
    for label, one in outlook.advice:
        lines += _wrapped(f"{label}: {one.message}", width, "", "? ")
    findings = outlook.findings
    notes = (*findings.notes, *findings.data.get("notes", ())) if findings is not None else ()
    for note in notes:
        lines += _wrapped(sentence(note), width, "muted", "· ")
    return lines
