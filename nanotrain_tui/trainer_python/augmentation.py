"""Asks the trainer's program how a configuration augments pictures that ``inspect`` returned."""

import json
import subprocess
import sys
from typing import Any, Dict, Mapping

from nanotrain_tui.trainer_python.call import TRAINER
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.query import exit_reason, json_objects, query

WITHIN_S = 30.0


def augmentation_of(config: Mapping[str, Any]) -> Dict[str, Any]:
    """The keys that decide how pictures are augmented; empty if they are not."""
    values = {key: value for key, value in config.items() if key.startswith("augment.")}
    if all(value in (None, 0, "none") for value in values.values()):
        return {}
    return {**values, "train.seed": config.get("train.seed")}


def augment_pictures(augmentation: Mapping[str, Any], data: Mapping[str, Any]) -> Dict[str, Any]:
    """``pictures`` and ``picture_size`` as the answer of ``inspect`` has them.

    This Python is asked, because NumPy is enough. Raises OSError with the reason.
    """
    request = {**augmentation, **{key: data[key] for key in ("pictures", "picture_size")}}
    invocation = trainer_invocation([sys.executable, TRAINER, "--augment"])
    line = json.dumps(request).encode() + b"\n"
    try:
        reply = query(invocation.command, WITHIN_S, line, invocation.env)
    except subprocess.TimeoutExpired:
        raise OSError(f"no answer in {WITHIN_S:g} s.") from None
    for answer in json_objects(reply.out):
        return answer
    raise OSError(exit_reason(reply.err))
