"""A stand-alone script that trains the same network in the same way.

The network is a Keras model. The formulas are copied from the modules of the trainer. So is the
loader of the data if it does not need other modules.
"""

import re
from pathlib import Path
from pprint import pformat
from typing import Any, TextIO

from nanotrain_tui.catalog import Config, edited, trainer_config
from nanotrain_tui.catalog.scripts import is_script
from nanotrain_tui.export import script_formulas
from nanotrain_tui.export.format_types import ExportError, Options, TextFormat
from nanotrain_tui.session.evaluated import evaluated
from nanotrain_tui.session.history import SegmentHistory, read_history
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer.data.dataset import CLASSIFICATION
from nanotrain_tui.trainer.network import entries_of

TEMPLATE = Path(__file__).parent.parent / "keras_script.py.txt"
SECTIONS = ("model.", "loss.", "optimizer.", "schedule.", "stop.", "augment.")
KEYS = ("data.name", "data.limit", "data.validation", "data.seed", "layers", "output",
        "train.batch_size", "train.steps", "train.eval_every", "train.class_weights",
        "train.seed")  # fmt: skip
Edits = list[tuple[int, Config]]


def write(reader: SessionReader, out: TextIO, options: Options) -> None:  # noqa: ARG001
    """Write the script. Its values come from the recording. Raises ExportError."""
    history = read_history(reader)
    if not history:
        raise ExportError("script", f"{reader.folder.name} has not recorded a configuration yet.")
    name, last = reader.folder.name, history[-1].reached
    if is_script(history[0].config):
        raise ExportError("script", f"{name} ran your own script: that one trains it again.")
    config, first = _values_of(history[0].config), history[0].from_step
    edits = [one for one in edits_of(history) if one[0] < last]
    tested = _tested(reader)
    configs = [config, *(values for _, values in edits)]
    formulas = script_formulas.formulas_of(configs)
    loader = script_formulas.loader_of(history[0].config, formulas)
    config.update(loader.values)
    about = (history[0].started.body.get("data") or {}) if history[0].started else {}
    preprocessing = about.get("preprocessing") or {}
    scale = None
    if "target" in preprocessing:  # of a table or arrays of a person
        config["data.preprocessing"] = preprocessing
        scale = preprocessing["target"].get("deviation")
    title = f"Train again what nanotrain trained as {name}: {last - first} steps."
    filled = {
        "TITLE": title, "NAME": re.sub(r"\W", "_", name), "NOTES": _notes(name, first, tested),
        "IMPORTS": "\n".join(script_formulas.import_lines(formulas.imports | loader.imports)),
        "CONFIG": pformat(config, width=96), "FIRST": str(first), "LAST": str(last),
        "EDITS": pformat(edits, width=96),
        "OUTPUTS": repr(about.get("outputs") or about.get("classes")),
        "TASK": repr(about.get("task", CLASSIFICATION)), "SCALE": repr(scale),
        "SEEN": script_formulas.seen_in_training(configs),
        "DATA": loader.help, "LOAD": loader.text, "LOADER": loader.name, "FORMULAS": formulas.text,
    }  # fmt: skip
    template = TEMPLATE.read_text(encoding="utf-8")
    out.write(re.sub(r"@([A-Z]+)@", lambda found: filled[found.group(1)], template))


def edits_of(history: list[SegmentHistory]) -> Edits:
    """The changes of the configuration: tuples of the step after which it changed, and values.

    Edits of steps that a resume ran again are left out.
    """
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
    """Add to each edit the other values that it changed: layers, output, optimizer parameters."""
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
    """The values of a configuration that the script uses."""
    values = trainer_config(config)
    values["layers"] = entries_of(values)
    return {key: value for key, value in values.items() if _counts(key)}


def _tested(reader: SessionReader) -> str:
    """The result of the last evaluation, ``test accuracy of 93.12%``; empty without one."""
    for metric, last, _ in evaluated(reader.known_metrics(), reader.evaluations()).values():
        return f"{metric.shown_of} {metric.label} of {metric.text(last)}"
    return ""


def _notes(name: str, first: int, tested: str) -> str:
    lines = []
    if tested:
        lines.append(f"The session ended with a {tested}. The result of this")
        lines.append("script is close to it. The first weights, batches and formulas are the same.")
        lines.append("The random numbers of dropout and the order of sums are not.")
    if first:
        lines.append(f"{name} was forked at step {first}. Export the weights of its parent at that")
        lines.append(f"step ('nanotrain export PARENT --format weights --checkpoint {first}'), and")
        lines.append("give them with --weights. The optimizer starts with a new state.")
    return "\n".join(lines) or "The session was not tested before it ended."


FORMAT = TextFormat("a Keras script that trains the same network again", ".py", write)
