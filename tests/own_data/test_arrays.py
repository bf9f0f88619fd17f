"""Arrays of any form: found by their names, turned into inputs and classes."""

import itertools
import zipfile

import numpy as np
import pytest

from nanotrain_tui.trainer import data
from nanotrain_tui.trainer.data.arrays.array_file import arrays_in, read_array
from nanotrain_tui.trainer.data.dataset import silent

COUNT = 120
RANDOM = np.random.RandomState(3)
ROWS = RANDOM.standard_normal((COUNT, 5))
CLASSES = np.arange(COUNT) % 3


def saved(folder, compressed=False, **arrays):
    path = folder / "arrays.npz"
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    return {"data.name": "npz", "data.path": str(path)}


def inspected(config, **options):
    facts = data.inspect({**config, **{k.replace("__", "."): v for k, v in options.items()}})
    assert facts["ok"], facts
    return facts


def refused(config, **options):
    facts = data.inspect({**config, **{k.replace("__", "."): v for k, v in options.items()}})
    assert not facts["ok"], facts
    return facts["key"], facts["message"]


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("x", "y"),
    [("X", "y"), ("images", "labels"), ("data", "target"), ("arr_0", "arr_1"),
     ("Inputs", "CLASSES"), ("weights", "ages")],
)  # fmt: skip
def test_inputs_and_targets_are_found_by_name_or_shape(x, y, compressed, tmp_path):
    facts = inspected(saved(tmp_path, compressed, **{x: ROWS, y: CLASSES}))
    assert (facts["train"], facts["test"], facts["shape"]) == (96, 24, [5])
    assert facts["class_counts"] == {"train": [32, 32, 32], "test": [8, 8, 8]}


@pytest.mark.parametrize(
    "names",
    [("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels", "test_images",
     "test_labels"), ("X_train", "Y_train", "X_test", "Y_test")],
)  # fmt: skip
def test_the_parts_are_found_by_name(names, tmp_path):
    arrays = (ROWS[:100], CLASSES[:100], ROWS[100:], CLASSES[100:])
    facts = inspected(saved(tmp_path, **dict(zip(names, arrays, strict=True))))
    assert (facts["train"], facts["test"]) == (100, 20)


def test_a_part_for_validation_is_used(tmp_path):
    config = saved(tmp_path, x_train=ROWS[:80], y_train=CLASSES[:80], x_val=ROWS[80:100],
                   y_val=CLASSES[80:100], x_test=ROWS[100:], y_test=CLASSES[100:])  # fmt: skip
    assert inspected(config)["validation"] == 20
    assert len(data.load(config, silent).validation) == 20
    limited = data.load({**config, "data.limit": 40}, silent)
    assert (len(limited.train), len(limited.validation)) == (40, 20)
    with pytest.raises(data.DataError, match="has a part for validation"):
        data.load({**config, "data.validation": 0.2}, silent)


FORMS = {
    "ints": CLASSES, "column": CLASSES[:, None], "floats": CLASSES.astype(float),
    "from one": CLASSES + 1, "one-hot": np.eye(3)[CLASSES], "text": np.array(list("abc"))[CLASSES],
    "bytes": np.array([b"a", b"b", b"c"])[CLASSES], "int8": CLASSES.astype(np.int8),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_targets_of_any_form_are_the_same_classes(form, tmp_path):
    config = saved(tmp_path, x=ROWS, y=FORMS[form])
    loaded = data.load(config, silent)
    assert (loaded.task, loaded.classes, len(loaded.class_names)) == ("classification", 3, 3)
    plain = data.load(saved(tmp_path, x=ROWS, y=CLASSES), silent)
    assert np.array_equal(loaded.train.targets, plain.train.targets)
    assert np.array_equal(loaded.train.inputs, plain.train.inputs)


def test_more_than_ten_classes_and_two(tmp_path):
    many = np.arange(COUNT) % 14
    assert inspected(saved(tmp_path, x=ROWS, y=many))["classes"] == 14
    facts = inspected(saved(tmp_path, x=ROWS, y=CLASSES > 0))
    assert (facts["task"], facts["class_names"], facts["outputs"]) == (
        "binary",
        ["False", "True"],
        1,
    )


def test_numbers_are_a_regression_in_their_units(tmp_path):
    targets = np.stack([ROWS[:, 0] * 100 + 5, ROWS[:, 1]], axis=1)
    loaded = data.load(saved(tmp_path, x=ROWS, y=targets), silent)
    assert (loaded.task, loaded.outputs) == ("regression", 2)
    found = loaded.preprocessing["target"]
    back = loaded.train.targets * np.float32(found["deviation"]) + np.float32(found["mean"])
    assert set(np.round(back[:, 0], 2)) <= set(np.round(targets[:, 0], 2).astype(np.float32))
    assert np.allclose(loaded.scale, found["deviation"])


PICTURES = (RANDOM.random_sample((COUNT, 6, 7)) * 255).astype(np.uint8)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "float64", ">f4", "bool"])
def test_pictures_of_any_type_and_order(dtype, order, tmp_path):
    x = np.asarray(PICTURES > 100 if dtype == "bool" else PICTURES).astype(dtype, order=order)
    loaded = data.load(saved(tmp_path, x=x, y=CLASSES), silent)
    assert loaded.train.shape == (6, 7) and loaded.has_pictures == (dtype == "uint8")
    if dtype == "uint8":
        known = {picture.tobytes() for picture in x.astype("uint8", order="C")}
        assert {picture.tobytes() for picture in loaded.test.inputs} <= known
    else:
        assert abs(float(loaded.train.inputs.mean())) < 1e-3
        assert abs(float(loaded.train.inputs.std()) - 1.0) < 1e-3


