"""The bottleneck and the energy of a session."""

from typing import Any

import pytest
from batches import Rows, batch_of
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.follow.board import BoardFold
from nanotrain_tui.follow.bottleneck import Bottleneck, find_bottleneck
from nanotrain_tui.follow.energy import TrainingEnergy
from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.other_load import OtherLoad, cores_of, other_load
from nanotrain_tui.follow.run_state import HeatLimits
from nanotrain_tui.session.energy import Energy
from nanotrain_tui.session.recording.records import Event, Sample
from nanotrain_tui.telemetry.samples import body_of_line
from nanotrain_tui.telemetry.tegrastats import parse_line

MAXN = {"power_mode": "MAXN", "gpu_max_mhz": 921, "gpu_top_mhz": 921}


def line(**tokens: str) -> dict[str, Any]:
    """The body of a sample of the tegrastats of a Nano."""
    parts = {
        "RAM": "1903/3964MB (lfb 3x4MB)", "SWAP": "10/1982MB (cached 0MB)",
        "CPU": "[20%@1428,15%@1428,9%@1428,30%@1428]", "EMC_FREQ": "12%@1600",
        "GR3D_FREQ": "99%@921", **tokens,
    }  # fmt: skip
    text = " ".join(f"{name} {value}" for name, value in parts.items())
    parsed = parse_line(text + " CPU@45C GPU@43.5C POM_5V_IN 7800/7000\n")
    assert parsed is not None
    return body_of_line(parsed)


def bottleneck(
    *bodies: dict[str, Any],
    state: str = "running",
    steps: int = 500,
    on_gpu: bool | None = None,
    **environment: Any,
) -> Any:
    samples = [(float(t), body) for t, body in enumerate(bodies)]
    return find_bottleneck(samples, state, {**MAXN, **environment}, steps, "", on_gpu)


def kind(*bodies: dict[str, Any], **about: Any) -> str:
    found = bottleneck(*bodies, **about)
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
def test_bottlenecks_of_a_nano(tokens: dict[str, str], more: dict[str, Any], wanted: str) -> None:
    bodies = [{**line(**tokens), **more}] * 3
    assert kind(*bodies) == wanted


@pytest.mark.parametrize(
    ("tokens", "more", "text", "figures"),
    [
        (ONE_CORE, {}, "input: one core at 100%, GPU 25%",
         {"core_load_percent": 100.0, "gpu_load_percent": 25.0}),
        ({"EMC_FREQ": "91%@1600"}, {}, "memory bandwidth: the controller is at 90%, GPU 100%",
         {"emc_load_percent": 91.0, "gpu_load_percent": 99.0}),
        ({}, {"throttling": ["gpu"]}, "heat: gpu slowed down at 45 °C", {"temperature_c": 45.0}),
        ({"SWAP": "1500/1982MB (cached 9MB)"}, {"mem_available_mb": 60.0},
         "swap: 1,500 MB are swapped out, 60 MB of memory left",
         {"swap_used_mb": 1500.0, "swap_rise_mb": 0.0, "mem_available_mb": 60.0}),
        ({"CPU": "[99%@1428,98%@1428,97%@1428,100%@1428]", "GR3D_FREQ": "3%@76"}, {},
         "the CPU: 4 cores at 100%, GPU 5%",
         {"cpu_load_percent": 98.5, "gpu_load_percent": 3.0}),
    ],
)  # fmt: skip
def test_a_bottleneck_has_its_figures(
    tokens: dict[str, str], more: dict[str, Any], text: str, figures: dict[str, float]
) -> None:
    found = bottleneck(*[{**line(**tokens), **more}] * 3)
    assert (found.text, found.figures) == (text, figures)
    assert found.advice.endswith((".", "!"))


def test_a_thread_that_moves_from_core_to_core_is_one_busy_core() -> None:
    rows = ["[100%@1428,5%@1428]", "[4%@1428,100%@1428]"] * 3
    found = bottleneck(*[line(CPU=row, GR3D_FREQ="20%@76") for row in rows])
    assert found.text == "input: one core at 100%, GPU 20%"


