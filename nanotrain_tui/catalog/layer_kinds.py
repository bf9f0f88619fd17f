"""The kinds of layers of ``model.layers``: how each is written, and what it is.

The classes of the same names are in ``trainer/layers``; tests/project compares both sides.
"""

from typing import Callable, Dict, NamedTuple, Tuple

from . import layer_shapes as shapes
from .layer_shapes import SAME, VALID, Entry, Shape, Sizes

# The numbers of a layer. A size is one number or two, as 3x3.
UNITS, FILTERS, SIZE, RATE = "units", "filters", "size", "rate"
STRIDE, PADDING, ACTIVATION = "stride", "padding", "activation"


class Kind(NamedTuple):
    """A kind of layer. ``example`` is one as it is written.

    ``numbers`` follow its name in this order. ``padding`` is the default of a kind that moves a
    window over its input.
    """

    name: str
    keras: str  # the layer of Keras that it equals
    summary: str
    example: str
    sizes: Callable[[Entry, Shape], Sizes]
    numbers: Tuple[str, ...] = ()
    activation: bool = False  # whether it has one
    padding: str = ""
    aliases: Tuple[str, ...] = ()  # without dashes


_ENTRIES = (
    Kind(
        "conv", "Conv2D, Conv1D",
        "Convolution: moves filters over a picture (3x3) or a sequence (3).",
        "conv 32 3x3", shapes.convolution, (FILTERS, SIZE), True, SAME,
        ("conv1d", "conv2d", "convolution", "convolution1d", "convolution2d"),
    ),
    Kind(
        "pool", "MaxPooling2D, MaxPooling1D",
        "Keeps the largest value of each window, so pictures get smaller.",
        "pool 2", shapes.pooling, (SIZE,), False, VALID,
        ("maxpool", "maxpooling", "maxpool1d", "maxpool2d", "maxpooling1d", "maxpooling2d"),
    ),
    Kind(
        "avgpool", "AveragePooling2D, AveragePooling1D",
        "Takes the mean of each window, so pictures get smaller.",
        "avgpool 2", shapes.pooling, (SIZE,), False, VALID,
        ("averagepool", "averagepooling", "avgpooling", "avgpool1d", "avgpool2d",
         "averagepooling1d", "averagepooling2d"),
    ),
    Kind(
        "flatten", "Flatten",
        "Makes one row of all values. Dense layers and the output need it after pictures.",
        "flatten", shapes.flatten,
    ),
    Kind(
        "dense", "Dense",
        "Fully connected: each unit uses all values of a flat input.",
        "dense 128", shapes.dense, (UNITS,), True, "",
        ("fc", "fullyconnected"),
    ),
    Kind(
        "dropout", "Dropout",
        "Sets a fraction of the values to 0 in training. Without a number it uses model.dropout.",
        "dropout 0.3", shapes.unchanged, (RATE,),
    ),
    Kind(
        "batchnorm", "BatchNormalization",
        "Normalizes each channel by the batch. Trains deep networks faster.",
        "batchnorm", shapes.batch_normalization, aliases=("bn", "batchnormalization"),
    ),
    Kind(
        "layernorm", "LayerNormalization",
        "Normalizes the last axis of each example. Does not depend on the batch.",
        "layernorm", shapes.layer_normalization, aliases=("ln", "layernormalization"),
    ),
    Kind(
        "activation", "Activation",
        "An activation alone, after batchnorm for example. Without a name: model.activation.",
        "activation relu", shapes.unchanged, (), True, "", ("act",),
    ),
    Kind(
        "depthwise", "DepthwiseConv2D",
        "A convolution of each channel with a filter of its own. Cheap.",
        "depthwise 3x3", shapes.depthwise, (SIZE,), True, SAME,
        ("depthwiseconv", "depthwiseconv2d", "dwconv"),
    ),
    Kind(
        "separable", "SeparableConv2D",
        "A depthwise convolution, then one of 1x1. Needs far fewer weights than conv.",
        "separable 64 3x3", shapes.separable, (FILTERS, SIZE), True, SAME,
        ("separableconv", "separableconv2d", "sepconv"),
    ),
    Kind(
        "global-pool", "GlobalMaxPooling2D, GlobalMaxPooling1D",
        "Keeps the largest value of each channel. The output is flat.",
        "global-pool", shapes.global_pooling,
        aliases=("gmp", "globalmaxpool", "globalmaxpooling", "globalmaxpool1d", "globalmaxpool2d",
                 "globalmaxpooling1d", "globalmaxpooling2d"),
    ),
    Kind(
        "global-avgpool", "GlobalAveragePooling2D, GlobalAveragePooling1D",
        "Takes the mean of each channel. The output is flat, with few values.",
        "global-avgpool", shapes.global_pooling,
        aliases=("gap", "globalaveragepool", "globalaveragepooling", "globalavgpool1d",
                 "globalavgpool2d", "globalaveragepooling1d", "globalaveragepooling2d"),
    ),
)  # fmt: skip

KINDS: Dict[str, Kind] = {entry.name: entry for entry in _ENTRIES}
