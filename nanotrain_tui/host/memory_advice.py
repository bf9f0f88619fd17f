"""Which part of a training needs most memory, and what makes it smaller."""

from typing import Any, Mapping

from nanotrain_tui.catalog.choices import outputs_of
from nanotrain_tui.catalog.formats import megabytes
from nanotrain_tui.catalog.memory_estimate import MemoryNeed, estimate

BATCH = "train.batch_size"


def largest_part(config: Mapping[str, Any], need: MemoryNeed) -> str:
    """Two sentences: the largest part of the need, and what to change."""
    batch = int(config[BATCH])
    smaller = "set {} to {:,}.".format(BATCH, max(1, batch // 2))
    if batch == 1:
        smaller = "use fewer units or filters."
    parts = (
        (need.weights_mb + need.slots_mb + need.gradients_mb,
         "the weights with their gradients and slots",
         "use fewer units or filters, or sgd (optimizer.name)."),
        (need.activations_mb, "the outputs of the layers at a batch of {:,}".format(batch),
         smaller),
        (need.data_mb, "the data", "use fewer examples (data.limit)."),
        (need.framework_mb, "TensorFlow itself", "close other programs, or add swap."),
    )  # fmt: skip
    size, name, advice = max(parts)
    return "The largest part is {}, about {}: {}".format(name, megabytes(size), advice)


def advice_after_crash(
    config: Mapping[str, Any], data: Mapping[str, Any], tensorflow: str, gpu: bool
) -> str:
    """The sentence for data as a trainer describes it; empty if it does not tell its size."""
    try:
        sizes = (data["shape"], outputs_of(data), int(data["train"]), int(data["test"]))
        return largest_part(config, estimate(config, *sizes, tensorflow=tensorflow, gpu=gpu))
    except (KeyError, TypeError, ValueError):
        return ""
