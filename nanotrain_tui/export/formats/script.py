"""A stand-alone script that trains the same network in the same way.

The network is Keras'; every formula is copied from the trainer's modules, and so is the loader of
the data, where the source has one that needs nothing else.
"""

import re
from pathlib import Path
from pprint import pformat
from typing import Any, TextIO

from nanotrain_tui.catalog import Config, edited, trainer_config
from nanotrain_tui.export import script_formulas
from nanotrain_tui.export.registry import ExportError, Options, TextFormat
from nanotrain_tui.session.evaluated import evaluated
from nanotrain_tui.session.history import SegmentHistory, read_history
from nanotrain_tui.session.recording.reader import SessionReader

TEMPLATE = Path(__file__).parent.parent / "keras_script.py.txt"
SECTIONS = ("model.", "loss.", "optimizer.", "schedule.")
KEYS = ("data.name", "layers", "output", "train.batch_size", "train.steps", "train.eval_every",
        "train.seed")  # fmt: skip
Edits = list[tuple[int, Config]]


def write(reader: SessionReader, out: TextIO, options: Options) -> None:  # noqa: ARG001
    """The script, its numbers from the recording. Raises ExportError."""
    history = read_history(reader)
    if not history:
        raise ExportError("script", f"{reader.folder.name} has no configuration on record yet.")
    name, last = reader.folder.name, history[-1].reached
    config, first = _values_of(history[0].config), history[0].from_step
    edits = [one for one in edits_of(history) if one[0] < last]
    tested = _tested(reader)
    formulas = script_formulas.formulas_of([config, *(values for _, values in edits)])
    loader = script_formulas.loader_of(history[0].config)
    config.update(loader.values)
    about = (history[0].started.body.get("data") or {}) if history[0].started else {}
    title = f"Train again what nanotrain trained as {name}: {last - first} steps."
    filled = {
        "TITLE": title, "NAME": re.sub(r"\W", "_", name), "NOTES": _notes(name, first, tested),
        "IMPORTS": "\n".join(script_formulas.import_lines(formulas.imports | loader.imports)),
        "CONFIG": pformat(config, width=96), "FIRST": str(first), "LAST": str(last),
        "EDITS": pformat(edits, width=96), "CLASSES": repr(about.get("classes")),
        "DATA": loader.help, "LOAD": loader.text, "LOADER": loader.name, "FORMULAS": formulas.text,
    }  # fmt: skip
    template = TEMPLATE.read_text(encoding="utf-8")
    out.write(re.sub(r"@([A-Z]+)@", lambda found: filled[found.group(1)], template))


def edits_of(history: list[SegmentHistory]) -> Edits:
    """What changed after which step, by whomever, where a resume took the place of what was."""
    edits: Edits = []
    start = config = history[0].config
    for stretch in history:
        edits = [one for one in edits if one[0] <= stretch.from_step]
        config = start
        for _, values in edits:
            config = edited(config, values)
        _note(edits, stretch.from_step, _difference(config, stretch.config))
        config = stretch.config
        for event in stretch.edited:
            changes = event.body.get("changes") or {}
            _note(edits, event.step, {k: new for k, (_, new) in changes.items() if new is not None})
    return _with_consequences(start, edits)


def _note(edits: Edits, step: int, values: Config) -> None:
    counted = {key: value for key, value in values.items() if _counts(key)}
    if counted:
        edits.append((step, counted))


def _difference(before: Config, after: Config) -> Config:
    return {key: value for key, value in after.items() if before.get(key) != value}


def _with_consequences(start: Config, edits: Edits) -> Edits:
    """Each edit with all that it changed: layers, output, an optimizer's parameters."""
    found: Edits = []
    config = start
    for step, values in edits:
        after = edited(config, values)
        changed = _difference(_values_of(config), _values_of(after))
        swapped = values.get("optimizer.name", config["optimizer.name"]) != config["optimizer.name"]
        if swapped:
            changed.update(
                {key: value for key, value in after.items() if key.startswith("optimizer.")}
            )
        found.append((step, changed))
        config = after
    return found


def _counts(key: str) -> bool:
    return key.startswith(SECTIONS) or key in KEYS


def _values_of(config: Config) -> dict[str, Any]:
    """What a script needs of a configuration."""
    return {key: value for key, value in trainer_config(config).items() if _counts(key)}


def _tested(reader: SessionReader) -> str:
    """``test accuracy of 0.9312``: the last evaluation; empty where there was none."""
    for metric, last, _ in evaluated(reader.known_metrics(), reader.evaluations()).values():
        return f"{metric.shown_of} {metric.label} of {last:.4f}"
    return ""


def _notes(name: str, first: int, tested: str) -> str:
    lines = []
    if tested:
        lines.append(f"The session ended with a {tested}; this comes")
        lines.append("near it: the same first weights, batches and formulas, but other random")
        lines.append("numbers for dropout, and sums in another order.")
    if first:
        lines.append(f"{name} was forked at step {first}. Write its parent's weights of that step")
        lines.append(f"('nanotrain export PARENT --format weights --checkpoint {first}') and give")
        lines.append("them with --weights; the optimizer begins afresh.")
    return "\n".join(lines) or "The session was not tested before it ended."


FORMAT = TextFormat("a Keras script that trains the same network again", ".py", write)
