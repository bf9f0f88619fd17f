"""Pictures are trained, killed, resumed to the bit, and refused when they have changed."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pictures_written import class_folders, png, write
from trainer_runs import TRAINER, Process, config_of, of_kind, serve_here, values_of

from nanotrain_tui.trainer.data import inspect
from nanotrain_tui.trainer.data.samples import pictures_in

pytestmark = pytest.mark.tensorflow
OPTIONS = {
    "data__name": "folder", "train__steps": 30, "train__eval_every": 5, "train__batch_size": 8,
    "train__checkpoint_every": 10, "train__checkpoint_keep": 9, "data__cache_mb": 100,
}  # fmt: skip
KILLED_AT_RENAME = """
import os, runpy, signal, sys

def rename(source, target, _rename=os.rename):
    if target.endswith(".pictures"):
        os.kill(os.getpid(), signal.SIGKILL)
    _rename(source, target)

os.rename = rename
sys.argv = [sys.argv[1]]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def photos(tmp_path):
    return class_folders(tmp_path / "photos", {"dark one": 20, "grey one": 20, "light one": 20})


def config(photos, folder, **changes):
    own = {**OPTIONS, "data__path": str(photos), **changes}
    return {**config_of(folder, **own), "layers": [{"units": 16, "activation": "relu"}]}


@pytest.mark.parametrize(("way", "cache_mb"), [("fused", 100), ("block", 0)])
def test_a_resume_goes_on_as_if_nothing_had_been(way, cache_mb, photos, tmp_path):
    own = {"trainer__update": way, "trainer__xla": "auto", "data__cache_mb": cache_mb}
    status, whole = serve_here(config(photos, tmp_path, **own))
    assert status == 0, whole[-1]
    started = of_kind(whole, "started")[0]
    assert started["data"]["class_names"] == ["dark one", "grey one", "light one"]
    assert started["data"]["preprocessing"]["kind"] == "pictures"
    assert started["metrics"]["waiting"]["format"] == "percent"
    waited = values_of(whole, "waiting")
    assert len(waited) == 30 and (waited >= 0).all() and (waited <= 1).all()
    again = {**own, "resume": True, "restore": str(tmp_path / "step-000000010.npz")}
    (tmp_path / "later").mkdir()
    later = config(photos, tmp_path, **again, checkpoint_dir=str(tmp_path / "later"))
    _, events = serve_here(later)
    for metric in ("loss", "accuracy"):
        assert values_of(events, metric).tobytes() == values_of(whole, metric)[10:].tobytes()


def test_the_cache_changes_no_bit(photos, tmp_path):
    losses = []
    for cache_mb in (100, 0):
        _, events = serve_here(config(photos, tmp_path, data__cache_mb=cache_mb))
        losses.append(values_of(events, "loss").tobytes())
    assert losses[0] == losses[1]
    assert of_kind(events, "note")[0]["message"].startswith("The pictures are read")


@pytest.mark.parametrize("color", ["auto", "grey"])
def test_pictures_for_the_screen_have_the_colours_of_the_data(color, tmp_path):
    for label, name in enumerate(("green", "red")):
        for one in range(9):
            pixels = np.zeros((64, 48, 3))
            pixels[..., 1 - label] = 200
            write(tmp_path / "colours" / name / f"{one}.png", png(pixels))
    changes = {"data__size": "64x48", "data__color": color}
    facts = inspect({**config(tmp_path / "colours", tmp_path, **changes), "pictures": 4})
    images, labels = pictures_in(facts)
    assert labels == [0, 1, 0, 1]
    if color == "grey":
        assert images.shape == (4, 32, 24)
    else:
        assert images.shape == (4, 32, 24, 3)
        assert images[:2, 0, 0].tolist() == [[0, 200, 0], [200, 0, 0]]


def test_a_changed_folder_is_refused_on_a_resume(photos, tmp_path):
    serve_here(config(photos, tmp_path))
    write(photos / "grey one" / "new.png", png(np.full((8, 8), 99)))
    restore = {"restore": str(tmp_path / "step-000000010.npz")}
    status, events = serve_here(config(photos, tmp_path, **restore, resume=True))
    failed = of_kind(events, "failed")[0]
    assert status == 1 and failed["kind"] == "data" and str(photos) in failed["message"]
    assert serve_here(config(photos, tmp_path, **restore))[0] == 0  # a fork begins anew