def test_the_cpu_is_no_bottleneck_if_the_gpu_load_is_unknown() -> None:
    known = line(**ONE_CORE)
    unknown = {key: value for key, value in known.items() if key != "gpu_load_percent"}
    assert kind(*[unknown] * 3, l4t="38.4.0") == ""
    assert kind(*[unknown] * 4, known, l4t="38.4.0") == ""  # most samples do not have it
    assert kind(*[unknown] * 3, on_gpu=True) == ""
    assert kind(*[unknown] * 3, l4t="38.4.0", on_gpu=False) == "cpu"  # it trains on the CPU


def test_a_gpu_that_tensorflow_does_not_use_is_no_bottleneck() -> None:
    found = bottleneck(*[line(**ONE_CORE)] * 3, on_gpu=False)
    assert (found.kind, found.text) == ("cpu", "the CPU: one core at 100%, GPU 25%")
    assert "TensorFlow has no GPU" in found.advice
    assert kind(*[line()] * 3, on_gpu=False) == ""  # it is the load of another program
    capped = {"power_mode": "5W", "gpu_max_mhz": 640}
    assert kind(*[line(GR3D_FREQ="99%@640")] * 3, on_gpu=False, **capped) == ""
    for slowed in (["gpu"], ["cpu", "gpu-thermal"]):
        body = {**line(), "throttling": slowed}
        found = bottleneck(*[body] * 3, on_gpu=False)
        assert (found.text if found else "") == "heat: cpu slowed down at 45 °C" * ("cpu" in slowed)
    assert kind(*[{**line(GR3D_FREQ="99%@460"), "gpu_temperature_c": 95.0}] * 3, on_gpu=False) == ""
    for load in ("60%@921", "99%@921"):  # all cores train beside it
        busy = line(CPU="[99%@1428,98%@1428,97%@1428,100%@1428]", GR3D_FREQ=load)
        assert kind(*[busy] * 3, on_gpu=False) == "cpu"


def test_an_unknown_gpu_is_no_bottleneck() -> None:
    assert bottleneck(*[line()] * 3).text == "the GPU: 100% busy at 920 MHz, if TensorFlow uses it"
    assert bottleneck(*[line()] * 3, on_gpu=True).text == "the GPU: 100% busy at 920 MHz"


def used(trainer: float, host: float = 0.0, **tokens: str) -> list[tuple[float, dict[str, Any]]]:
    """Samples with a distance of a second, with the load of the trainer and of the host."""
    body = line(**tokens)
    return [
        (float(t), {**body, "trainer_cpu_s": 3 + trainer * t, "host_cpu_s": host * t})
        for t in range(4)
    ]


def other(samples: Any, on_gpu: bool | None = False) -> str:
    found = other_load(samples, on_gpu)
    return found.text if found is not None else ""


FOUR = {"CPU": "[99%@1428,98%@1428,97%@1428,100%@1428]", "GR3D_FREQ": "3%@76"}


def test_the_load_of_other_programs_is_shown_if_known() -> None:
    assert other(used(0.8)) == "another program keeps the GPU busy: 100%"
    assert other(used(0.8), on_gpu=True) == other(used(0.8), on_gpu=None) == ""
    assert other(used(0.8, GR3D_FREQ="20%@76")) == ""
    assert other(used(1.0, **FOUR)) == other(used(1.0, **FOUR), on_gpu=True)
    assert other(used(1.0, **FOUR)) == "other programs keep 3 of 4 cores busy"
    assert other(used(3.9, **FOUR)) == other(used(3.0, 0.9, **FOUR)) == ""
    assert other([(t, line(**FOUR)) for t in range(4)]) == ""  # the trainer was not measured
    busy = used(1.0, **{**FOUR, "GR3D_FREQ": "99%@921"})
    both = "another program keeps the GPU busy: 100%; other programs keep 3 of 4 cores busy"
    assert other(busy) == both
    found = other_load(busy, False)
    assert found is not None
    assert found.figures == {"other_gpu_load_percent": 99.0, "other_cores": 2.9}


def test_a_core_that_other_programs_keep_busy_is_no_bottleneck() -> None:
    for on_gpu in (False, True):
        assert find_bottleneck(used(0.1, **ONE_CORE), "running", MAXN, 500, "", on_gpu) is None
        assert find_bottleneck(used(0.1, **FOUR), "running", MAXN, 500, "", on_gpu) is None
        assert find_bottleneck(used(1.0, **ONE_CORE), "running", MAXN, 500, "", on_gpu) is not None


