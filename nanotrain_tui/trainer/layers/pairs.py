"""Convolutions with few channels, computed for two places in a row at a time.

TensorFlow's kernels for AVX-512 compute 16 filters at once. With 6 filters, ten of these 16 numbers
are wasted. The same convolution is one with twice the filters, a window that is wider by one, and a
stride of two places: of 16 numbers, 12 are used. The gradient of the input is a convolution, too,
whose filters are the input's channels. docs/BENCHMARKS.md has measurements.
"""

import os
from typing import Any, Sequence, Set, Tuple

from ..lazy_tensorflow import tf

Tensor = Any
AT_ONCE = 16  # numbers in a vector of AVX-512
_CPU_FLAGS = "/proc/cpuinfo"
_FIRST = (2, 9)  # the first TensorFlow that uses oneDNN's kernels without being asked
# On a processor with one of these (DefaultOneDnnPolicy in TensorFlow's util/port.cc).
_USED_WITH = {"avx512_vnni", "avx512_bf16", "avx_vnni", "amx_tile", "amx_int8", "amx_bf16"}
_SAME = "SAME"
_ONE = [1, 1, 1, 1]
_TWO_PLACES = [1, 1, 2, 1]


def pays_here() -> bool:
    """Whether this processor has AVX-512, and TensorFlow uses oneDNN's kernels for it."""
    version = tuple(int(word) for word in tf.__version__.split(".")[:2])
    asked = os.environ.get("TF_ENABLE_ONEDNN_OPTS", "").lower()
    if version < _FIRST or asked in ("0", "false"):
        return False
    flags = _flags()
    return "avx512f" in flags and (asked in ("1", "true") or not flags.isdisjoint(_USED_WITH))


def _flags() -> Set[str]:
    """What the first core of this processor can do; empty where Linux does not say it so."""
    try:
        with open(_CPU_FLAGS, encoding="utf-8", errors="replace") as file:
            return set(next((line for line in file if line.startswith("flags")), "").split())
    except OSError:
        return set()


def fits(shape: Sequence[int], kernel: Sequence[int], stride: Sequence[int], padding: str) -> bool:
    """Whether a convolution of pictures (batch, height, width, channels) can be computed so.

    ``kernel`` is (height, width, channels, filters). With odd lengths of the window, the padding
    SAME is equal on both sides, as the turned window of the gradient needs it. oneDNN of TensorFlow
    2.16 to 2.21 returns wrong numbers where a convolution with a stride has a single place in a row
    (pictures of width 2).
    """
    if len(shape) != 4 or padding != _SAME or any(step > 1 for step in stride):
        return False
    is_odd = all(length % 2 for length in kernel[:2])
    has_pairs = shape[2] % 2 == 0 and shape[2] > 2
    return is_odd and has_pairs and (_are_few(kernel[2]) or _are_few(kernel[3]))


def convolution(x: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    """As ``bias_add(conv2d(x, kernel, 1, "SAME"), bias)``, for shapes that fit."""

    def of_tensors(x: Tensor, kernel: Tensor, bias: Tensor) -> Any:
        def gradient(given: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
            turned = tf.reverse(tf.transpose(kernel, [0, 1, 3, 2]), [0, 1])
            return (
                _convolved(given, turned),
                _of_kernel(given, x, kernel),
                tf.raw_ops.BiasAddGrad(out_backprop=given),
            )

        return _convolved(x, kernel, bias), gradient

    tensors = [tf.convert_to_tensor(one) for one in (x, kernel, bias)]
    return tf.custom_gradient(of_tensors)(*tensors)


def _are_few(channels: Any) -> bool:
    return 2 * int(channels) <= AT_ONCE


def _convolved(x: Tensor, kernel: Tensor, bias: Any = None) -> Tensor:
    filters = int(kernel.shape[-1])
    if not _are_few(filters):
        found = tf.nn.conv2d(x, kernel, _ONE, _SAME)
        return found if bias is None else tf.nn.bias_add(found, bias)
    # The second place of a pair sees what is one place further.
    left, right = [(0, 0), (0, 1), (0, 0), (0, 0)], [(0, 0), (1, 0), (0, 0), (0, 0)]
    both = tf.concat([tf.pad(kernel, left), tf.pad(kernel, right)], -1)
    found = tf.nn.conv2d(x, both, _TWO_PLACES, _SAME)
    if bias is not None:
        found = tf.nn.bias_add(found, tf.concat([bias, bias], 0))
    return tf.reshape(found, [-1, int(x.shape[1]), int(x.shape[2]), filters])


def _of_kernel(given: Tensor, x: Tensor, kernel: Tensor) -> Tensor:
    """The gradient of the kernel."""
    height, width, channels, filters = (int(length) for length in kernel.shape)
    if not _are_few(filters):
        return tf.raw_ops.Conv2DBackpropFilter(
            input=x, filter_sizes=[height, width, channels, filters], out_backprop=given,
            strides=_ONE, padding=_SAME,
        )  # fmt: skip
    pairs = tf.reshape(given, [-1, int(x.shape[1]), int(x.shape[2]) // 2, 2 * filters])
    both = tf.raw_ops.Conv2DBackpropFilter(
        input=x, filter_sizes=[height, width + 1, channels, 2 * filters], out_backprop=pairs,
        strides=_TWO_PLACES, padding=_SAME,
    )  # fmt: skip
    return both[:, :-1, :, :filters] + both[:, 1:, :, filters:]
