"""The load of other programs on the machine during the training, if it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nanotrain_tui.follow.json_values import finite_number, finite_numbers, mappings

_BUSY_GPU = 50.0  # percent
_BUSY_CORES = 0.7  # of a core
_FRACTION = 0.15  # of all cores

Samples = Sequence[tuple[float, Mapping[str, Any]]]  # session time, body; the newest last


@dataclass(frozen=True, slots=True)
class OtherLoad:
    """The load of other programs: a text, and its figures by name."""

    text: str
    figures: Mapping[str, float] = field(default_factory=dict)


def other_load(samples: Samples, on_gpu: bool | None) -> OtherLoad | None:
    """The load of the GPU if TensorFlow trains on the CPU, and of the CPU without the trainer.

    It is None if there is little load or if it is not known. It is not known for a GPU that
    TensorFlow uses too, and for the CPU if the load of the trainer was not measured.
    """
    found = [one for one in (_on_gpu(samples, on_gpu), _on_cpu(samples)) if one is not None]
    if not found:
        return None
    figures = {key: value for one in found for key, value in one.figures.items()}
    return OtherLoad("; ".join(one.text for one in found), figures)


def _on_gpu(samples: Samples, on_gpu: bool | None) -> OtherLoad | None:
    loads = [finite_number(body.get("gpu_load_percent")) for _, body in samples]
    known = [load for load in loads if load is not None]
    if on_gpu is not False or not known or 2 * len(known) <= len(loads):
        return None
    load = sum(known) / len(known)
    if load < _BUSY_GPU:
        return None
    rounded = min(100, 5 * round(load / 5))
    return OtherLoad(
        f"another program keeps the GPU busy: {rounded}%", {"other_gpu_load_percent": load}
    )


def _on_cpu(samples: Samples) -> OtherLoad | None:
    cores = _busy_cores(samples)
    trainer = cores_of(samples, "trainer_cpu_s")
    if cores is None or trainer is None:
        return None
    busy, total = cores
    others = busy - trainer - (cores_of(samples, "host_cpu_s") or 0.0)
    if others < max(_BUSY_CORES, _FRACTION * total):
        return None
    taken = max(1, round(others))
    return OtherLoad(
        f"other programs keep {taken} of {total} cores busy", {"other_cores": round(others, 1)}
    )


def cores_of(samples: Samples, key: str) -> float | None:
    """The number of busy cores from a count of CPU seconds; None if it was not measured."""
    found = ((t, finite_number(body.get(key))) for t, body in samples)
    known = [(t, value) for t, value in found if value is not None]
    if len(known) < 2 or known[-1][0] <= known[0][0] or known[-1][1] < known[0][1]:
        return None
    return (known[-1][1] - known[0][1]) / (known[-1][0] - known[0][0])


def _busy_cores(samples: Samples) -> tuple[float, int] | None:
    """The number of busy cores and of cores that are on; the first sample is the starting point."""
    found: list[list[float]] = []
    for _, body in samples[1:]:
        loads = finite_numbers(mappings(body.get("cpus")), "load_percent")
        if loads:
            found.append(loads)
    if not found:
        return None
    busy = sum(sum(loads) / 100.0 for loads in found) / len(found)
    return busy, len(found[-1])
