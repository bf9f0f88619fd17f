"""Numbers as short texts that read back the same."""

from array import array


def float32_texts(values: "array[float]") -> list[str]:
    """The float32 values in as few digits as give the same float32 again; nan and inf by name."""
    bits = array("i", values.tobytes())  # distinguishes -0 from 0 and makes a NaN equal to itself
    distinct = array("i", dict.fromkeys(bits))
    if 2 * len(distinct) > len(values):
        return _texts(values)
    # A learning rate is one value for long, an accuracy of 100 examples one of 101.
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
    """Session times to the microsecond."""
    return [f"{t:.6f}" for t in seconds]


def scalar_text(value: float | None) -> str:
    """A scalar of an evaluation; empty where there is none."""
    return "" if value is None else f"{value:.9g}"
