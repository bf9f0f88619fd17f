"""The text of ``model.layers``: what is accepted, what is refused and why, the shapes behind it."""

import pytest
from configurations import layer_lists
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.catalog import ConfigError, advise, check, overlay, trainer_config
from nanotrain_tui.catalog.built_layers import build, build_layers, parameters_of
from nanotrain_tui.catalog.layer_kinds import KINDS
from nanotrain_tui.catalog.layer_list import (
    MAX_LISTED,
    brief_layers,
    format_layer_list,
    parse_layer_list,
    parse_listed,
)
from nanotrain_tui.catalog.memory_estimate import estimate

ISSUE = "conv 32 3x3 relu, pool 2, flatten, dense 128 relu, dropout 0.3"


def test_the_layers_of_the_issue():
    window = {"stride": [1, 1], "padding": "same", "activation": "relu"}
    assert parse_layer_list(ISSUE) == [
        {"kind": "conv", "filters": 32, "size": [3, 3], **window},
        {"kind": "pool", "size": [2], "stride": [2], "padding": "valid"},
        {"kind": "flatten"},
        {"kind": "dense", "units": 128, "activation": "relu"},
        {"kind": "dropout", "rate": 0.3},
    ]


@given(layer_lists())
def test_a_formatted_list_is_read_back_unchanged(entries):
    assert parse_layer_list(format_layer_list(entries)) == entries


