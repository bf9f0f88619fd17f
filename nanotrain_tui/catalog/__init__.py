"""The catalog: every name and every number a configuration may hold, as plain data.

It feeds the form, the command line, the help and the validation alike.
"""

from .activations import ACTIVATIONS, Activation
from .check import (
    Config,
    applies,
    check,
    default_of,
    drop_inapplicable,
    flatten,
    nest,
    output_of,
    trainer_command,
    trainer_config,
)
from .choices import DATASETS, INITIALIZERS, SCHEDULES, Choice
from .errors import ConfigError, nearest
from .fields import FIELDS, SECTIONS, Field
from .layers import Layer, parse_layers
from .losses import LOSSES, Loss
from .optimizers import OPTIMIZERS, Optimizer
from .values import choice_name, field_of, format_value, parse_value

__all__ = [
    "ACTIVATIONS",
    "DATASETS",
    "FIELDS",
    "INITIALIZERS",
    "LOSSES",
    "OPTIMIZERS",
    "SCHEDULES",
    "SECTIONS",
    "Activation",
    "Choice",
    "Config",
    "ConfigError",
    "Field",
    "Layer",
    "Loss",
    "Optimizer",
    "applies",
    "check",
    "choice_name",
    "default_of",
    "drop_inapplicable",
    "field_of",
    "flatten",
    "format_value",
    "nearest",
    "nest",
    "output_of",
    "parse_layers",
    "parse_value",
    "trainer_command",
    "trainer_config",
]
