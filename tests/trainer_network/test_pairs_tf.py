"""Which convolutions are computed for two places at a time, and where."""

from types import SimpleNamespace

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize(
    ("changes", "does"),
    [
        ({}, True),
        ({"kernel": (5, 5, 6, 16)}, True),  # the gradient of the input
        ({"kernel": (5, 5, 9, 8)}, True),
        ({"kernel": (5, 5, 9, 9)}, False),
        ({"kernel": (5, 4, 1, 6)}, False),
        ({"kernel": (2, 5, 1, 6)}, False),
        ({"shape": (None, 28, 27, 1)}, False),
        ({"shape": (None, 27, 28, 1)}, True),
        ({"shape": (None, 27, 4, 1)}, True),
        ({"shape": (None, 27, 2, 1)}, False),  # oneDNN's fault
        ({"shape": (None, 28, 6)}, False),  # a sequence
        ({"stride": [1, 2]}, False),
        ({"padding": "VALID"}, False),
    ],
)
def test_it_fits_few_channels_and_pairs_of_places(changes, does):
    from nanotrain_tui.trainer.layers import pairs

    usual = {
        "shape": (None, 28, 28, 1), "kernel": (5, 5, 1, 6), "stride": [1, 1], "padding": "SAME",
    }  # fmt: skip
    assert pairs.fits(**{**usual, **changes}) is does


@pytest.mark.parametrize(
    ("flags", "version", "options", "does"),
    [
        ("fpu avx2 avx512f avx512_vnni", "2.13.1", "", True),
        ("fpu avx512f amx_tile", "2.10.0-rc1", "1", True),
        ("fpu avx2 avx512f", "2.13.1", "", False),  # TensorFlow leaves oneDNN out
        ("fpu avx2 avx512f", "2.13.1", "True", True),
        ("fpu avx2 avx_vnni", "2.13.1", "", False),
        ("fpu avx512f avx512_vnni", "2.8.4", "", False),
        ("fpu avx512f avx512_vnni", "2.21.0", "0", False),
        ("fpu avx512f avx512_vnni", "2.21.0", "false", False),
        (None, "2.21.0", "", False),
    ],
)
def test_it_pays_with_the_kernels_for_avx_512(flags, version, options, does, tmp_path, monkeypatch):
    from nanotrain_tui.trainer.layers import pairs

    file = tmp_path / "cpuinfo"
    if flags is not None:
        file.write_text("processor\t: 0\nflags\t\t: " + flags + "\n")
    monkeypatch.setattr(pairs, "_CPU_FLAGS", str(file))
    monkeypatch.setattr(pairs, "tf", SimpleNamespace(__version__=version))
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", options)
    assert pairs.pays_here() is does


@pytest.mark.parametrize("pays", [True, False])
def test_a_graph_uses_it_where_it_pays(pays, monkeypatch):
    from test_parts_tf import IMAGES, LABELS, RATES, engine_of

    from nanotrain_tui.trainer.layers import pairs

    made, convolution = [], pairs.convolution

    def remembered(x, kernel, bias):
        made.append(tuple(kernel.shape))
        return convolution(x, kernel, bias)

    monkeypatch.setattr(pairs, "pays_here", lambda: pays)
    monkeypatch.setattr(pairs, "convolution", remembered)
    losses = engine_of(1).train(IMAGES, LABELS, RATES, 0)[0]
    assert set(made) == ({(3, 3, 1, 4)} if pays else set())
    monkeypatch.setattr(pairs, "pays_here", lambda: False)
    plain = engine_of(1).train(IMAGES, LABELS, RATES, 0)[0]
    np.testing.assert_allclose(losses, plain, rtol=1e-4)
