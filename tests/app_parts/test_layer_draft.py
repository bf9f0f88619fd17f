"""The list of layers while it is edited."""

import pytest
from configurations import layer_lists
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.app.form.layer_draft import LayerDraft, Place, built, stepped_layer
from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.catalog.layer_list import MAX_LISTED, format_layer_list, parse_layer_list

MNIST = Place((28, 28), 10, "softmax", "relu")
LENET = "conv 6 5x5, pool 2, flatten, dense 84 tanh"


def rows(draft):
    return [(row.name, row.text, row.default, row.shape) for row in draft.built().rows]


def test_each_layer_has_its_shape_and_its_parameters():
    draft = LayerDraft(LENET, MNIST)
    assert rows(draft) == [
        ("", "inputs", "", (28, 28, 1)),
        ("1", "conv 6 5x5", "relu", (28, 28, 6)),
        ("2", "pool 2", "", (14, 14, 6)),
        ("3", "flatten", "", (1176,)),
        ("4", "dense 84 tanh", "", (84,)),
        ("", "output softmax", "", (10,)),
    ]
    assert [row.parameters for row in draft.built().rows] == [0, 156, 0, 0, 98868, 850]
    assert draft.built().parameters == 99874


def test_layers_are_added_moved_removed_and_every_change_is_undone():
    draft = LayerDraft("", MNIST)
    assert (draft.here, draft.text, rows(draft)) == ("", "", [("", "inputs", "", (28, 28))])
    draft.add("flatten", below=True)
    draft.add("dense 8", below=True)
    draft.go_to(0)
    draft.add("pool 2", below=False)
    assert (draft.text, draft.here) == ("pool 2, flatten, dense 8", "pool 2")
    draft.move(1)
    assert (draft.text, draft.here) == ("flatten, pool 2, dense 8", "pool 2")
    draft.move(1)
    draft.move(1)
    assert draft.text == "flatten, dense 8, pool 2"
    draft.remove()
    assert (draft.text, draft.here) == ("flatten, dense 8", "dense 8")
    undone = []
    while draft.undo():
        undone.append(draft.text)
    assert undone == [
        "flatten, dense 8, pool 2", "flatten, pool 2, dense 8", "pool 2, flatten, dense 8",
        "flatten, dense 8", "flatten", "",
    ]  # fmt: skip


def test_one_text_may_have_several_layers():
    draft = LayerDraft("flatten", MNIST)
    draft.replace("Conv2D 8 3 ReLU, gap")
    assert (draft.text, draft.here) == ("conv 8 3x3 relu, global-avgpool", "global-avgpool")
    with pytest.raises(ConfigError, match=r"layer 3 \(pol\)"):
        draft.replace("flatten, pol")
    with pytest.raises(ConfigError, match="64 layers are allowed"):
        draft.replace(", ".join(["flatten"] * MAX_LISTED))
    assert draft.text == "conv 8 3x3 relu, global-avgpool"


def test_shapes_follow_what_is_typed():
    draft = LayerDraft(LENET, MNIST)
    draft.preview = "conv 8 5x5 valid"
    assert [row.shape for row in draft.built().rows][1:3] == [(24, 24, 8), (12, 12, 8)]
    draft.preview = "conv 8"
    shown = draft.built()
    assert shown.problem.startswith("layer 1 (conv 8): write the size of its window")
    assert [row.wrong for row in shown.rows] == [False, True, False, False, False, False]
    assert [row.shape for row in shown.rows][1:5] == [None] * 4
    draft.preview = "conv 8 3x3, pool 3"
    assert [row.text for row in draft.built().rows][1:4] == ["conv 8 3x3", "pool 3", "pool 2"]


@pytest.mark.parametrize(
    ("text", "wrong", "why"),
    [
        ("dense 8", 1, "layer 1 (dense): it needs flat inputs; add flatten"),
        ("pool 2", 2, "the output layer: it needs flat inputs"),
        ("flatten, pool 2, pol 2", 2, "layer 2 (pool 2): it needs a sequence or a picture"),
        ("pool 2, pol 2, flatten", 2, "layer 2 (pol 2): 'pol' is no kind"),
    ],
)
def test_what_cannot_be_is_named_by_layer_and_reason(text, wrong, why):
    shown = LayerDraft(text, MNIST).built()
    assert shown.problem.startswith(why) and shown.parameters is None
    assert [index for index, row in enumerate(shown.rows) if row.wrong] == [wrong]


def test_without_data_only_the_texts_are_checked():
    shown = LayerDraft(LENET, Place()).built()
    assert shown.problem == "" and shown.parameters is None
    assert {row.shape for row in shown.rows} == {None}
    assert built(["pol"], Place()).problem


@given(layer_lists(), st.lists(st.sampled_from("aidKJu+-"), max_size=30), st.integers(0, 9))
def test_any_keys_leave_a_list_that_is_read_back(entries, keys, at):
    draft = LayerDraft(format_layer_list(entries), MNIST)
    draft.go_to(at)
    for key in keys:
        if key in "ai" and not draft.is_full:
            draft.add("pool 2", below=key == "a")
        elif key == "d" and draft.texts:
            draft.remove()
        elif key in "KJ":
            draft.move(-1 if key == "K" else 1)
        elif key == "u":
            draft.undo()
        elif key in "+-" and draft.texts:
            draft.step(key == "+")
        assert 0 <= draft.cursor < max(1, len(draft.texts))
        assert draft.text == (format_layer_list(parse_layer_list(draft.text)) if draft.text else "")
        draft.built()


@pytest.mark.parametrize(
    ("text", "more", "less"),
    [
        ("dense 100 tanh", "dense 128 tanh", "dense 64 tanh"),
        ("conv 1 3x3", "conv 2 3x3", None),
        ("pool 2", "pool 3", "pool 1"),
        ("pool 3 stride 2", "pool 4 stride 2", "pool 2"),
        ("dropout 0.3", "dropout 0.35", "dropout 0.25"),
        ("dropout", "dropout 0.05", "dropout 0"),
        ("flatten", None, None),
        ("pol", None, None),
    ],
)
def test_the_first_number_is_increased_and_decreased(text, more, less):
    assert (stepped_layer(text, True), stepped_layer(text, False)) == (more, less)