def test_a_picture_that_only_decoding_finds_damaged(photos, tmp_path):
    whole = (photos / "grey one" / "3.png").read_bytes()
    bad = write(photos / "grey one" / "bad.png", whole[:45] + b"\0\0\0" + whole[48:])
    status, events = serve_here(config(photos, tmp_path))
    failed = of_kind(events, "failed")[0]
    assert status == 1 and f"{bad} is a damaged or incomplete PNG" in failed["message"]
    assert "data.skip_damaged = on" in failed["message"]
    for cache_mb in (100, 0):
        more = {"data__skip_damaged": True, "data__cache_mb": cache_mb}
        status, events = serve_here(config(photos, tmp_path, **more))
        data = of_kind(events, "started")[0]["data"]
        assert status == 0 and data["train"] + data["test"] == 60
        said = [note["message"] for note in of_kind(events, "note")]
        assert f"1 damaged picture is left out: {bad}." in said


AUGMENTED = {
    "augment__flip": "both", "augment__shift": 0.2, "augment__rotate": 30.0,
    "augment__brightness": 0.2, "augment__cutout": 0.3, "trainer__update": "fused",
    "train__eval_every": 15, "train__checkpoint_every": 4,
    # Most are for testing and are decoded each time: an evaluation takes long.
    "data__split": "0.9", "data__size": "64x64", "data__cache_mb": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def augmented(tmp_path_factory):
    """A training with augmentation that nobody disturbs: its pictures and its events."""
    folder = tmp_path_factory.mktemp("undisturbed")
    photos = class_folders(folder / "photos", {"dark": 250, "light": 250, "grey": 250})
    status, events = serve_here(config(photos, folder, **AUGMENTED))
    assert status == 0, events[-1]
    return photos, values_of(events, "loss")


@pytest.mark.parametrize("moment", ["epoch", "evaluation"])
def test_a_kill_leaves_no_trace_in_augmented_losses(moment, augmented, tmp_path):
    """SIGKILL at the fifth of the ten steps of an epoch, or when an evaluation begins."""
    photos, whole = augmented
    with Process() as trainer:
        trainer.send(do="start", id=1, config=config(photos, tmp_path, **AUGMENTED))
        step = 0
        while step < (5 if moment == "epoch" else 15):
            told = trainer.until("steps")
            step = told["first_step"] + told["count"] - 1
        trainer.process.send_signal(signal.SIGKILL)
        trainer.process.wait()
        rest = [json.loads(line) for line in trainer.process.stdout if line.endswith(b"\n")]
    assert not of_kind(rest, "evaluated") and not of_kind(rest, "finished")
    last = sorted(tmp_path.glob("step-*.npz"))[-1]
    resumed = {**AUGMENTED, "resume": True, "restore": str(last)}
    status, events = serve_here(config(photos, tmp_path, **resumed))
    done = int(last.stem.partition("-")[2])
    assert status == 0 and 0 < done <= step
    assert values_of(events, "loss").tobytes() == whole[done:].tobytes()


def test_a_kill_while_caching_leaves_no_trace_in_the_losses(tmp_path):
    """The trainer is killed before the decoded pictures get their name; the next one goes on."""
    photos = class_folders(tmp_path / "many", {"dark": 150, "light": 150})
    one = config(photos, tmp_path, train__steps=5, output="sigmoid", data__size="64x64",
                 loss__name="binary_crossentropy")  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_AT_RENAME, str(TRAINER)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as trainer:  # fmt: skip
        trainer.stdin.write(json.dumps({"do": "start", "id": 1, "config": one}).encode() + b"\n")
        trainer.stdin.flush()
        said = trainer.stdout.read()
    assert trainer.returncode == -signal.SIGKILL
    assert b"decoding the pictures" in said
    assert list(Path(tmp_path, "pictures").glob("*.part"))
    status, events = serve_here(one)
    other = tmp_path / "other"
    other.mkdir()
    _, undisturbed = serve_here({**one, "cache_dir": str(other)})
    assert status == 0
    assert values_of(events, "loss").tobytes() == values_of(undisturbed, "loss").tobytes()
