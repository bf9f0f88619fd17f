"""What bounds a run, and what it takes in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.follow.board import BoardFold
from nanotrain_tui.follow.energy import TrainingEnergy
from nanotrain_tui.follow.run_state import HeatLimits
from nanotrain_tui.follow.verdict import Verdict, judge
from nanotrain_tui.session.records import Event, Sample
from nanotrain_tui.telemetry.samples import body_of_line
from nanotrain_tui.telemetry.tegrastats import parse_line

MAXN = {"power_mode": "MAXN", "gpu_max_mhz": 921, "gpu_top_mhz": 921}


def line(**tokens: str) -> dict[str, Any]:
    """A body as a Nano's tegrastats makes it."""
    parts = {
        "RAM": "1903/3964MB (lfb 3x4MB)", "SWAP": "10/1982MB (cached 0MB)",
        "CPU": "[20%@1428,15%@1428,9%@1428,30%@1428]", "EMC_FREQ": "12%@1600",
        "GR3D_FREQ": "99%@921", **tokens,
    }  # fmt: skip
    text = " ".join(f"{name} {value}" for name, value in parts.items())
    parsed = parse_line(text + " CPU@45C GPU@43.5C POM_5V_IN 7800/7000\n")
    assert parsed is not None
    return body_of_line(parsed)


def verdict(
    *bodies: dict[str, Any], state: str = "running", steps: int = 500, **environment: Any
) -> Any:
    samples = [(float(t), body) for t, body in enumerate(bodies)]
    return judge(samples, state, {**MAXN, **environment}, steps)


def kind(*bodies: dict[str, Any], **about: Any) -> str:
    found = verdict(*bodies, **about)
    return found.kind if found is not None else ""


ONE_CORE = {"CPU": "[100%@1428,5%@1428,9%@1428,3%@1428]", "GR3D_FREQ": "25%@614"}


@pytest.mark.parametrize(
    ("tokens", "more", "wanted"),
    [
        ({}, {}, "gpu"),
        ({"EMC_FREQ": "91%@1600"}, {}, "memory_bandwidth"),
        (ONE_CORE, {}, "input"),
        ({"CPU": "[99%@1428,98%@1428,97%@1428,100%@1428]", "GR3D_FREQ": "3%@76"}, {}, "cpu"),
        ({"GR3D_FREQ": "60%@921"}, {}, ""),
        ({}, {"throttling": ["gpu"]}, "heat"),
        ({}, {"throttling": []}, "gpu"),
        ({"GR3D_FREQ": "99%@460"}, {"gpu_temperature_c": 95.0}, "heat"),
        ({"SWAP": "1500/1982MB (cached 9MB)"}, {"mem_available_mb": 60.0}, "swap"),
        ({"SWAP": "1500/1982MB (cached 9MB)"}, {"mem_available_mb": 900.0}, "gpu"),
    ],
)
def test_what_bounds_a_nano(tokens: dict[str, str], more: dict[str, Any], wanted: str) -> None:
    bodies = [{**line(**tokens), **more}] * 3
    assert kind(*bodies) == wanted


def test_the_power_mode_is_named_with_what_it_costs() -> None:
    found = verdict(*[line(GR3D_FREQ="99%@640")] * 3, power_mode="5W", gpu_max_mhz=640)
    assert (found.kind, found.text) == ("power_mode", "mode 5W: GPU 100 % busy at 640 of 921 MHz")
    assert "doctor" in found.advice and found.figures["top_mhz"] == 921


def test_swap_that_grows_is_told_before_memory_is_full() -> None:
    grows = [line(SWAP=f"{used}/1982MB (cached 0MB)") for used in (100, 120, 140)]
    assert kind(*grows) == "swap"


def test_a_machine_without_a_gpu() -> None:
    body = {"cpus": [{"load_percent": 97.0}, None, {"load_percent": 93.0}], "source": "psutil"}
    found = verdict(body, body)
    assert (found.kind, found.text) == ("cpu", "the CPU: 2 cores at 95 %")
    one = {"cpus": [{"load_percent": 100.0}, {"load_percent": 4.0}]}
    assert "one core" in verdict(one).text


