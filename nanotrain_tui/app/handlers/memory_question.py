"""What the user can do if a session needs more memory or disk space than is available."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.handlers.shell import Shell
from nanotrain_tui.app.screens.memory_dialog import AS_IT_IS, SMALLER, MemoryDialog
from nanotrain_tui.app.source.jobs import Launch, Resume
from nanotrain_tui.app.source.refusals import TooLarge
from nanotrain_tui.catalog import flatten, outputs_of
from nanotrain_tui.catalog.formats import megabytes
from nanotrain_tui.catalog.memory_estimate import estimate
from nanotrain_tui.follow.run_state import RunState

BATCH = "train.batch_size"


def ask_about_memory(
    shell: Shell,
    model: FormModel,
    error: TooLarge,
    job: Launch,
    launch: Callable[[Launch], None],
) -> None:
    """Ask whether to launch the job with a smaller batch size, or unchanged."""

    def answered(answer: str | None) -> None:
        if answer == SMALLER and error.batch is not None:
            model.take({BATCH: error.batch})
            launch(with_batch(job, error.batch))
        elif answer == AS_IT_IS:
            launch(replace(job, anyway=True))
        else:
            shell.say("Not started.")

    shell.push_screen_next(MemoryDialog(error.message, error.batch), answered)


def with_batch(job: Launch, batch: int) -> Launch:
    """Return the same launch with another batch size."""
    if isinstance(job, Resume):
        return replace(job, changes={**job.changes, BATCH: batch})
    return replace(job, config={**job.config, BATCH: batch})


def larger_batch(state: RunState, values: Mapping[str, Any]) -> str:
    """Return a warning if the new batch size needs more memory than is free, else ``""``."""
    config, ram = flatten(dict(state.config)), state.gauges.get("ram")
    if ram is None or ram.now is None or ram.total is None or "shape" not in state.data:
        return ""
    if values.get(BATCH, 0) <= config[BATCH]:
        return ""
    data = state.data
    facts = (data["shape"], outputs_of(data), data["train"], data["test"])
    before, after = (estimate(each, *facts).total_mb for each in (config, {**config, **values}))
    more_mb, left_mb = after - before, ram.total - ram.now
    if more_mb <= left_mb:
        return ""
    return (
        f"A batch size of {values[BATCH]:,} needs about {megabytes(more_mb)} more memory, but only "
        f"{megabytes(left_mb)} are free. The kernel may kill the trainer."
    )
