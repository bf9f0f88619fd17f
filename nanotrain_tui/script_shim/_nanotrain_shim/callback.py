"""The callback that is added to a ``fit``: a subclass of that Keras' own base class."""

from typing import TYPE_CHECKING, Any

from .guard import guarded

if TYPE_CHECKING:
    from .fit import Fit


def make_callback(base: Any, fit: "Fit") -> Any:
    """A callback for one ``fit``. It holds no model, and a copy of it is itself."""

    class NanotrainCallback(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._supports_tf_logs = True  # so that Keras 2 does not wait for every value

        def __deepcopy__(self, memo: Any) -> Any:
            return self

        def set_model(self, model: Any) -> None:
            """The fit knows its model."""

        def set_params(self, params: Any) -> None:
            fit.params = dict(params or {})

        def on_train_begin(self, logs: Any = None) -> None:
            guarded(fit.begin, None)

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            guarded(lambda: fit.begin_epoch(int(epoch)), None)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            guarded(lambda: fit.batch_ended(int(batch), logs), None)

        def on_test_begin(self, logs: Any = None) -> None:
            guarded(fit.test_began, None)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            guarded(lambda: fit.epoch_ended(int(epoch), logs), None)

    return NanotrainCallback()