def test_bytes_that_do_not_use_their_range_are_scaled(tmp_path):
    loaded = data.load(saved(tmp_path, x=PICTURES // 16, y=CLASSES), silent)
    assert loaded.train.dtype == np.float32


def test_channels_are_moved_to_the_end(tmp_path):
    colour = np.repeat(PICTURES[:, None], 3, axis=1)
    facts = inspected(saved(tmp_path, x=colour, y=CLASSES))
    assert facts["shape"] == [6, 7, 3] and any("channels" in note for note in facts["notes"])
    assert inspected(saved(tmp_path, x=PICTURES[..., None], y=CLASSES))["shape"] == [6, 7, 1]


def test_two_npy_files_and_a_folder(tmp_path):
    np.save(tmp_path / "x.npy", ROWS)
    np.save(tmp_path / "y.npy", CLASSES)
    pair = {
        "data.name": "npz",
        "data.x": str(tmp_path / "x.npy"),
        "data.y": str(tmp_path / "y.npy"),
    }
    folder = {"data.name": "npz", "data.path": str(tmp_path)}
    assert inspected(pair)["shape"] == inspected(folder)["shape"] == [5]
    assert refused({"data.name": "npz", "data.x": str(tmp_path / "x.npy")})[0] == "data.y"


def test_arrays_can_be_named(tmp_path):
    config = saved(tmp_path, first=ROWS, second=ROWS * 2, third=CLASSES)
    key, message = refused(config)
    assert key == "data.path" and "first 120 x 5 float64" in message
    assert inspected(config, data__x="second", data__y="third")["shape"] == [5]
    assert "no array 'fourth'" in refused(config, data__x="second", data__y="fourth")[1]


def test_arrays_that_are_not_compressed_are_mapped_into_memory(tmp_path):
    saved(tmp_path, x=ROWS, y=np.asfortranarray(PICTURES))
    found = arrays_in(str(tmp_path / "arrays.npz"), "data.path")
    for name, expected in (("x", ROWS), ("y", PICTURES)):
        array = read_array(found[name], "data.path")
        assert isinstance(array, np.memmap) and np.array_equal(array, expected)


WRONG = {
    "objects": ({"x": ROWS, "y": np.array([None] * COUNT)}, "Python objects"),
    "lengths": ({"x": ROWS, "y": CLASSES[:-1]}, "119 targets for the 120 examples"),
    "nan": ({"x": np.where(ROWS[7, 2] == ROWS, np.nan, ROWS), "y": CLASSES}, "example 7 holds nan"),
    "infinite": ({"x": np.where(ROWS[7, 2] == ROWS, np.inf, ROWS), "y": CLASSES}, "holds inf"),
    "text": ({"x": np.array([["a"]] * COUNT), "y": CLASSES}, "expected numbers"),
    "one class": ({"x": ROWS, "y": CLASSES * 0}, "nothing to learn"),
    "nothing": ({"x": ROWS[:0], "y": CLASSES[:0]}, "holds no examples"),
    "nan targets": ({"x": ROWS, "y": ROWS[:, 0] * np.nan}, "target of example 0 is nan"),
    "shape": ({"x": ROWS, "y": ROWS[:, None].repeat(2, 1)}, "shape 120 x 2 x 5"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_arrays_are_refused_by_file_and_example(what, tmp_path):
    arrays, why = WRONG[what]
    config = saved(tmp_path, **arrays)
    message = refused(config)[1]
    assert why in message and config["data.path"] in message


def test_damaged_files_are_refused_by_name(tmp_path):
    config = saved(tmp_path, x=ROWS, y=CLASSES)
    path = tmp_path / "arrays.npz"
    whole = path.read_bytes()
    for content in (b"", b"PK", whole[: len(whole) // 2], b"\x93NUMPY\x01\x00", b"text"):
        path.write_bytes(content)
        assert str(path) in refused(config)[1]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no arrays")
    assert "holds no array" in refused(config)[1]


def test_a_header_that_promises_too_much_is_refused(tmp_path):
    path = tmp_path / "big.npy"
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(
            file, {"shape": (10**9, 10**3), "fortran_order": False, "descr": "<f8"}
        )
    assert "needs" in refused({"data.name": "npz", "data.path": str(path)})[1]


def test_the_identity_follows_the_content_and_the_parts(tmp_path):
    identities = set()
    for scale, seed in itertools.product((1, 2), (1, 2)):
        config = saved(tmp_path, x=ROWS * scale, y=CLASSES)
        facts = [inspected(config, data__seed=seed) for _ in range(2)]
        assert facts[0]["identity"] == facts[1]["identity"]
        identities.add(facts[0]["identity"])
    assert len(identities) == 4


def test_arrays_that_are_not_used_are_shown(tmp_path):
    facts = inspected(saved(tmp_path, x=ROWS, y=CLASSES, ids=np.arange(COUNT)))
    assert [one["use"] for one in facts["arrays"]][2:] == ["not used"]
    assert not facts["problems"]


@pytest.mark.parametrize("name", ["x_test", "Y_test", "labels_val"])
def test_half_of_a_part_is_told(name, tmp_path):
    facts = inspected(saved(tmp_path, x_train=ROWS, y_train=CLASSES, **{name: CLASSES}))
    assert facts["problems"][0]["message"].startswith(f"The array '{name}' is not used")


def test_rows_that_are_nearly_one_hot_are_told(tmp_path):
    rows = np.eye(3)[CLASSES]
    rows[7] = [1, 1, 0]
    config = saved(tmp_path, x=ROWS, y=rows)
    why = "(y) is not one-hot: example 7 has no single 1 among zeros."
    assert any(why in note for note in inspected(config)["notes"])
    assert why in refused(config, data__task="classification")[1]
