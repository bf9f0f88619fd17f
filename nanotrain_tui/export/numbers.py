"""Numbers as short texts that give the same number when they are read again."""

from array import array


def float32_texts(values: "array[float]") -> list[str]:
    """The texts of float32 values, with few digits but exact; ``nan`` and ``inf`` by name."""
    bits = array("i", values.tobytes())  # as integers, -0 differs from 0 and NaN equals itself
    distinct = array("i", dict.fromkeys(bits))
    if 2 * len(distinct) > len(values):
        return _texts(values)
    # Some metrics have few values: an accuracy of 100 examples has at most 101.
    texts = _texts(array("f", distinct.tobytes()))
    known = dict(zip(distinct, texts, strict=True))
    return [known[value] for value in bits]


def _texts(values: "array[float]") -> list[str]:
    texts = [f"{value:.7g}" for value in values]
    again = array("f", map(float, texts))
    return [
        text if value == back or value != value else f"{value:.9g}"
        for text, value, back in zip(texts, values, again, strict=True)
    ]


def time_texts(seconds: "array[float]") -> list[str]:
    """The texts of session times in seconds, with microseconds."""
    return [f"{t:.6f}" for t in seconds]


def scalar_text(value: float | None) -> str:
    """The text of a value of an evaluation; empty for None."""
    return "" if value is None else f"{value:.9g}"
