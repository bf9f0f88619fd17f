"""The main use: the tutorial's network on real MNIST with the real trainer, without dashboard."""

import csv
import io
import json
import math
from pathlib import Path

import pytest
from cli_runs import Nano


@pytest.mark.tensorflow
@pytest.mark.shared
def test_the_tutorials_network_on_mnist(nano: Nano, home: Path, shared: Path) -> None:
    ran = nano("train", "--set", f"data.dir={shared / 'data' / 'mnist'}")
    assert ran.status == 0 and ran.err == ""
    assert "all 60,000 images" in ran.out
    session = json.loads(nano("show", "mnist-1", "--json").out)
    assert session["state"] == "finished"
    assert [e["step"] for e in session["evaluations"]] == [*range(1, 1000, 100), 1000]
    assert 0.935 <= session["accuracy"] <= 0.95
    rows = list(csv.DictReader(io.StringIO(nano("export", "mnist-1", "--format", "csv").out)))
    assert [int(row["step"]) for row in rows] == list(range(1, 1001))
    assert all(math.isfinite(float(row["loss"])) for row in rows)


@pytest.mark.tensorflow
def test_the_digits_need_no_files(nano: Nano) -> None:
    ran = nano("train", "--json", "--preset", "sane", "--set", "train.steps=200")
    assert ran.status == 0
    events = [json.loads(line) for line in ran.out.splitlines()]
    accuracies = [event["accuracy"] for event in events if event["event"] == "evaluated"]
    assert accuracies[-1] > accuracies[0] + 0.2
    assert "digits" in events[0]["choices"][0]
