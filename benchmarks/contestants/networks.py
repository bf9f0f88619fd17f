"""The networks that are compared, for the program's trainer and for Keras."""
# ruff: noqa: UP006, UP035

from typing import Any, Dict, List

Entry = Dict[str, Any]


def _conv(filters: int) -> Entry:
    return {
        "kind": "conv", "filters": filters, "size": [5, 5], "stride": [1, 1], "padding": "same",
        "activation": "relu",
    }  # fmt: skip


_POOL: Entry = {"kind": "pool", "size": [2], "stride": [2], "padding": "valid"}
_FLATTEN: Entry = {"kind": "flatten"}


def _dense(units: int) -> Entry:
    return {"kind": "dense", "units": units, "activation": "relu"}


# The layers before the output, as the trainer's configuration holds them.
NETWORKS: Dict[str, List[Entry]] = {
    "tutorial": [_FLATTEN, _dense(1024)],
    "small": [_FLATTEN, _dense(16)],
    "lenet": [_conv(6), _POOL, _conv(16), _POOL, _FLATTEN, _dense(120), _dense(84)],
}


def keras_layers(layers: Any, name: str) -> List[Any]:
    """The same with ``tf.keras.layers``."""
    kinds = {
        "conv": lambda one: layers.Conv2D(
            one["filters"], one["size"], padding=one["padding"], activation=one["activation"]
        ),
        "pool": lambda one: layers.MaxPooling2D(one["size"][0]),
        "flatten": lambda _: layers.Flatten(),
        "dense": lambda one: layers.Dense(one["units"], activation=one["activation"]),
    }
    return [kinds[one["kind"]](one) for one in NETWORKS[name]]
