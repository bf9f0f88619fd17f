"""Looks at a model and a call of ``fit``: what is shown of them, and what cannot be changed."""

from typing import TYPE_CHECKING, Any, Dict, List, Optional

if TYPE_CHECKING:
    from .fit import Fit

_MOST_LAYERS = 200
_FIXED = {
    "layers": "the script has built the network",
    "loss": "it is compiled into the model's graph",
    "optimizer": "another one would need a new graph and new slots",
    "batch size": "the script makes the batches",
    "epochs": "fit counts them itself; a stop ends it earlier",
    "data": "the script loads it",
}


def facts_of(fit: "Fit") -> Dict[str, Any]:
    """The body of the event ``fit_started``."""
    arguments, optimizer = fit.arguments, fit.optimizer
    body: Dict[str, Any] = {
        "fit": fit.number,
        "call": "fit",
        "epochs": _whole(fit.params.get("epochs", arguments.get("epochs", 1))),
        "initial_epoch": fit.epoch,
        "steps_per_epoch": _steps(fit),
        "batch_size": batch_size(fit),
        "config": config_of(fit),
        "model": {
            "name": str(getattr(fit.model, "name", "")),
            "kind": type(fit.model).__name__,
            "parameters": parameters(fit.model),
            "layers": layers(fit.model),
            "loss": _loss(fit.model),
            "optimizer": optimizer.kind,
            "learning_rate": optimizer.schedule,
            "fixed": _fixed(fit),
        },
    }
    return {key: value for key, value in body.items() if value is not None}


def _fixed(fit: "Fit") -> Dict[str, str]:
    found = dict(_FIXED)
    if fit.optimizer.schedule:
        found["learning rate"] = f"a schedule sets it: {fit.optimizer.schedule}"
    if fit.optimizer.others:
        found["learning rate"] = "the model has several optimizers: {}".format(
            ", ".join(fit.optimizer.others)
        )
    return found


def config_of(fit: "Fit") -> Dict[str, Any]:
    """The values found, nested as a configuration."""
    optimizer = {key.partition(".")[2]: value for key, value in fit.optimizer.values().items()}
    if optimizer:
        optimizer["name"] = fit.optimizer.kind.lower()
    size, epochs = batch_size(fit), _whole(fit.params.get("epochs"))
    train = {"batch_size": size, "epochs": epochs}
    found: Dict[str, Any] = {"train": {key: value for key, value in train.items() if value}}
    if optimizer:
        found["optimizer"] = optimizer
    return found


def started_facts(fit: "Fit") -> Dict[str, Any]:
    """What the event ``started`` says besides the metrics."""
    steps, epochs = _steps(fit), _whole(fit.params.get("epochs", fit.arguments.get("epochs", 1)))
    planned = 0
    if steps and epochs:
        planned = fit.first_step + max(0, epochs - fit.epoch) * steps
    facts = {
        "steps": planned, "parameters": parameters(fit.model), "batch_size": batch_size(fit),
    }  # fmt: skip
    return {key: value for key, value in facts.items() if value is not None}


def warnings_of(fit: "Fit") -> List[str]:
    """What a person should know before they steer this fit."""
    found = []
    if any(type(one).__name__ == "BackupAndRestore" for one in fit.callbacks):
        found.append(
            "the script uses BackupAndRestore, which deletes its backup when the training is "
            "stopped; write a checkpoint before a stop"
        )
    return found


def has_validation(fit: "Fit") -> bool:
    """Whether the fit validates."""
    given = fit.arguments
    return given.get("validation_data") is not None or bool(given.get("validation_split"))


def batch_size(fit: "Fit") -> Optional[int]:
    """The examples of a batch: as given, as Keras assumes it for arrays, or as a data set says."""
    given = _whole(fit.arguments.get("batch_size"))
    if given:
        return given
    x = fit.arguments.get("x")
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    if isinstance(x, dict) and x:
        x = next(iter(x.values()))
    if hasattr(x, "shape") and not hasattr(x, "element_spec"):
        return 32
    return _whole(getattr(x, "_batch_size", None))


def sync(model: Any) -> None:
    """Bring a model's variables up to date, and let changes of them count.

    With JAX, ``fit`` keeps its state beside the variables and writes it back when it is asked.
    """
    put_back = getattr(model, "jax_state_sync", None)
    if put_back is not None:
        put_back()


def _steps(fit: "Fit") -> Optional[int]:
    return _whole(fit.params.get("steps")) or _whole(fit.arguments.get("steps_per_epoch"))


def parameters(model: Any) -> Optional[int]:
    """The weights of a model; None before it is built."""
    try:
        return int(model.count_params())
    except (ValueError, AttributeError, TypeError):
        return None


def layers(model: Any) -> List[str]:
    """A line for each layer: its class, its name, its output and its weights."""
    found = []
    for layer in list(getattr(model, "layers", None) or [])[:_MOST_LAYERS]:
        shape = getattr(layer, "output_shape", None)
        if shape is None:
            shape = getattr(_quiet(lambda layer=layer: layer.output), "shape", None)
        size = parameters(layer)
        text = "{} {}".format(type(layer).__name__, getattr(layer, "name", ""))
        text += f" {tuple(shape)}" if isinstance(shape, (tuple, list)) else ""
        found.append(text + ("" if size is None else f" {size:,} weights"))
    return found


def _quiet(look: Any) -> Any:
    try:
        return look()
    except Exception:  # a layer that was not called has no output; Keras raises several kinds
        return None


def _loss(model: Any) -> str:
    loss = getattr(model, "loss", None)
    if loss is None or isinstance(loss, str):
        return loss or ""
    if isinstance(loss, (list, tuple, dict)):
        return f"{len(loss)} losses"
    return str(getattr(loss, "name", "") or getattr(loss, "__name__", type(loss).__name__))


def _whole(value: Any) -> Optional[int]:
    """A whole number that is not negative; None for anything else."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        return None
    return number if not isinstance(value, bool) and number >= 0 else None
