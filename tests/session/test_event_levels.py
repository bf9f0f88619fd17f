"""The level of an event in the log."""

from nanotrain_tui.session.event_levels import GUARD_ACTIONS
from nanotrain_tui.session.events import EVENTS, GUARD, level_of


def test_a_kind_has_one_level_and_an_unknown_kind_is_information():
    for kind, entry in EVENTS.items():
        assert level_of(kind, {}) == entry.level, kind
    assert level_of("of_a_newer_version", {}) == "info"


def test_an_action_of_the_guard_has_a_level_of_its_own():
    for name, action in GUARD_ACTIONS.items():
        assert level_of(GUARD, {"action": name}) == action.level, name
    assert level_of(GUARD, {"action": 7}) == EVENTS[GUARD].level
