"""Whether a training fits into this machine's memory: the estimate against what is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog.formats import megabytes
from nanotrain_tui.catalog.memory_estimate import MemoryNeed, estimate, fitting_batch
from nanotrain_tui.launch.cgroups import left_by_cgroups
from nanotrain_tui.telemetry.meminfo import largest_free_block, read_meminfo
from nanotrain_tui.telemetry.sysfs import is_jetson
from nanotrain_tui.trainer_python.environment import has_nvidia

BATCH = "train.batch_size"
SMALL_BLOCK_MB = 1.0  # below it free memory is in crumbs; a fresh board has blocks of 4 MB


@dataclass(frozen=True, slots=True)
class Available:
    """What this machine has left, in MB; None where it does not say."""

    memory_mb: float | None = None  # MemAvailable, or what a container's limit leaves
    swap_mb: float = 0.0  # free
    block_mb: float | None = None  # the largest free one
    shared: bool = False  # CPU and GPU have one memory
    gpu: bool = False


@dataclass(frozen=True, slots=True)
class MemoryCheck:
    """What a training needs, what there is, and a batch that fits where it is too little."""

    need: MemoryNeed
    available: Available
    batch: int  # asked for
    fitting_batch: int | None = None  # only where it does not fit

    @property
    def fits(self) -> bool:
        """Whether there is enough without swap; taken for granted where nothing is known."""
        there = self.available.memory_mb
        return there is None or self.need.total_mb <= there

    @property
    def message(self) -> str:
        """What does not fit and what to do, in a sentence or two; empty where it fits."""
        if self.fits:
            return ""
        return f"{self.shortage} {self.way_out}"

    @property
    def shortage(self) -> str:
        """What is needed, what there is, and what comes of it."""
        there = self.available.memory_mb or 0.0
        needed = megabytes(self.need.total_mb)
        told = f"Training needs about {needed} and {megabytes(there)} are available: "
        if self.need.total_mb <= there + self.available.swap_mb:
            return told + f"{megabytes(self.need.total_mb - there)} go to swap, which is slow."
        return told + "the kernel may kill it."

    @property
    def way_out(self) -> str:
        """What would fit."""
        if self.fitting_batch is not None:
            return f"A batch of {self.fitting_batch:,} fits ({BATCH})."
        if self.need.framework_mb > (self.available.memory_mb or 0.0):
            alone = f"TensorFlow alone takes about {megabytes(self.need.framework_mb)}"
            return f"{alone}: close other programs, the desktop above all, or add swap."
        return "No batch is small enough: use fewer units (model.hidden), or add swap."

    @property
    def hint(self) -> str:
        """A word on free memory that lies in crumbs; empty where there is nothing to say."""
        block = self.available.block_mb
        if block is None or block >= SMALL_BLOCK_MB or not self.available.shared:
            return ""
        return (
            f"the free memory lies in pieces of {1024 * block:,.0f} kB at most; should the GPU "
            "find none, a reboot joins them"
        )

    def told(self) -> dict[str, Any]:
        """As JSON names it."""
        return {
            **self.need._asdict(),
            "available_mb": self.available.memory_mb,
            "swap_free_mb": self.available.swap_mb,
            "largest_block_mb": self.available.block_mb,
            "fits": self.fits,
            "fitting_batch": self.fitting_batch,
        }


def read_available(root: str = "/") -> Available:
    """What the kernel says of this machine; ``root`` is the place of its files."""
    kib = read_meminfo(str(Path(root, "proc/meminfo")))
    known = [kib["MemAvailable"] / 1024] if "MemAvailable" in kib else []
    known += left_by_cgroups(root)
    block = largest_free_block(root)
    return Available(
        memory_mb=min(known) if known else None,
        swap_mb=kib.get("SwapFree", 0) / 1024,
        block_mb=block[1] if block else None,
        shared=is_jetson(root),
        gpu=has_nvidia(root),
    )


def check_memory(
    config: Mapping[str, Any],
    data: Mapping[str, Any],
    available: Available,
    restored: bool = False,
) -> MemoryCheck:
    """The need of a checked flat configuration with data as ``inspect_data`` tells of it.

    ``restored``: it begins with a checkpoint.
    """
    facts = (data["shape"], data["classes"], data["train"], data["test"])
    tensorflow = str(data.get("tensorflow_version") or "")
    how = (tensorflow, available.gpu, restored)
    need = estimate(config, *facts, *how)
    batch = int(config[BATCH])
    found = MemoryCheck(need, available, batch)
    if found.fits or available.memory_mb is None:
        return found
    smaller = fitting_batch(config, *facts, available.memory_mb, *how)
    return MemoryCheck(need, available, batch, smaller)