def test_before_the_first_steps_it_warms_up_and_a_pause_has_no_verdict() -> None:
    assert kind(line(), state="starting") == "warming_up"
    assert kind(line(), steps=1) == "warming_up"
    assert "minutes on a Nano" in verdict(line(), steps=0).advice
    assert kind(line(), state="paused") == kind(line(), state="finished") == ""
    assert judge([], "running", {}, 50) is None


def test_only_what_is_new_counts() -> None:
    busy, quiet = line(), line(GR3D_FREQ="10%@76")
    samples = [(0.0, busy), (1.0, busy), (50.0, quiet)]
    assert judge(samples, "running", MAXN, 50) is None


NUMBERS = st.one_of(st.none(), st.integers(-5, 5000), st.floats(), st.text("ab", max_size=2))
BODIES = st.dictionaries(
    st.sampled_from(["gpu_load_percent", "gpu_freq_mhz", "emc_load_percent", "swap_used_mb",
                     "mem_available_mb", "ram_total_mb", "gpu_temperature_c", "cpu_temperature_c"]),
    NUMBERS,
)  # fmt: skip
CORES = st.one_of(
    NUMBERS, st.lists(st.one_of(NUMBERS, st.builds(lambda x: {"load_percent": x}, NUMBERS)))
)
HEAT = st.one_of(NUMBERS, st.lists(NUMBERS))


@given(
    st.lists(st.tuples(BODIES, CORES, HEAT), max_size=4),
    st.dictionaries(st.sampled_from(sorted(MAXN)), NUMBERS),
)
def test_whatever_is_recorded_is_no_exception(found: Any, environment: Any) -> None:
    samples = [
        (float(t), {**body, "cpus": cores, "throttling": heat})
        for t, (body, cores, heat) in enumerate(found)
    ]
    told = judge(samples, "running", environment, 9)
    assert told is None or (isinstance(told, Verdict) and told.text and told.advice)


# Energy


def test_joules_of_a_step_and_an_epoch() -> None:
    energy = TrainingEnergy()
    for second in range(6):
        energy.add(second, 10000.0, 20 * second, 50)
    use = energy.use(10000)
    assert use is not None
    assert (use.joules, use.steps, use.per_step_j) == (50.0, 100, 0.5)
    assert (use.samples_per_j, use.per_epoch_j) == (100.0, 100.0)
    assert energy.use(None).per_epoch_j is None  # type: ignore[union-attr]


def test_pauses_and_gaps_are_no_training() -> None:
    energy = TrainingEnergy()
    energy.add(0, 10000.0, 0, None)
    assert energy.use(5) is None
    energy.add(1, 10000.0, 10, None)
    energy.pause()
    energy.add(21, 10000.0, 10, None)
    energy.add(22, 10000.0, 20, None)
    energy.add(400, 10000.0, 900, None)  # nothing was measured for minutes
    use = energy.use(5)
    assert use is not None and (use.joules, use.steps, use.samples_per_j) == (20.0, 20, None)


def sample(t: float, step: int, **body: Any) -> Sample:
    return Sample(1, 1, t, step, body)


def event(kind: str, **body: Any) -> Event:
    return Event(2, 1, 5.0, 10, kind, body)


def test_what_the_guard_says_is_kept() -> None:
    board = BoardFold()
    board.begin({})
    board.happened(
        event("guard", guard="heat", action="watching", limit=50.0, warn=45.0, resume=40.0),
        "running",
    )
    assert board.heat_limits == HeatLimits(45.0, 50.0, 40.0)
    board.happened(event("guard", guard="heat", action="paused", message="GPU is hot"), "running")
    board.happened(event("paused", who="guard"), "paused")
    assert board.held == "GPU is hot"
    board.happened(event("resumed", who="me"), "running")
    assert board.held == ""
    board.begin({})
    assert board.heat_limits is None


def test_energy_of_all_and_of_training() -> None:
    board = BoardFold()
    board.begin({})
    for t in range(3):
        board.sampled(sample(t, 0, power_total_mw=4000.0), False, 10)
    for t in range(3, 6):
        board.sampled(sample(t, t * 10, power_total_mw=10000.0), True, 10)
    use = board.energy_use(1000)
    assert use is not None and (use.joules, use.steps) == (20.0, 20)
    assert board.energy_j == 8.0 + 7.0 + 20.0
