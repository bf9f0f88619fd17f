"""What is said of a training that needs more memory or disk than there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nanotrain_tui.app.source.ports import TooLarge
from nanotrain_tui.app.source.worker import Launch, Resume
from nanotrain_tui.catalog import flatten
from nanotrain_tui.catalog.formats import megabytes
from nanotrain_tui.catalog.memory_estimate import estimate
from nanotrain_tui.follow.run_state import RunState

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp

BATCH = "train.batch_size"
SMALLER, AS_IT_IS = "smaller", "as it is"


class MemoryDialog(ModalScreen[str | None]):
    """Returns SMALLER, AS_IT_IS, or None for neither."""

    DEFAULT_CSS = """
    MemoryDialog {
        align: center middle;
        & > #memory {
            width: 66; max-width: 100%; height: auto; padding: 1 2;
            border: round $warning; background: $surface; color: $foreground;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "smaller", "Smaller", show=False),
        Binding("a", f"dismiss('{AS_IT_IS}')", "As it is", show=False),
        Binding("escape,q,n", "dismiss", "Back", show=False),
    ]

    def __init__(self, question: str, batch: int | None) -> None:
        super().__init__()
        self._question = question
        self._batch = batch

    def compose(self) -> ComposeResult:
        choices = [("a", "train as it is"), ("Esc", "back")]
        if self._batch is not None:
            choices.insert(0, ("Enter", f"train with batches of {self._batch:,}"))
        parts: list[str | tuple[str, str]] = [self._question, "\n"]
        for key, text in choices:
            parts += ["\n", (key.ljust(5), "bold $warning"), f"  {text}"]
        yield Static(Content.assemble(*parts), id="memory")

    def action_smaller(self) -> None:
        if self._batch is not None:
            self.dismiss(SMALLER)


def ask_about_memory(app: NanotrainApp, job: Launch, error: TooLarge) -> None:
    """Offer what was to be launched with the batch that fits, and as it is."""

    def answered(answer: str | None) -> None:
        if answer == SMALLER and error.batch is not None:
            app.model.take({BATCH: error.batch})
            app.link.launch(with_batch(job, error.batch))
        elif answer == AS_IT_IS:
            app.link.launch(replace(job, anyway=True))
        else:
            app.say("Not started.")

    app.call_next(app.push_screen, MemoryDialog(error.message, error.batch), answered)


def with_batch(job: Launch, batch: int) -> Launch:
    """The same launch with another batch size."""
    if isinstance(job, Resume):
        return replace(job, changes={**job.changes, BATCH: batch})
    return replace(job, config={**job.config, BATCH: batch})


def larger_batch(state: RunState, values: Mapping[str, Any]) -> str:
    """A warning where an edit's batch needs more memory than the board has left, else nothing."""
    config, ram = flatten(dict(state.config)), state.gauges.get("ram")
    if ram is None or ram.now is None or ram.total is None or "shape" not in state.data:
        return ""
    if values.get(BATCH, 0) <= config[BATCH]:
        return ""
    facts = [state.data[key] for key in ("shape", "classes", "train", "test")]
    before, after = (estimate(each, *facts).total_mb for each in (config, {**config, **values}))
    more_mb, left_mb = after - before, ram.total - ram.now
    if more_mb <= left_mb:
        return ""
    return (
        f"A batch of {values[BATCH]:,} needs about {megabytes(more_mb)} more, and "
        f"{megabytes(left_mb)} are left: the kernel may kill the trainer."
    )
