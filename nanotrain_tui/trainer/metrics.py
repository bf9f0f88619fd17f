"""The metrics that the trainer reports, as it declares them when it starts."""

from typing import Any, Dict

METRICS: Dict[str, Dict[str, Any]] = {
    "loss": {
        "title": "Loss", "unit": "", "better": "down", "format": "number",
        "on": ["training", "test"], "resolution": "step",
    },
    "accuracy": {
        "title": "Accuracy", "unit": "", "better": "up", "format": "percent",
        "on": ["training", "test"], "resolution": "step",
    },
    "learning_rate": {
        "title": "Learning rate", "unit": "", "better": None, "format": "number",
        "on": ["training"], "resolution": "step",
    },
}  # fmt: skip
