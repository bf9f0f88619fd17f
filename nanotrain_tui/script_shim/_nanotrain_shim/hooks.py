"""Wraps ``fit`` and ``train_on_batch`` of Keras, in each of the places where it keeps them."""

import functools
import inspect
import types
from typing import Any, Callable, Dict, Tuple

from . import session
from .guard import guarded

#: The classes whose ``fit`` and ``train_on_batch`` train, by their module.
CLASSES: Dict[str, Tuple[str, ...]] = {
    "keras.engine.training": ("Model",),
    "keras.src.engine.training": ("Model",),
    "tf_keras.engine.training": ("Model",),
    "tf_keras.src.engine.training": ("Model",),
    "tensorflow.python.keras.engine.training": ("Model",),
    "keras.src.backend.tensorflow.trainer": ("TensorFlowTrainer",),
    "keras.src.backend.jax.trainer": ("JAXTrainer",),
    "keras.src.backend.torch.trainer": ("TorchTrainer",),
}
_MARK = "_nanotrain_wraps"


def patch(module: types.ModuleType) -> None:
    """Wrap the methods of a module that was just imported; once, however often it is called."""
    for name in CLASSES.get(module.__name__, ()):
        kind = getattr(module, name, None)
        if kind is None:
            continue
        for method, wrap in (
            ("fit", functools.partial(_wrap_fit, module)),
            ("train_on_batch", _wrap_train_on_batch),
        ):
            original = vars(kind).get(method)
            if callable(original) and not hasattr(original, _MARK):
                wrapped = wrap(original)
                setattr(wrapped, _MARK, True)
                setattr(kind, method, wrapped)


def _wrap_fit(module: types.ModuleType, original: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = guarded(session.current, None)
        if found is not None and found.is_training:
            guarded(found.fit_is_inside, None)
        if found is None or found.is_training:
            return original(self, *args, **kwargs)
        try:
            given = signature.bind(self, *args, **kwargs)
        except TypeError:
            return original(self, *args, **kwargs)  # which says what is wrong
        begun = guarded(lambda: found.begin_fit(self, module, given.arguments), None)
        if begun is None:
            return original(self, *args, **kwargs)
        failed = "interrupted"
        try:
            outcome = original(*given.args, **given.kwargs)
            failed = ""
            return outcome
        except Exception as error:
            failed = f"{type(error).__name__}: {error}"
            raise
        finally:
            guarded(lambda: begun.end(failed), None)

    return fit


def _wrap_train_on_batch(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def train_on_batch(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = guarded(session.current, None)
        if found is None or found.is_training:
            return original(self, *args, **kwargs)
        outcome = original(self, *args, **kwargs)
        guarded(lambda: found.trained_on_batch(self, outcome), None)
        return outcome

    return train_on_batch