@given(layer_lists(), st.randoms(use_true_random=False))
def test_words_come_in_any_order(entries, random):
    parts = []
    for entry in entries:
        kind, text = KINDS[entry["kind"]], format_layer_list([entry]).split()
        missing = entry.get("rate", 0) is None
        own, others = 1 + len(kind.numbers) - missing, []
        rest = iter(text[own:])
        for word in rest:
            others.append([word, next(rest)] if word == "stride" else [word])
        random.shuffle(others)
        words = text[:own] + [word for group in others for word in group]
        parts.append(random.choice([str, str.upper])(" ".join(words)))
    assert parse_layer_list(" , ".join(parts)) == entries


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("conv2d 32 3", "conv 32 3x3"), ("Conv2D 32 3x3 ReLU", "conv 32 3x3 relu"),
        ("conv1d 8 5", "conv 8 5"), ("conv 8 5 strides 2", "conv 8 5 stride 2"),
        ("conv 8 3x3 stride 2 valid", "conv 8 3x3 valid stride 2"),
        ("conv 8 3×3 stride 2x1", "conv 8 3x3 stride 2x1"),
        ("maxpool", "pool 2"), ("max_pooling2d 2", None), ("maxpooling 3x2", "pool 3x2"),
        ("pool 2 stride 2x1", "pool 2x2 stride 2x1"), ("pool 3 stride 2", "pool 3 stride 2"),
        ("averagepool 3", "avgpool 3"), ("gap", "global-avgpool"), ("gmp", "global-pool"),
        ("GlobalAveragePooling2D", "global-avgpool"), ("global_avgpool", "global-avgpool"),
        ("bn", "batchnorm"), ("BatchNormalization", "batchnorm"), ("ln", "layernorm"),
        ("depthwise 3", "depthwise 3x3"), ("sepconv 8 3", "separable 8 3x3"),
        ("128 relu", "dense 128 relu"), ("fc 1_000", "dense 1000"), ("relu", "activation relu"),
        ("act", "activation"), ("dropout", "dropout"), ("dropout .50", "dropout 0.5"),
        ("dense 8 leaky-relu", "dense 8 leaky_relu"), ("dense 8 silu", "dense 8 swish"),
    ],
)  # fmt: skip
def test_what_people_type(typed, canonical):
    assert format_layer_list(parse_layer_list(typed)) == (canonical or "pool 2x2")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("pool 2, pol 2", r"layer 2 \(pol 2\): 'pol' is no kind of layer. Did you mean 'pool'\?"),
        ("flatten,, dense 3", "layer 2: it is empty"),
        ("flatten,", "layer 2: it is empty"),
        ("conv", r"layer 1 \(conv\): write the number of filters after conv: conv 32 3x3"),
        ("conv 32", "write the size of its window after conv"),
        ("conv 32 relu", "write the size of its window after conv"),
        ("dense", "write the number of units after dense"),
        ("dense 0", "'0' is out of range; it must be a whole number from 1 to 65,536"),
        ("dense 1.5", "'1.5' is out of range"),
        ("dense -4", "'-4' is out of range"),
        ("conv 8 3x3x3", "'3x3x3' has 3 numbers; a size has one or two"),
        ("conv 8 3x", "'3x' is no size"),
        ("conv1d 8 3x3", "conv1d has a window of one number; write 3"),
        ("conv 8 3 stride 2x2", "a window of one number has a stride of one number"),
        ("conv 8 3x3 stride", "write the stride as stride 2 or stride 2x1"),
        ("conv 8 3x3 relu tanh", "two values for activation"),
        ("conv 8 3x3 same valid", "two values for padding"),
        ("conv 8 3x3 vaild", r"'vaild' is not an activation, same, valid or stride. "
         r"Did you mean 'valid'\?$"),
        ("dense 8 rellu", r"'rellu' is not an activation. Did you mean 'relu'\?$"),
        ("dense 8 same", "dense has no padding"), ("dense 8 stride 2", "dense has no stride"),
        ("pool 2 relu", "pool has no activation; add a layer: activation relu"),
        ("dense 8 9", "'9' is one number too many; write dense 128"),
        ("flatten dense 8", "'dense' begins another layer; put a comma before it"),
        ("flatten foo", "'foo' means nothing after flatten"),
        ("dropout 1", "'1' is no rate; it must be at least 0 and below 1"),
        ("dropout nan", "'nan' means nothing after dropout"),
        ("dropout 0.x", "'0.x' is no rate"),
        (", ".join(["flatten"] * (MAX_LISTED + 1)), "65 layers are more than the 64 allowed"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(typed, why):
    with pytest.raises(ConfigError, match=why) as failure:
        check({"model.layers": typed})
    assert failure.value.key == "model.layers"


def test_a_layer_on_its_own_is_the_first():
    assert parse_listed("dense 8") == {"kind": "dense", "units": 8, "activation": None}
    with pytest.raises(ConfigError, match=r"^model.layers: layer 1 \(pol 2\): 'pol' is no kind"):
        parse_listed("pol 2")
    with pytest.raises(ConfigError, match=r"layer 1: it is empty"):
        parse_listed(" ")


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_other_text_is_refused_by_key(text):
    try:
        entries = parse_layer_list(text)
    except ConfigError as error:
        assert error.key == "model.layers" and error.message.startswith("layer ")
    else:
        assert parse_layer_list(format_layer_list(entries)) == entries


def test_the_shapes_and_parameters_of_each_layer():
    config = check({"model.layers": ISSUE})
    layers = build(config, (28, 28), 10)
    assert [layer.shape for layer in layers] == [
        (28, 28, 32), (14, 14, 32), (6272,), (128,), (128,), (10,),
    ]  # fmt: skip
    assert [layer.parameters for layer in layers] == [320, 0, 0, 802944, 0, 1290]
    assert parameters_of(layers) == 804554


@pytest.mark.parametrize(
    ("text", "shape", "why"),
    [
        ("dense 8", (28, 28), r"layer 1 \(dense\): it needs flat inputs; add flatten"),
        ("conv 8 3x3", (28, 28), "the output layer: it needs flat inputs"),
        ("flatten, pool 2", (28, 28), r"layer 2 \(pool 2\): it needs a sequence or a picture"),
        ("conv 8 3", (28, 28, 1), r"layer 1 \(conv 3\): it needs a sequence .*input is 28x28x1"),
        ("pool 30, flatten", (28, 28), "window of 30x30 is larger than its input of 28x28"),
        ("depthwise 3x3 stride 2x1, flatten", (28, 28), "same in both directions"),
    ],
)
def test_what_cannot_follow_is_refused_by_layer_and_reason(text, shape, why):
    with pytest.raises(ConfigError, match=why) as failure:
        build_layers(parse_layer_list(text), shape, 10)
    assert failure.value.key == "model.layers"


def test_layers_replace_the_hidden_layers():
    config = check({"model.layers": "flatten"})
    assert "model.hidden" not in config
    assert trainer_config(config)["layers"] == [{"kind": "flatten"}]
    with pytest.raises(ConfigError, match=r"model\.hidden: does not apply, because model\.layers"):
        check({"model.layers": "flatten", "model.hidden": "64"})
    below = {"model.hidden": "64", "train.steps": 5}
    assert overlay(below, {"model.layers": "flatten"}) == {
        "model.layers": "flatten", "train.steps": 5,
    }  # fmt: skip
    assert check(overlay(config, {"model.layers": ""}))["model.hidden"] == "1024"


@pytest.mark.parametrize("empty", ["", " ", "none", []])
def test_without_layers_the_hidden_layers_count(empty):
    config = check({"model.layers": empty, "model.hidden": "8"})
    assert config["model.layers"] == ""
    assert trainer_config(config)["layers"] == [{"units": 8, "activation": "relu"}]


def test_a_list_of_texts_is_accepted():
    assert check({"model.layers": ["flatten", "dense 8"]})["model.layers"] == "flatten, dense 8"


def test_too_many_weights_are_refused():
    with pytest.raises(ConfigError, match=r"model\.layers: .* more than the 200,000,000 allowed"):
        check({"model.layers": "flatten, dense 60000, dense 60000"})


def test_layers_for_other_data_are_no_error_before_the_data_is_known():
    assert check({"model.layers": "conv 8 3, global-pool"})["model.layers"]


def test_advice_is_about_the_layers_of_the_list():
    def keys(**values):
        found = advise(check({"model.initializer": "he_normal", **values}))
        return {one.key for one in found}

    assert keys(**{"model.layers": "flatten, dense 8 softmax"}) == {"model.activation"}
    assert keys(**{"model.layers": "flatten, dropout", "model.dropout": 0.2}) == set()
    assert keys(**{"model.layers": "flatten, dropout 0.1", "model.dropout": 0.2}) == {
        "model.dropout"
    }


def test_the_memory_of_a_convolution_is_in_its_outputs():
    small, large = (
        estimate(check({"model.layers": text}), (28, 28), 10, 60000, 10000)
        for text in ("conv 8 3x3, global-pool", "conv 64 3x3, global-pool")
    )
    assert large.activations_mb > 4 * small.activations_mb
    assert large.weights_mb < 0.1


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("1024 relu, 16", "1024 relu, 16"), ("none", "none"), ("", ""),
        ("conv 32 3x3 relu, batchnorm, pool 2, flatten, dense 10", "conv 32, dense 10"),
        ("flatten", "flatten"), ("of a later version", "of a later version"),
    ],
)  # fmt: skip
def test_a_network_in_brief(text, brief):
    assert brief_layers(text) == brief
