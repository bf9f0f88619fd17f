"""How people read numbers, times and sizes."""

import pytest

from nanotrain_tui.catalog import formats


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (formats.count(1200), "1,200"),
        (formats.plural(1, "session"), "1 session"),
        (formats.plural(0, "session"), "0 sessions"),
        (formats.plural(1200, "step"), "1,200 steps"),
        (formats.plural(2, "entry", "entries"), "2 entries"),
        (formats.percent(0.9427), "94.27%"),
        (formats.percent(0.5), "50.00%"),
        (formats.percent(0.934, digits=0), "93%"),
        (formats.percent(2.5e7), "2.5e9%"),
        (formats.percent(None), "—"),
        (formats.percent(float("nan")), "nan"),
        (formats.scalar(0.123456), "0.1235"),
        (formats.scalar(float("inf")), "inf"),
        (formats.scalar(None, "-"), "-"),
        (formats.short(None), "—"),
        (formats.short(0.2119), "0.212"),
        (formats.short(1234), "1234"),
        (formats.short(9999), "9999"),
        (formats.short(10_000), "10k"),
        (formats.short(52_123), "52.1k"),
        (formats.short(999_940), "1000k"),
        (formats.short(999_960), "1M"),
        (formats.short(1_500_000), "1.5M"),
        (formats.short(-123_456_789), "-123M"),
        (formats.short(3e12), "3e12"),
        (formats.short(float("nan")), "nan"),
        (formats.clock(None), "—"),
        (formats.clock(59.9), "0:59"),
        (formats.clock(3723), "1:02:03"),
        (formats.clock(3 * 86400 + 4 * 3600 + 300), "3d 04:05"),
        (formats.moment("2024-05-06T07:08:09+02:00"), "2024-05-06 07:08"),
        (formats.moment("yesterday"), "yesterday"),
        (formats.moment(None), "—"),
        (formats.megabytes(1234.4), "1,234 MB"),
        (formats.file_size(6_512_000), "6.5 MB"),
        (formats.file_size(4_712), "4.7 kB"),
        (formats.file_size(None), "—"),
        (formats.weights_size(3.1), "3.1 MB"),
        (formats.weights_size(0.0), "0"),
        (formats.weights_size(4 * 1185 / 2**20), "4.6 kB"),
        (formats.joules(12_340.0), "12.3 kJ"),
        (formats.samples_per_joule(3190.0), "3,190 samples/J"),
    ],
)
def test_a_value_is_written_in_the_one_style(text: str, wanted: str) -> None:
    assert text == wanted


def test_a_sentence_ends_with_one_mark() -> None:
    assert formats.sentence("no such option") == "no such option."
    for text in ("Did you mean 'adam'?", "No such option. (Did you mean '--set'?)"):
        assert formats.sentence(text) == text


def test_a_value_is_named_as_the_form_names_it() -> None:
    assert formats.value_text("optimizer.name", "adam") == "Adam"
    assert formats.value_text("optimizer.name", "of a later version") == "of a later version"
    assert formats.value_text("optimizer.nesterov", True) == "on"
    assert formats.value_text("train.batch_size", 100) == "100"
    assert formats.value_text("new.key", True) == "on"
