"""TensorFlow, loaded when it is first used.

Loading it takes seconds. The tables of formulas (which optimizers there are, what they keep of
each weight) are also read by programs that compute nothing, and by some that have no TensorFlow.
"""

import importlib
from typing import Any


class _TensorFlow:
    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module("tensorflow"), name)


tf: Any = _TensorFlow()
