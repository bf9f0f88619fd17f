"""Finds sessions by words, on the screen and on the command line."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary


def matches(summary: "SessionSummary", text: str) -> bool:
    """Whether every word of the text occurs in the description of the session.

    The description is its name, state, note, tags, data, model, optimizer and loss. Upper and
    lower case are equal.
    """
    described = (
        summary.name,
        summary.shown_state,
        summary.note,
        *summary.tags,
        summary.data,
        summary.model,
        summary.optimizer,
        summary.loss_name,
    )
    words = " ".join(part for part in described if part).lower()
    return all(word in words for word in text.lower().split())
