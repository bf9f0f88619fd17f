"""Zeros that do not mean a number: the words they are shown as, and typed as."""

from pathlib import Path
from typing import Any

import pytest

from nanotrain_tui.catalog import FIELDS, ConfigError, check, format_value, parse_value
from nanotrain_tui.catalog.fields import FLOAT, INT
from nanotrain_tui.config import load_presets, resolve

WITH_WORD = [key for key, field in FIELDS.items() if field.zero]
# A zero of these is a number like any other.
NUMBERS = {
    "optimizer.beta_1", "optimizer.beta_2", "optimizer.rho", "schedule.end_fraction",
    "optimizer.initial_accumulator_value", "train.seed", "data.seed",
    "stop.min_delta", "guard.margin_c",
}  # fmt: skip


def test_every_field_that_may_be_zero_has_a_word_or_means_the_number() -> None:
    may_be = {key for key, field in FIELDS.items() if field.kind in (INT, FLOAT) and field.low == 0}
    assert may_be == {*WITH_WORD, *NUMBERS}
    assert not [key for key in FIELDS if " 0: " in FIELDS[key].summary]


@pytest.mark.parametrize("key", WITH_WORD)
def test_zero_is_its_word_and_the_word_is_zero(key: str) -> None:
    word = FIELDS[key].zero
    assert format_value(key, 0) == format_value(key, 0.0) == word
    for text in (word, word.upper(), f" {word} ", "0"):
        value = parse_value(key, text)
        assert value == 0 and isinstance(value, int if FIELDS[key].kind == INT else float)
    assert format_value(key, 3) == "3"


@pytest.mark.parametrize("key", WITH_WORD)
def test_a_word_for_another_thing_is_refused_and_the_right_one_named(key: str) -> None:
    wrong = "off" if FIELDS[key].zero == "auto" else "auto"
    with pytest.raises(ConfigError, match=f"or {FIELDS[key].zero}"):
        parse_value(key, wrong)


def test_off_and_none_mean_the_same() -> None:
    assert parse_value("train.epochs", "none") == parse_value("schedule.warmup_steps", "off") == 0


@pytest.mark.parametrize("key", sorted(NUMBERS))
def test_a_number_has_no_word(key: str) -> None:
    assert format_value(key, 0.0) == "0"
    for word in ("auto", "off", "none"):
        with pytest.raises(ConfigError):
            parse_value(key, word)


def test_files_and_set_take_the_words_and_the_configuration_has_numbers(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text('[train]\ncheckpoint_every = "off"\n[guard]\nlimit_c = "auto"\n')
    config: dict[str, Any] = resolve(
        load_presets(None), {"trainer.threads": "auto"}, file=file, sets=["model.dropout=off"]
    )
    for key in ("train.checkpoint_every", "guard.limit_c", "trainer.threads", "model.dropout"):
        assert config[key] == 0 and not isinstance(config[key], str)
    assert check(config) == config


def test_a_preset_with_words_has_numbers(tmp_path: Path) -> None:
    (tmp_path / "calm.toml").write_text('[model]\ndropout = "off"\n')
    assert load_presets(tmp_path).get("calm").values == {"model.dropout": 0.0}
