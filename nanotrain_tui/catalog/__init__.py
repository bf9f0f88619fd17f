"""The catalog: every name and every number that a configuration may have, as plain data.

The form, the command line, the help and the validation use it.
"""

from .activations import ACTIVATIONS, Activation
from .advice import Advice, advise
from .check import (
    Config,
    applies,
    check_values,
    complete,
    default_of,
    drop_inapplicable,
    flatten,
    nest,
    output_of,
    overlay,
    suited,
    task_of,
    trainer_command,
    trainer_config,
)
from .choices import (
    DATASETS,
    INITIALIZERS,
    Choice,
    DataSet,
    expected_data,
    outputs_of,
    training_part,
    usual_data,
    usual_preset,
)
from .config_error import ConfigError, nearest
from .data_files import function_of, paths_of, with_paths
from .edits import Edit, change_kind, changed_keys, check, edited, parse_edits
from .fields import FIELDS, LIVE, RESTART, SECTIONS, SWAP, Field
from .layers import Layer, parse_layers
from .losses import LOSSES, Loss
from .optimizers import OPTIMIZERS, Optimizer
from .schedules import SCHEDULES
from .values import choice_name, field_of, format_value, full_key, parse_value

__all__ = [
    "ACTIVATIONS",
    "DATASETS",
    "FIELDS",
    "INITIALIZERS",
    "LIVE",
    "LOSSES",
    "OPTIMIZERS",
    "RESTART",
    "SCHEDULES",
    "SECTIONS",
    "SWAP",
    "Activation",
    "Advice",
    "Choice",
    "Config",
    "ConfigError",
    "DataSet",
    "Edit",
    "Field",
    "Layer",
    "Loss",
    "Optimizer",
    "advise",
    "applies",
    "change_kind",
    "changed_keys",
    "check",
    "check_values",
    "choice_name",
    "complete",
    "default_of",
    "drop_inapplicable",
    "edited",
    "expected_data",
    "field_of",
    "flatten",
    "format_value",
    "full_key",
    "function_of",
    "nearest",
    "nest",
    "output_of",
    "outputs_of",
    "overlay",
    "parse_edits",
    "parse_layers",
    "parse_value",
    "paths_of",
    "suited",
    "task_of",
    "trainer_command",
    "trainer_config",
    "training_part",
    "usual_data",
    "usual_preset",
    "with_paths",
]