def test_a_counter_that_restarts_is_no_load() -> None:
    samples = used(1.0, **FOUR)
    samples[-1][1]["trainer_cpu_s"] = 0.1
    assert other(samples) == ""


def test_the_load_of_other_programs_is_that_of_the_running_segment() -> None:
    board = BoardFold()
    board.begin({})
    for t, body in used(1.0):
        board.sampled(sample(t, 10, **body), True, 10)
    found = board.other_load(False)
    assert found is not None and found.text.startswith("another program")
    board.happened(event("paused"), "paused")
    assert board.other_load(False) is None
    for t, body in used(1.0):
        board.sampled(sample(t, 10, **body), True, 10)
    board.begin({})
    assert board.other_load(False) is None


def test_a_session_that_has_ended_tells_of_no_other_load() -> None:
    rows = Rows().begin()
    for t, body in used(1.0, **FOUR):
        rows.t = t
        rows.steps([1.0] * 10, seconds=0.0).sample(**body)
    fold = Fold("mnist-1")
    fold.add(batch_of(rows))
    assert fold.state(True).other_load is not None
    assert fold.state(False).other_load is None


def test_a_changed_power_mode_is_not_named() -> None:
    began = {"power_mode": "5W", "gpu_max_mhz": 640}
    assert kind(*[line(GR3D_FREQ="99%@921")] * 3, **began) == "gpu"  # faster than it allowed
    body = {**line(GR3D_FREQ="99%@640"), "gpu_max_mhz": 640, "gpu_temperature_c": 85.0}
    found = bottleneck(*[body] * 3)  # it began in MAXN
    assert found.text == "the power mode: GPU 100% busy at 640 of 921 MHz"


def test_the_power_mode_is_shown_with_its_clocks() -> None:
    found = bottleneck(*[line(GR3D_FREQ="99%@640")] * 3, power_mode="5W", gpu_max_mhz=640)
    assert (found.kind, found.text) == ("power_mode", "mode 5W: GPU 100% busy at 640 of 921 MHz")
    assert "doctor" in found.advice and found.figures["top_mhz"] == 921


def test_growing_swap_is_shown_before_the_memory_is_full() -> None:
    grows = [line(SWAP=f"{used}/1982MB (cached 0MB)") for used in (100, 120, 140)]
    found = bottleneck(*grows)
    assert found.text == "swap: 140 MB are swapped out, 40 MB of them in the last 10 s"


def test_a_machine_without_a_gpu() -> None:
    body = {"cpus": [{"load_percent": 97.0}, None, {"load_percent": 93.0}], "source": "psutil"}
    found = bottleneck(body, body)
    assert (found.kind, found.text) == ("cpu", "the CPU: 2 cores at 95%")
    one = {"cpus": [{"load_percent": 100.0}, {"load_percent": 4.0}]}
    assert "one core" in bottleneck(one).text


def test_warming_up_before_the_first_steps_and_nothing_in_a_pause() -> None:
    assert bottleneck(line(), state="starting").text == "warming up: loading TensorFlow"
    assert bottleneck(line(), steps=0).text == "warming up: compiling the first steps"
    assert kind(line(), steps=1) == "warming_up"
    assert "minutes on a Nano" in bottleneck(line(), steps=0).advice
    assert kind(line(), state="paused") == kind(line(), state="finished") == ""
    assert find_bottleneck([], "running", {}, 50) is None


def test_only_new_samples_count() -> None:
    busy, quiet = line(), line(GR3D_FREQ="10%@76")
    samples = [(0.0, busy), (1.0, busy), (50.0, quiet)]
    assert find_bottleneck(samples, "running", MAXN, 50) is None


