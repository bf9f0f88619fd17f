"""Compares the estimated memory of a training with the free memory of this machine."""

import os
from typing import Any, Dict, Mapping, NamedTuple, Optional

from nanotrain_tui.catalog.choices import outputs_of
from nanotrain_tui.catalog.formats import megabytes
from nanotrain_tui.catalog.memory_estimate import MemoryNeed, estimate, fitting_batch
from nanotrain_tui.launch.cgroups import left_by_cgroups
from nanotrain_tui.telemetry.meminfo import largest_free_block, read_meminfo
from nanotrain_tui.telemetry.sysfs import is_jetson
from nanotrain_tui.trainer_python.environment import has_nvidia

BATCH = "train.batch_size"
SMALL_BLOCK_MB = 1.0  # smaller blocks mean fragmented memory; a fresh board has 4 MB


class Available(NamedTuple):
    """Free memory of this machine in MB; None where it is not known."""

    memory_mb: Optional[float] = None  # MemAvailable, or what a container's limit leaves
    swap_mb: float = 0.0  # free
    block_mb: Optional[float] = None  # the largest free block
    shared: bool = False  # CPU and GPU use the same memory
    gpu: bool = False


class MemoryCheck(NamedTuple):
    """What a training needs, what is free, and a batch that fits where memory is short."""

    need: MemoryNeed
    available: Available
    batch: int  # of the configuration
    fitting_batch: Optional[int] = None  # only where that does not fit

    @property
    def fits(self) -> bool:
        """Whether there is enough without swap, or the free memory is not known."""
        free = self.available.memory_mb
        return free is None or self.need.total_mb <= free

    @property
    def message(self) -> str:
        """What does not fit and what to do, in a sentence or two; empty where it fits."""
        if self.fits:
            return ""
        return f"{self.shortage} {self.remedy}"

    @property
    def shortage(self) -> str:
        """What is needed, what is free, and what happens."""
        free = self.available.memory_mb or 0.0
        needed = megabytes(self.need.total_mb)
        text = "Training needs about {} and {} are available: ".format(needed, megabytes(free))
        if self.need.total_mb <= free + self.available.swap_mb:
            return text + f"{megabytes(self.need.total_mb - free)} go to swap, which is slow."
        return text + "the kernel may kill it."

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.fitting_batch is not None:
            return f"A batch of {self.fitting_batch:,} fits ({BATCH})."
        if self.need.framework_mb > (self.available.memory_mb or 0.0):
            alone = f"TensorFlow alone takes about {megabytes(self.need.framework_mb)}"
            return f"{alone}: close other programs, the desktop above all, or add swap."
        return "No batch is small enough: use fewer units (model.hidden), or add swap."

    @property
    def hint(self) -> str:
        """A note about fragmented free memory; empty where there is none."""
        block = self.available.block_mb
        if block is None or block >= SMALL_BLOCK_MB or not self.available.shared:
            return ""
        return (
            f"the free memory lies in pieces of {1024 * block:,.0f} kB at most; should the GPU "
            "find none, a reboot joins them"
        )

    def as_dict(self) -> Dict[str, Any]:
        """The check as JSON objects hold it."""
        return {
            **self.need._asdict(),
            "available_mb": self.available.memory_mb,
            "swap_free_mb": self.available.swap_mb,
            "largest_block_mb": self.available.block_mb,
            "fits": self.fits,
            "fitting_batch": self.fitting_batch,
        }


def read_available(root: str = "/") -> Available:
    """The free memory by the kernel's files below ``root``."""
    kib = read_meminfo(os.path.join(root, "proc/meminfo"))
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
    """The check of a checked flat configuration with data as ``inspect_data`` describes it.

    ``restored``: the training begins from a checkpoint.
    """
    sizes = (data["shape"], outputs_of(data), data["train"], data["test"])
    tensorflow = str(data.get("tensorflow_version") or "")
    circumstances = (tensorflow, available.gpu, restored)
    need = estimate(config, *sizes, *circumstances)
    batch = int(config[BATCH])
    found = MemoryCheck(need, available, batch)
    if found.fits or available.memory_mb is None:
        return found
    smaller = fitting_batch(config, *sizes, available.memory_mb, *circumstances)
    return MemoryCheck(need, available, batch, smaller)
