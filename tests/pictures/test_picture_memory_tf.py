"""A set of pictures four times as large as the trainer's memory may be trains to its end.

The cache on the disk is as large as the set: NANOTRAIN_FUZZ=thorough also fills one of 3.4 GB.
"""

import os
import shutil
import struct
import sys
import zlib

import numpy as np
import pytest
from pictures_written import png, write
from trainer_runs import Process, config_of, of_kind

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.skipif(shutil.which("prlimit") is None, reason="SKIPPED LOUDLY: no prlimit"),
]
SIDE, LIMIT_MB, TIMES = 512, 800, 4  # what TensorFlow, the network and its batches take is 700 MB
COUNT = TIMES * (LIMIT_MB << 20) // (SIDE * SIDE * 3) + 1
LIMITED = f'#!/bin/sh\nexec prlimit --data={LIMIT_MB << 20} {sys.executable} "$@"\n'
THOROUGH = os.environ.get("NANOTRAIN_FUZZ") == "thorough"


def numbered(picture, number):
    """The picture as another file: its number is a text in it."""
    body = b"number\0%d" % number
    text = b"tEXt" + body
    chunk = struct.pack(">I", len(body)) + text + struct.pack(">I", zlib.crc32(text))
    return picture[:33] + chunk + picture[33:]


@pytest.mark.parametrize(
    ("cache_mb", "count"), [(0, COUNT), (8000, COUNT if THOROUGH else COUNT // 20)]
)
def test_a_set_four_times_the_memory_is_trained(cache_mb, count, tmp_path):
    plain = [png(np.full((SIDE, SIDE, 3), value, np.uint8)) for value in (40, 200)]
    for number in range(count):
        name = "light" if number % 2 else "dark"
        write(tmp_path / "photos" / name / f"{number}.png", numbered(plain[number % 2], number))
    config = config_of(
        tmp_path, data__name="folder", data__path=str(tmp_path / "photos"), train__steps=20,
        data__size=f"{SIDE}x{SIDE}", data__cache_mb=cache_mb, train__batch_size=4,
        train__eval_every=10, data__split="0.01", output="sigmoid", trainer__threads=0,
        loss__name="binary_crossentropy", layers=[{"units": 2, "activation": "relu"}],
    )  # fmt: skip

    limited = write(tmp_path / "limited", LIMITED.encode())
    limited.chmod(0o755)
    with Process(python=str(limited)) as trainer:
        trainer.send(do="start", id=1, config=config)
        assert trainer.until("finished"), trainer.events[-1]
    assert of_kind(trainer.events, "evaluated")[-1]["step"] == 20
