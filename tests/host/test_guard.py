"""The guards' decisions, sample by sample."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.host.guard.guards import Guards
from nanotrain_tui.host.guard.heat import HeatGuard
from nanotrain_tui.host.guard.heat_limits import Limits, heat_limits
from nanotrain_tui.telemetry.thermal import Trip

RUNNING, PAUSED, STARTING = "running", "paused", "starting"


def hot(degrees: float, **more: Any) -> dict[str, Any]:
    return {"temperatures_c": {"CPU": degrees - 1, "GPU": degrees, "PMIC": 100.0}, **more}


def watch(limit: float = 50.0, margin: float = 5.0, resume: float | None = None) -> HeatGuard:
    heat = HeatGuard()
    heat.limits = Limits(limit, {}, margin, resume)
    return heat


def warmed(limit: float = 50.0, resume: float | None = None) -> HeatGuard:
    """It has warned already."""
    heat = watch(limit, resume=resume)
    for degrees in (48, 49):
        heat.take(hot(degrees), RUNNING)
    return heat


def acts(heat: HeatGuard, degrees: float, state: str = RUNNING) -> list[str]:
    return [action.action for action in heat.take(hot(degrees), state)]


def test_it_warns_pauses_and_goes_on() -> None:
    heat = watch()
    assert acts(heat, 40) == acts(heat, 44.5) == []
    assert acts(heat, 45) == ["warned"]
    assert acts(heat, 49.5) == []
    assert acts(heat, 50) == ["paused"]
    assert acts(heat, 51) == []  # on its way
    assert acts(heat, 49, PAUSED) == acts(heat, 40, PAUSED) == []
    assert acts(heat, 39.5, PAUSED) == ["resumed"]
    assert acts(heat, 46) == ["warned"]


def test_messages_have_the_measured_values() -> None:
    heat = warmed(resume=42.0)
    (paused,) = heat.take(hot(50.5), RUNNING)
    assert paused.body() == {
        "guard": "heat", "action": "paused", "value": 50.5, "limit": 50.0, "what": "GPU",
        "message": "GPU is at 50.5 °C: training pauses, and resumes below 42 °C",
    }  # fmt: skip
    watching = heat.watching()
    assert watching.body()["warn"] == 45.0 and watching.body()["resume"] == 42.0


def test_an_implausible_reading_is_ignored() -> None:
    heat = watch()
    assert acts(heat, 30) == []
    assert acts(heat, 120) == []  # 90 degrees in one reading
    assert acts(heat, 31) == []
    assert heat.take({}, RUNNING) == [] == heat.take({"temperatures_c": {"GPU": "x"}}, RUNNING)
    assert acts(heat, 60) == [] and acts(heat, 61) == ["paused"]  # it stays: it is so


def test_a_reading_that_is_confirmed_is_accepted() -> None:
    heat = watch()
    told = [acts(heat, degrees) for degrees in (35, 52, 68)]
    assert told == [[], [], ["paused"]]  # ever farther the same way: it is so
    config = {"guard.limit_c": 50.0, "telemetry.interval_s": 60.0}
    heat = HeatGuard()
    heat.limits = heat_limits(config, [])
    acts(heat, 35)
    assert acts(heat, 40) == [] and acts(heat, 84) == ["paused"]  # in a minute it may


def test_after_a_persons_resume_it_pauses_again_only_when_hotter_or_after_cooling() -> None:
    heat = warmed()
    assert acts(heat, 50) == ["paused"]
    assert acts(heat, 50, PAUSED) == []
    heat.overrule()
    assert acts(heat, 51) == ["warned"]  # told again
    assert acts(heat, 54) == []
    assert acts(heat, 56.5) == ["paused"]
    acts(heat, 50, PAUSED)
    heat.overrule()
    acts(heat, 50)
    assert acts(heat, 39) == [] and acts(heat, 45) == ["warned"] and acts(heat, 50) == ["paused"]


def test_after_a_persons_resume_a_warning_says_when_it_pauses_next() -> None:
    for margin, next_limit in ((5.0, "55"), (0.0, "51")):
        heat = watch(margin=margin)
        acts(heat, 48)
        assert acts(heat, 50) == ["paused"]
        acts(heat, 50, PAUSED)
        heat.overrule()
        (warned,) = heat.take(hot(50), RUNNING)
        assert warned.message == f"GPU is at 50 °C; training pauses at {next_limit} °C"
        assert acts(heat, 50.9) == []  # also without a margin


def test_a_resume_in_spite_of_heat_counts_by_each_zones_own_limit() -> None:
    heat = HeatGuard()
    heat.limits = Limits(None, {"gpu": 85.0, "tj": 110.0}, 5.0, None)

    def zones(gpu: float, tj: float, state: str = RUNNING) -> list[str]:
        return [one.action for one in heat.take({"temperatures_c": {"GPU": gpu, "tj": tj}}, state)]

    zones(84, 98)
    assert zones(86, 100) == ["paused"]
    zones(86, 100, PAUSED)
    heat.overrule()
    assert zones(90, 101) == ["warned"] and zones(92.5, 101) == ["paused"]


def test_it_goes_on_when_every_zone_is_cool() -> None:
    heat = HeatGuard()
    heat.limits = Limits(None, {"cpu": 92.0, "tj": 95.0}, 5.0, None)

    def zones(cpu: float, tj: float) -> list[str]:
        body = {"temperatures_c": {"CPU": cpu, "tj": tj}}
        return [one.action for one in heat.take(body, PAUSED)]

    heat.take({"temperatures_c": {"CPU": 91, "tj": 90}}, RUNNING)
    heat.take({"temperatures_c": {"CPU": 92, "tj": 90}}, RUNNING)
    assert heat.holds
    assert zones(83, 88) == [] == zones(81, 86)  # whose limit is higher than the one that paused
    assert zones(81, 84) == ["resumed"]


@pytest.mark.parametrize("gpu", [None, 98.0, -40.0])
def test_a_zone_that_is_missing_or_implausible_is_not_cool(gpu: float | None) -> None:
    heat = watch(80.0)

    def zones(gpu: float | None, state: str = PAUSED) -> list[str]:
        body = {"temperatures_c": {"CPU": 60.0, "GPU": gpu}}
        return [one.action for one in heat.take(body, state)]

    zones(79, RUNNING)
    assert zones(81, RUNNING) == ["paused"]
    assert zones(gpu) == []
    assert zones(82) == [] and zones(75) == [] and zones(69) == ["resumed"]


def test_a_gpu_that_sleeps_is_cool_in_the_end() -> None:
    """A board turns its GPU off while nothing uses it, and its sensor with it."""
    heat = watch(80.0)
    for degrees in (79, 81):
        heat.take({"temperatures_c": {"CPU": 60.0, "GPU": degrees}}, RUNNING)
    asleep = {"temperatures_c": {"CPU": 60.0, "GPU": None}}
    told = [[one.action for one in heat.take(asleep, PAUSED)] for _ in range(5)]
    assert told == [[], [], [], [], ["resumed"]]


def test_a_limit_that_is_raised_below_the_heat_holds_on_by_the_new_one() -> None:
    heat = warmed()
    acts(heat, 52)
    heat.limits = Limits(51.0, {}, 5.0, None)
    heat.remind()
    (holding,) = heat.take(hot(52), PAUSED)
    assert "resumes below 41 °C" in holding.message
    assert acts(heat, 50.9, PAUSED) == acts(heat, 45, PAUSED) == []
    assert acts(heat, 40, PAUSED) == ["resumed"]


def test_a_limit_that_is_raised_to_the_heat_is_still_reached() -> None:
    heat = warmed()
    acts(heat, 52)
    acts(heat, 52, PAUSED)
    heat.limits = Limits(52.0, {}, 5.0, None)
    assert "resumed" not in acts(heat, 52, PAUSED)
    assert acts(heat, 51.9, PAUSED) == []


def test_a_person_may_take_over_a_pause_and_resume() -> None:
    heat = warmed()
    acts(heat, 52)
    acts(heat, 52, PAUSED)
    heat.release()
    heat.overrule()
    assert acts(heat, 53) == ["warned"] and acts(heat, 57) == ["paused"]


def test_a_resume_while_it_is_cool_changes_nothing() -> None:
    heat = watch()
    heat.overrule()
    acts(heat, 40)
    heat.overrule()
    acts(heat, 48)
    assert acts(heat, 50) == ["paused"]


def test_a_pause_that_is_refused_is_repeated() -> None:
    class Steers:
        """Takes commands, and refuses them as one does whose trainer died."""

        def __init__(self) -> None:
            self.asked: list[str] = []
            self.state, self.replies = RUNNING, []

        def record(self, kind: str, body: dict[str, Any]) -> None:
            pass

        def submit(self, do: str, request: Any, who: str, reply: Any = None) -> None:
            self.asked.append(do)
            self.replies.append(reply)

    steers: Any = Steers()
    config = {"guard.heat": "pause", "guard.limit_c": 50.0, "guard.margin_c": 5.0}
    guards = Guards(steers, steers, lambda: config, [])
    guards.begin()
    for degrees in (48, 52, 53):
        guards.take_sample(hot(degrees))
    assert steers.asked == ["checkpoint", "pause"]
    steers.replies[-1]({"ok": False})
    guards.take_sample(hot(53))
    assert steers.asked == ["checkpoint", "pause"] * 2
    steers.replies[-1]({"ok": True})
    guards.take_sample(hot(53))
    assert len(steers.asked) == 4


def test_the_guard_does_not_end_a_persons_pause() -> None:
    heat = warmed()
    assert acts(heat, 55, PAUSED) == [] and acts(heat, 41, PAUSED) == []
    assert acts(heat, 35, PAUSED) == []
    acts(heat, 49)
    assert "paused" in acts(heat, 52)
    acts(heat, 52, PAUSED)
    released = heat.release()
    assert released is not None and released.action == "released"
    assert heat.release() is None  # it was theirs already
    assert acts(heat, 41, PAUSED) == [] and acts(heat, 30, PAUSED) == []


def test_a_trainer_that_dies_while_paused_is_still_held() -> None:
    heat = warmed()
    acts(heat, 52)
    acts(heat, 51, PAUSED)
    assert acts(heat, 51, STARTING) == acts(heat, 51, RUNNING) == []
    assert heat.holds
    heat.remind()  # the record begins anew
    assert acts(heat, 51, PAUSED) == ["holding"] and acts(heat, 51, PAUSED) == []
    assert acts(heat, 38, PAUSED) == ["resumed"]


def test_without_a_temperature_it_stays_paused_and_says_so() -> None:
    heat = warmed()
    acts(heat, 52)
    told = [heat.take({}, PAUSED) for _ in range(9)]
    (blind,) = [action for actions in told for action in actions]
    assert blind.action == "holding" and "no temperature can be read" in blind.message
    (back,) = heat.take(hot(51), PAUSED)
    assert back.action == "holding" and "resumes below 40 °C" in back.message
    assert acts(heat, 39, PAUSED) == ["resumed"]


def test_limits_that_are_raised_or_turned_off_let_it_go_on() -> None:
    for limits in (Limits(80.0, {}, 5.0, None), Limits(55.0, {}, 5.0, None), None):
        heat = warmed()
        acts(heat, 52)
        acts(heat, 52, PAUSED)
        heat.limits = limits
        (resumed,) = heat.take(hot(52), PAUSED)
        assert resumed.action == "resumed" and "cooled" not in resumed.message


def test_a_guard_that_may_only_warn_no_longer_holds() -> None:
    heat = warmed()
    acts(heat, 52)
    acts(heat, 52, PAUSED)
    heat.may_pause = False
    assert acts(heat, 52, PAUSED) == ["resumed"]


def test_a_lower_limit_to_go_on_at_does_not_let_it_go() -> None:
    heat = warmed()
    acts(heat, 52)
    heat.limits = Limits(50.0, {}, 5.0, 30.0)
    heat.remind()
    (holding,) = heat.take(hot(45), PAUSED)
    assert holding.message == "GPU is at 45 °C: training stays paused, and resumes below 30 °C"


def test_without_limits_the_guard_is_off() -> None:
    watching = HeatGuard().watching().body()
    assert (watching["limit"], watching["warn"], watching["resume"]) == (None, None, None)


def test_warning_alone() -> None:
    heat = watch()
    heat.may_pause = False
    acts(heat, 48)
    assert acts(heat, 49) == ["warned"] and acts(heat, 60) == [] and not heat.holds


def test_a_session_that_has_ended_is_no_longer_held() -> None:
    heat = warmed()
    assert acts(heat, 51) == ["paused"] and heat.holds
    acts(heat, 51, "stopped")
    assert not heat.holds and heat.release() is None


def test_the_begin_and_end_of_throttling_are_reported() -> None:
    heat = watch(limit=90)
    names = [None, [], ["gpu"], ["gpu"], ["cpu", "gpu"], []]
    told = [
        [action.action for action in heat.take(hot(60, throttling=name), RUNNING)] for name in names
    ]
    assert told == [[], [], ["throttled"], [], ["throttled"], ["unthrottled"]]


TRIPS = [
    Trip("CPU", "passive", 97.0), Trip("GPU", "hot", 98.0), Trip("CPU", "critical", 102.0),
    Trip("tj", "critical", 105.0), Trip("iwlwifi", "passive", 60.0),
]  # fmt: skip
CONFIG = {"guard.heat": "pause", "guard.limit_c": 0.0, "guard.margin_c": 5.0, "guard.resume_c": 0.0}


def test_the_boards_own_limits_less_the_margin() -> None:
    limits = heat_limits(CONFIG, TRIPS)
    assert limits is not None
    assert [limits.of(zone) for zone in ("cpu", "GPU", "tj", "soc0")] == [92.0, 93.0, 90.0, None]
    assert heat_limits(dict(CONFIG, **{"guard.heat": "off"}), TRIPS) is None
    assert heat_limits(CONFIG, []) is None
    own = heat_limits(dict(CONFIG, **{"guard.limit_c": 60.0}), TRIPS)
    assert own is not None and own.of("soc0") == 60.0


def test_a_training_resumes_a_degree_below_its_limit_at_least() -> None:
    limits = heat_limits(dict(CONFIG, **{"guard.resume_c": 70.0}), TRIPS)
    assert limits is not None
    assert [limits.resume_below(limit) for limit in (90.0, 70.5, 60.0)] == [70.0, 69.5, 59.0]


def test_each_zone_has_its_own_limit() -> None:
    heat = HeatGuard()
    heat.limits = heat_limits(CONFIG, TRIPS)
    told = []
    for degrees in (91.0, 92.5, 92.9):
        zones = {"CPU": 80.0, "GPU": degrees, "iwlwifi": 99.0}
        told += heat.take({"temperatures_c": zones}, RUNNING)
    assert [(one.action, one.limit) for one in told] == [("warned", 88.0)]
    told = heat.take({"temperatures_c": {"CPU": 80.0, "GPU": 93.0}}, RUNNING)
    assert [(one.action, one.what, one.limit) for one in told] == [("paused", "GPU", 93.0)]


@given(
    st.lists(st.tuples(st.floats(-4, 4), st.sampled_from(["", "", "", "pause", "resume"]))),
    st.floats(20, 90),
)
def test_random_temperatures_and_commands(walk: list[tuple[float, str]], limit: float) -> None:
    """A board's temperature wanders, and a person pauses and resumes."""
    heat, degrees, state, by = watch(limit), limit - 8, RUNNING, ""
    for change, does in walk:
        degrees += change
        if does == "pause":
            heat.release()
            state, by = PAUSED, "person"
        elif does == "resume" and state == PAUSED:
            heat.overrule()
            state, by = RUNNING, ""
        for action in heat.take(hot(degrees), state):
            assert action.value is not None and abs(action.value - degrees) < 1e-6
            if action.action == "paused":
                assert state == RUNNING and degrees >= limit
                state, by = PAUSED, "guard"
            elif action.action == "resumed":
                assert state == PAUSED and by == "guard" and degrees < limit - 10
                state, by = RUNNING, ""
