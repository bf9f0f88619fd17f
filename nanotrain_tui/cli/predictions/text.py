"""A prediction as a person reads it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nanotrain_tui.catalog.formats import percent, plural
from nanotrain_tui.cli.output import shortened

BAR_WIDTH = 20  # characters of the bar for an output of 1
_NAME = 32  # characters of the name of a class
_ROW = 40  # characters of the numbers of a row


def lines_of(answer: Mapping[str, Any], top: int) -> list[str]:
    """One line for a row, and for an image its class and the ``top`` likeliest classes."""
    place = f"{answer['file']}[{answer['index']}]: "
    if "row" in answer:
        return [f"{place}{_row(answer['row'])} -> {_found(answer)}"]
    if "class" not in answer:
        return [place + _found(answer)]
    return _image_lines(place, answer, top)


def accuracy_line(answer: Mapping[str, Any]) -> str:
    """The accuracy, and the most frequent mistakes."""
    wrong = [
        (count, label, guess)
        for label, row in enumerate(answer["confusion"])
        for guess, count in enumerate(row)
        if count and label != guess
    ]
    mistakes = ", ".join(
        f"{label} as {guess} ({count})" for count, label, guess in sorted(wrong)[:-6:-1]
    )
    images = plural(answer["labelled"], "labelled image")
    line = f"accuracy {percent(answer['accuracy'])} on {images}"
    return f"{line}; most frequent mistakes: {mistakes}" if mistakes else line


def class_text(name: Any) -> str:
    """``setosa``, or ``class 1`` for a class without a name."""
    return f"class {name}" if isinstance(name, int) else " ".join(str(name).splitlines())


def _row(row: Any) -> str:
    """The values of a row, as many as fit, by name if they have names that are short."""
    values = list(row.values()) if isinstance(row, dict) else list(row)
    texts = [_value(value) for value in values]
    shown = ", ".join(texts)
    while len(shown) > _ROW and len(texts) > 1:
        texts.pop()
        shown = ", ".join(texts) + ", ..."
    return shown


def _value(value: Any) -> str:
    if value is None:
        return "(missing)"
    return f"{value:.6g}" if isinstance(value, (int, float)) else shortened(str(value), _NAME)


def _found(answer: Mapping[str, Any]) -> str:
    """``setosa (0.9973)``, or the values of a regression."""
    if "class" not in answer:
        values: Mapping[str, float] = answer["values"]
        if len(values) == 1:
            return _value(next(iter(values.values())))
        return ", ".join(f"{name} {_value(value)}" for name, value in values.items())
    name = answer["class"]
    shares = answer.get("probabilities") or {}
    found = shares.get(str(name))
    numbers = [found] if found is not None else answer["outputs"]
    return f"{class_text(name)} ({', '.join(f'{number:.4f}' for number in numbers)})"


def _image_lines(place: str, answer: Mapping[str, Any], top: int) -> list[str]:
    """The class of an image, then a bar for each of the likeliest classes."""
    outputs: Sequence[float] = answer["outputs"]
    shares = answer.get("probabilities") or {str(i): value for i, value in enumerate(outputs)}
    best = sorted(shares.items(), key=lambda one: -one[1])[:top]
    label = f", labelled {class_text(answer['label'])}" if "label" in answer else ""
    preparation = "; ".join(_preparation(answer))
    suffix = f" ({preparation})" if preparation else ""
    lines = [f"{place}{answer['class']}{label}{suffix}"]
    longest = max((len(shortened(name, _NAME)) for name, _ in best), default=0)
    for name, value in best:
        length = round(BAR_WIDTH * min(max(value, 0.0), 1.0))
        bar = f"{shortened(name, _NAME):<{longest}}  {value:7.4f}  {'#' * length}"
        lines.append(f"  {bar}".rstrip())
    return lines


def _preparation(answer: Mapping[str, Any]) -> Iterator[str]:
    """The changes made to a picture before it was given to the network."""
    prepared = answer.get("prepared") or {}
    if prepared.get("blank"):
        yield "the picture is blank"
    if prepared.get("orientation", 1) != 1:
        yield f"rotated by EXIF orientation {prepared['orientation']}"
    if answer.get("inverted"):
        yield "inverted"
    if prepared.get("cut"):
        top, left, height, width = prepared["cut"]
        yield f"{width} x {height} pixels at {left}, {top} cut out and centred"
    if prepared.get("thickened"):
        yield "thin lines thickened"
