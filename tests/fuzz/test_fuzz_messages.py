"""The trainer's messages: each is refused, or becomes an event that verify accepts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.host.trainer.messages import MESSAGES, BadMessage, parse_message
from nanotrain_tui.session.bodies import problem_of, recordable
from nanotrain_tui.session.events import EVENTS

from .shapes import objects

pytestmark = pytest.mark.slow

MESSAGE = st.one_of(
    *(
        objects(entry.fields).map(lambda body, kind=kind: {**body, "event": kind})
        for kind, entry in MESSAGES.items()
    )
)


@given(MESSAGE)
def test_a_message_is_refused_or_can_be_recorded(message: dict[str, Any]) -> None:
    try:
        parsed = parse_message(json.dumps(message).encode())
    except BadMessage:
        return
    kind = parsed.pop("event")
    if kind in EVENTS:
        body = recordable(kind, {key: value for key, value in parsed.items() if key != "step"})
        assert problem_of(kind, json.loads(json.dumps(body))) == ""
