"""What is found in a list, and what comes first."""

import pytest

from nanotrain_tui.catalog.search import (
    DESCRIBED,
    EXACT,
    INITIALS,
    INSIDE,
    PREFIX,
    WORD_PREFIX,
    marked,
    occurs,
    rank,
)

NAMES = ("learning rate", "optimizer.learning_rate", "learning_rate", "lr")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", EXACT),
        ("  ", EXACT),
        ("lr", EXACT),
        ("Learning Rate", EXACT),
        ("learning_rate", EXACT),
        ("learn", PREFIX),
        ("optimizer.l", PREFIX),
        ("rate", WORD_PREFIX),
        ("rate learn", WORD_PREFIX),
        ("earn", INSIDE),
        ("ate earn", INSIDE),
        ("lera", INITIALS),
        ("update", DESCRIBED),
        ("rate update", DESCRIBED),
        ("xyz", None),
        ("lr xyz", None),
        ("lnrt", None),
    ],
)
def test_the_rank_of_an_entry(typed: str, expected: int) -> None:
    assert rank(typed, NAMES, "How far each update moves.") == expected


def test_ranks_are_in_this_order() -> None:
    ranks = [EXACT, PREFIX, WORD_PREFIX, INSIDE, INITIALS, DESCRIBED]
    assert ranks == sorted(ranks)


def test_the_letters_of_initials_are_in_their_order() -> None:
    assert rank("bsi", ["batch size"]) == INITIALS
    assert rank("sb", ["batch size"]) is None
    assert rank("bz", ["batch size"]) is None
    assert rank("at", ["go to a step, a time"]) == INITIALS
    assert rank("gs", ["go to a step"]) is None  # the words are not adjacent


@pytest.mark.parametrize(
    ("typed", "text", "expected"),
    [
        ("", "batch size", ""),
        ("siz", "batch size", "siz"),
        ("SIZE batch", "batch size", "batchsize"),
        ("batch size", "batch size", "batch size"),
        ("bs", "batch size", "bs"),
        ("t", "best test", "t"),
        ("none", "batch size", ""),
        ("i", "İi", ""),
    ],
)
def test_the_characters_that_match_are_marked(typed: str, text: str, expected: str) -> None:
    assert "".join(text[at] for at in sorted(marked(typed, text))) == expected


def test_a_match_at_the_beginning_of_a_word_is_marked_before_one_inside() -> None:
    assert marked("te", "latest test") == {7, 8}


def test_all_words_must_occur() -> None:
    assert occurs("sgd Mnist", "mnist-1 finished SGD") and not occurs("sgd x", "sgd")
