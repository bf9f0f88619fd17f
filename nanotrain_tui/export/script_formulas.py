"""The parts of the trainer that the exported script contains: formulas and a data loader."""

import re
from collections.abc import Callable, Iterable, Mapping
from inspect import getdoc
from typing import Any, NamedTuple

from nanotrain_tui.trainer.activations import ACTIVATIONS
from nanotrain_tui.trainer.data import AUTO, automatic_sources, source_names, source_of
from nanotrain_tui.trainer.data.class_weights import weights_of_classes
from nanotrain_tui.trainer.data.parts import drawn_parts
from nanotrain_tui.trainer.data.standalone import from_nanotrain
from nanotrain_tui.trainer.graph.augmentation import augmentation_of, augmented, key_in_use
from nanotrain_tui.trainer.initializers import INITIALIZERS, initial_weights
from nanotrain_tui.trainer.losses import FROM_LOGITS, LOSSES, losses_of
from nanotrain_tui.trainer.metrics import better, evaluated, middle_of
from nanotrain_tui.trainer.network import is_listed, place_of, whole_list
from nanotrain_tui.trainer.optimizers import OPTIMIZERS, UpdateContext, initial_slot
from nanotrain_tui.trainer.schedule import SCHEDULES, learning_rates
from nanotrain_tui.trainer.stopping import Watch

from .format_types import ExportError
from .script_source import Sources, parts_of, table

# The imports and functions that the template itself uses.
ALWAYS = {
    "import argparse as argparse", "import numpy as np", "import tensorflow as tf",
}  # fmt: skip
USED = (
    losses_of, initial_slot, UpdateContext, initial_weights, learning_rates, evaluated, middle_of,
    better, Watch, is_listed, place_of, whole_list, drawn_parts, weights_of_classes,
)  # fmt: skip
AUGMENTATION = (augmented, augmentation_of)
AUGMENTED = """augmented(
            prepared(inputs), constants_of(augmentation_of(config)), (config["train.seed"], number),
            (0.0, 1.0) if inputs.dtype == np.uint8 else None,
        )"""
# The tables of formulas: the name of each, the key that selects from it, and its entries.
TABLES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("LOSSES", "loss.name", LOSSES),
    ("OPTIMIZERS", "optimizer.name", OPTIMIZERS),
    ("INITIALIZERS", "model.initializer", INITIALIZERS),
    ("SCHEDULES", "schedule.name", SCHEDULES),
)


class Formulas(NamedTuple):
    """Python source code, and the import statements that it needs."""

    text: str
    sources: Sources

    @property
    def imports(self) -> set[str]:
        """The statements."""
        return self.sources.imports


class Loader(NamedTuple):
    """A function that loads the data."""

    text: str  # its source code
    imports: set[str]  # the import statements that it needs
    name: str
    help: str  # its docstring
    values: Mapping[str, Any]  # the values of the configuration that it needs


def formulas_of(configs: Iterable[Mapping[str, Any]]) -> Formulas:
    """The formulas that these flat configurations use, and the tables of these formulas.

    A configuration may be partial. Raises ExportError for an unknown formula.
    """
    configs = list(configs)
    chosen = {
        name: _entries(key, known, [config[key] for config in configs if key in config])
        for name, key, known in TABLES
    }
    layers = [layer for config in configs for layer in config.get("layers", ())]
    activations = ["linear", *(layer["activation"] for layer in layers if "activation" in layer)]
    activations += [config["output"] for config in configs if "output" in config]
    chosen["ACTIVATIONS"] = _entries("model.activation", ACTIVATIONS, activations)
    pairs = {pair: formula for pair, formula in FROM_LOGITS.items() if pair[0] in chosen["LOSSES"]}
    tables: dict[str, Mapping[Any, Any]] = {**chosen, "FROM_LOGITS": pairs}
    sources = Sources(given=("tf", *tables))
    for entries in tables.values():
        for entry in entries.values():
            sources.add(parts_of(entry))
    sources.add([*USED, *(AUGMENTATION if any(map(key_in_use, configs)) else ())])
    texts = [sources.text(), "\n".join(table(name, tables[name]) for name in tables)]
    return Formulas("\n\n\n".join(texts), sources)


def seen_in_training(configs: Iterable[Mapping[str, Any]]) -> str:
    """The expression for the inputs of a step, augmented if a configuration asks for it."""
    return AUGMENTED if any(map(key_in_use, configs)) else "prepared(inputs)"


def loader_of(config: Mapping[str, Any], formulas: Formulas) -> Loader:
    """The loader of the data source of a flat configuration; for ``auto``, of the first source.

    What ``formulas`` holds is not repeated.
    """
    name = config.get("data.name")
    name = next(iter(automatic_sources())) if name == AUTO else name
    source = source_of(str(name)) if name in source_names() else None
    own = source.standalone if source else None
    load: Callable[..., Any] = own or from_nanotrain
    keys = [key for key in (source.keys if source else ()) if not own or key != "data.dir"]
    sources = Sources(given=("tf",), before=formulas.sources)
    sources.add([load])
    values = {key: config[key] for key in keys if key in config}
    return Loader(sources.text(), sources.imports, load.__name__, getdoc(load) or "", values)


def import_lines(imports: set[str]) -> list[str]:
    """The import statements in the usual order, with one statement for each module."""
    plain, names = set(), {}  # type: set[str], dict[str, set[str]]
    for line in imports | ALWAYS:
        words = line.split(" ")
        if words[0] == "import":
            plain.add(re.sub(r"^(import (\w+)) as \2$", r"\1", line))
        else:
            names.setdefault(words[1], set()).add(words[3])
    whole = [line for line in sorted(plain) if " as " not in line]
    joined = [
        f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)
    ]
    return [*whole, *joined, "", *(line for line in sorted(plain) if " as " in line)]


def _entries(key: str, known: Mapping[str, Any], names: Iterable[Any]) -> dict[str, Any]:
    found = {}
    for name in names:
        if name not in known:
            raise ExportError("script", f"there is no formula for {key} = {str(name)[:40]!r}.")
        found[name] = known[name]
    return found