NUMBERS = st.one_of(st.none(), st.integers(-5, 5000), st.floats(), st.text("ab", max_size=2))
BODIES = st.dictionaries(
    st.sampled_from(["gpu_load_percent", "gpu_freq_mhz", "emc_load_percent", "swap_used_mb",
                     "mem_available_mb", "ram_total_mb", "trainer_cpu_s", "gpu_temperature_c",
                     "cpu_temperature_c"]),
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
def test_no_recorded_value_raises_an_exception(found: Any, environment: Any) -> None:
    samples = [
        (float(t), {**body, "cpus": cores, "throttling": heat})
        for t, (body, cores, heat) in enumerate(found)
    ]
    beside = other_load(samples, False)
    assert beside is None or (isinstance(beside, OtherLoad) and beside.text)
    report = find_bottleneck(samples, "running", environment, 9)
    assert report is None or (isinstance(report, Bottleneck) and report.text and report.advice)


# Energy


def test_joules_per_step_and_per_epoch() -> None:
    energy = TrainingEnergy()
    for second in range(6):
        energy.add(second, 10000.0, 20 * second, 50)
    use = energy.use(10000)
    assert use is not None
    assert (use.joules, use.steps, use.per_step_j) == (50.0, 100, 0.5)
    assert (use.samples_per_j, use.per_epoch_j) == (100.0, 100.0)
    assert energy.use(None).per_epoch_j is None  # type: ignore[union-attr]


def test_pauses_and_gaps_do_not_count() -> None:
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


def test_a_new_batch_size_counts_from_its_step_on() -> None:
    energy = TrainingEnergy()
    energy.add(0, 10000.0, 0, 100)
    energy.reached(50, 100)  # edited there
    energy.add(1, 10000.0, 51, 60000)
    use = energy.use(60000)
    assert use is not None and use.samples_per_j == (50 * 100 + 60000) / 10.0


def test_rare_samples_are_joined_but_not_across_an_outage() -> None:
    seldom, often = Energy(), Energy()
    for t in (0, 60, 120, 240):  # a minute apart, and one that failed
        seldom.add(t, 10000.0)
    for t in (0, 1, 2, 102, 103):
        often.add(t, 10000.0)
    assert (seldom.joules, often.joules) == (2400.0, 30.0)


def test_a_late_sample_or_another_rate_does_not_stop_the_count() -> None:
    late, slower = Energy(), Energy()
    for t in (0, 60.01, 120.02, 222, 240.01, 300.02, 360):
        late.add(t, 10000.0)
    assert late.joules == pytest.approx(3600.0)
    for t in (0, 1, 2, 3, 4, 5, *range(65, 700, 60)):  # resumed with another rate
        slower.add(t, 10000.0)
    assert slower.joules is not None and slower.joules > 10.0 * 400


def sample(t: float, step: int, **body: Any) -> Sample:
    return Sample(1, 1, t, step, body)


def event(kind: str, **body: Any) -> Event:
    return Event(2, 1, 5.0, 10, kind, body)


def test_the_state_has_the_message_of_the_guard() -> None:
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
    board.happened(event("guard", guard="heat", action="holding", message="still"), "paused")
    assert board.held == "still"
    board.happened(event("guard", guard="heat", action="released", message="mine"), "paused")
    assert board.held == ""
    off = event("guard", guard="heat", action="watching", limit=None, warn=None, resume=None)
    board.happened(off, "paused")
    assert board.heat_limits is None


def test_energy_of_the_session_and_of_the_training() -> None:
    board = BoardFold()
    board.begin({})
    for t in range(3):
        board.sampled(sample(t, 0, power_total_mw=4000.0), False, 10)
    for t in range(3, 6):
        board.sampled(sample(t, t * 10, power_total_mw=10000.0), True, 10)
    use = board.energy_use(1000)
    assert use is not None and (use.joules, use.steps) == (20.0, 20)
    assert board.energy_j == 8.0 + 7.0 + 20.0


def test_the_board_and_its_power_mode_are_those_of_the_running_segment() -> None:
    board = BoardFold()
    assert board.machine == ""
    board.begin({"board": "NVIDIA Jetson Nano Developer Kit", "power_mode": "MAXN"})
    assert board.machine == "Jetson Nano, MAXN"
    board.begin({"board": "NVIDIA Jetson Nano Developer Kit"})
    assert board.machine == "Jetson Nano"


def test_two_samples_tell_how_many_cores_are_busy() -> None:
    first, second = (2.0, {"trainer_cpu_s": 1.0}), (4.0, {"trainer_cpu_s": 4.0})
    assert cores_of([first, second], "trainer_cpu_s") == 1.5
    assert cores_of([first], "trainer_cpu_s") is None
    assert cores_of([second, first], "trainer_cpu_s") is None
    assert cores_of([first, (4.0, {"trainer_cpu_s": 0.5})], "trainer_cpu_s") is None
