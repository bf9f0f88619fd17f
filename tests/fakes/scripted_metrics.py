"""What the scripted trainer reports of each update: values that follow formulas."""

import base64
import math
import struct


def loss_at(step):
    return 2.3 * math.exp(-step / 300.0)


def accuracy_at(step):
    return 0.95 - 0.85 * math.exp(-step / 200.0)


class StandardMetrics:
    """Loss, accuracy and learning rate, declared by nobody."""

    scored = "accuracy"
    diverges = "loss"
    declaration = None

    def rows(self, first, last, losses, rate):
        """The ``steps`` messages of these updates: (first step, how many, {name: base64})."""
        numbers = range(first, last + 1)
        values = {
            "loss": losses,
            "accuracy": [accuracy_at(n) for n in numbers],
            "learning_rate": [rate] * len(numbers),
        }
        return [(first, len(numbers), {name: floats(row) for name, row in values.items()})]

    def evaluated(self, step, loss):
        """By name; ``loss`` may be "nan"."""
        return {"loss": loss, "accuracy": accuracy_at(step)}

    def beside(self, values):
        """What stands in a message beside ``metrics``."""
        return values

    def rank(self, value):
        """Higher is better."""
        return value


class DeclaredMetrics:
    """Those of the word ``metrics=NAME:DIRECTION[:EVERY]+...``, and no others.

    With EVERY one has a value only after each so many updates.
    """

    def __init__(self, text):
        parts = [part.split(":") for part in text.split("+")]
        self.better = {part[0]: part[1] for part in parts}
        self.every = {part[0]: int(part[2]) if len(part) > 2 else 1 for part in parts}
        names = list(self.better)
        ups = [name for name in names if self.better[name] == "up"]
        self.scored = (ups or names)[0]
        self.diverges = "loss" if "loss" in names else names[0]
        self.declaration = {name: self.declared(name) for name in names}

    def declared(self, name):
        return {
            "title": name.capitalize(), "unit": "", "better": self.better[name],
            "format": "number", "on": ["training", "test"],
            "resolution": "step" if self.every[name] == 1 else "interval",
        }  # fmt: skip

    def value(self, name, step, loss):
        """Of one update: falling or rising as its direction says, each name in its own way."""
        if name == self.diverges and isinstance(loss, float) and math.isnan(loss):
            return loss
        scale = 1 + list(self.better).index(name) / 10.0
        return (accuracy_at(step) if self.better[name] == "up" else loss) / scale

    def rows(self, first, last, losses, rate):
        found, steps = [], range(first, last + 1)
        dense = [name for name in self.better if self.every[name] == 1]
        if dense:
            values = {
                name: [self.value(name, step, losses[step - first]) for step in steps]
                for name in dense
            }
            told = {name: floats(row) for name, row in values.items()}
            found.append((first, len(steps), {"metrics": told}))
        for name in self.better:
            for step in steps if self.every[name] > 1 else ():
                if step % self.every[name] == 0:
                    told = floats([self.value(name, step, losses[step - first])])
                    found.append((step, 1, {"metrics": {name: told}}))
        return found

    def evaluated(self, step, loss):
        if loss == "nan":
            return dict.fromkeys(self.better, "nan")
        return {name: self.value(name, step, loss) for name in self.better}

    def beside(self, values):
        return {}

    def rank(self, value):
        return value if self.better[self.scored] == "up" else -value


def metrics_of(script):
    """What a script of words asks for."""
    return DeclaredMetrics(script["metrics"]) if "metrics" in script else StandardMetrics()


def floats(values):
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
