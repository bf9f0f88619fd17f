"""The configurations that every Python trains."""

from itertools import cycle, islice, zip_longest

from nanotrain_tui import catalog

STEPS = 40
# What is the same for all, then what a run has otherwise. Small, so that a run takes a second.
USUAL = {
    "data.name": "npz", "model.hidden": "16, 12 tanh", "model.initializer": "glorot_uniform",
    "optimizer.learning_rate": 0.01, "train.batch_size": 30, "train.steps": STEPS,
    "train.eval_every": 10, "train.checkpoint_every": 20, "trainer.xla": "off",
    "trainer.threads": 0, "trainer.update": "fused",
}  # fmt: skip
PICTURES = {"data.name": "mnist"}  # more to build than rows: what changes them is in the graph
WINDOW = {"stride": [1, 1], "padding": "same", "activation": "relu"}
LISTS = {
    "lenet": [
        {"kind": "conv", "filters": 4, "size": [3, 3], **WINDOW}, {"kind": "batchnorm"},
        {"kind": "pool", "size": [2], "stride": [2], "padding": "valid"}, {"kind": "flatten"},
        {"kind": "dense", "units": 12, "activation": "relu"}, {"kind": "dropout", "rate": 0.2},
    ],
    "every other kind": [
        {"kind": "depthwise", "size": [3, 3], **WINDOW},
        {"kind": "separable", "filters": 5, "size": [2, 2], **WINDOW}, {"kind": "layernorm"},
        {"kind": "avgpool", "size": [2], "stride": [1], "padding": "same"},
        {"kind": "activation", "activation": "tanh"}, {"kind": "global-avgpool"},
    ],
}  # fmt: skip
MOST = max(len(catalog.OPTIMIZERS), len(catalog.LOSSES))
PAIRS = [
    {"optimizer.name": optimizer, "loss.name": loss}
    for optimizer, loss in islice(zip(cycle(catalog.OPTIMIZERS), cycle(catalog.LOSSES)), MOST)
]
RUNS = {
    "adam": {**PICTURES, "trainer.update": "auto"},
    # Each begins with one optimizer and loss, and goes on with another: half as many starts.
    **{
        " on ".join(first.values()): {**first, "edits": [{"step": STEPS // 2, "set": second}]}
        for first, second in zip_longest(PAIRS[::2], PAIRS[1::2], fillvalue=PAIRS[0])
    },
    "schedule, dropout and l2": {
        "schedule.name": "cosine",
        "schedule.warmup_steps": 5,
        "model.dropout": 0.3,
        "model.l2": 0.001,
        "trainer.update": "plain",
    },
    "activations and the tutorial's start": {
        "model.hidden": "9 gelu, 9 swish, 9 selu, 9 hard_sigmoid, 9 leaky_relu",
        "model.initializer": "tutorial",
    },
    "more activations": {
        "model.hidden": "9 sigmoid, 9 softsign, 9 softplus, 9 relu6, 9 linear, 9 exponential, "
        "9 softmax"
    },
    **{
        f"update {way}": {"trainer.update": way, "trainer.xla": "auto", "model.hidden": "16"}
        for way in ("xla", "block")
    },
    **{name: {**PICTURES, "layers": layers} for name, layers in LISTS.items()},
    "a batch in parts": {
        **PICTURES,
        "layers": [
            {"kind": "conv", "filters": 16, "size": [3, 3], **WINDOW},
            {"kind": "dropout", "rate": 0.2},
            {"kind": "flatten"},
        ],
        "train.batch_size": 64,
    },
    "regression": {
        "data.name": "curve",
        "data.validation": 0.2,
        "schedule.name": "plateau",
        "schedule.patience": 1,
        "stop.patience": 3,
        "stop.min_delta": 0.001,
    },
    "two classes": {"data.name": "circle", "train.class_weights": "balanced"},
    "edits": {
        "edits": [
            {"step": 10, "set": {"optimizer.learning_rate": 0.002, "model.dropout": 0.1}},
            {"step": 20, "set": {"optimizer.name": "sgd", "optimizer.momentum": 0.9}},
            {"step": 30, "set": {"train.batch_size": 50, "model.activation": "elu"}},
        ]
    },
}
