"""Whether it fits: fake /proc trees, what is said, and what a plan carries of it."""

import sys
from pathlib import Path

import pytest
from launch_helpers import config

from nanotrain_tui.launch import memory_check as memory
from nanotrain_tui.launch import plan
from nanotrain_tui.launch.memory_check import Available, check_memory, read_available
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.trainer.process import tensorflow_version

MNIST = {"shape": [28, 28], "classes": 10, "train": 60000, "test": 10000}
MB = 1 << 20

# As a Nano of 4 GB tells it with the desktop on: one zone, all of its free memory in small pieces.
MEMINFO = """MemTotal:        4059292 kB
MemFree:          301044 kB
MemAvailable:    1044480 kB
SwapTotal:       2029632 kB
SwapFree:        1024000 kB
NvMapMemUsed:     204800 kB
"""
BUDDYINFO = "Node 0, zone      DMA    812    411    120     31      4      0      0      0 0 0 0\n"


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def nano(tmp_path: Path) -> Path:
    return write(
        tmp_path / "nano",
        proc__meminfo=MEMINFO,
        proc__buddyinfo=BUDDYINFO,
        etc__nv_tegra_release="# R32 (release), REVISION: 7.1\n",
        dev__nvmap="",
    )


def test_a_nano_is_read(nano):
    assert read_available(str(nano)) == Available(1020.0, 1000.0, 0.0625, shared=True, gpu=True)


def test_a_machine_that_says_nothing_is_not_warned_of(tmp_path):
    available = read_available(str(tmp_path))
    assert available == Available()
    assert check_memory(config(), MNIST, available).fits


@pytest.mark.parametrize(
    ("membership", "folder"),
    [
        ("0::/user.slice/small.scope\n", "sys__fs__cgroup__user.slice__small.scope__memory.max"),
        ("0::/user.slice/small.scope\n", "sys__fs__cgroup__user.slice__memory.max"),
        ("0::/\n", "sys__fs__cgroup__memory.max"),
        (
            "9:name=systemd:/x\n5:cpu,memory:/docker/1a2b\n0::/\n",
            "sys__fs__cgroup__memory__docker__1a2b__memory.limit_in_bytes",
        ),
        ("5:memory:/docker/of/the/host\n", "sys__fs__cgroup__memory__memory.limit_in_bytes"),
    ],
)
def test_a_containers_limit_counts_where_it_is_lower(nano, membership, folder):
    old = folder.endswith("limit_in_bytes")
    use = folder.replace("limit_in_bytes", "usage_in_bytes").replace("memory.max", "memory.current")
    stat = folder.rpartition("__")[0] + "__memory.stat"
    cache = f"{'total_' if old else ''}inactive_file {50 * MB}\n"
    write(nano, proc__self__cgroup=membership)
    write(nano, **{folder: f"{500 * MB}\n", use: f"{100 * MB}\n", stat: "anon 1\n" + cache})
    assert read_available(str(nano)).memory_mb == 450.0


def test_a_container_without_a_limit_has_what_the_machine_has(nano):
    write(
        nano,
        proc__self__cgroup="0::/free\n",
        **{
            "sys__fs__cgroup__free__memory.max": "max\n",
            "sys__fs__cgroup__free__memory.current": "1\n",
        },
    )
    assert read_available(str(nano)).memory_mb == 1020.0


def found(available: Available, **values):
    return check_memory(config(**values), MNIST, available)


def test_plenty_says_nothing():
    check = found(Available(8000.0))
    assert (check.fits, check.message, check.fitting_batch) == (True, "", None)


def test_too_large_a_batch_gets_one_that_fits():
    check = found(Available(800.0), train__batch_size=30_000)
    need = check.need.total_mb
    assert check.message == (
        f"Training needs about {need:,.0f} MB and 800 MB are available: the kernel may kill it. "
        f"A batch of {check.fitting_batch:,} fits (train.batch_size)."
    )
    smaller = found(Available(800.0), train__batch_size=check.fitting_batch)
    assert smaller.fits and check.fitting_batch < 30_000


def test_swap_is_slow_but_no_death():
    check = found(Available(700.0, swap_mb=4000.0), train__batch_size=30_000)
    assert "go to swap, which is slow" in check.message
    assert "kill" not in check.message


def test_where_no_batch_fits_something_else_is_named():
    weights = found(Available(1000.0), model__hidden="8192, 8192")
    assert weights.fitting_batch is None and "fewer units (model.hidden)" in weights.message
    tensorflow = found(Available(300.0))
    assert "TensorFlow alone takes" in tensorflow.message and "swap" in tensorflow.message


def test_an_older_tensorflow_is_known_by_its_version():
    old = check_memory(config(), {**MNIST, "tensorflow_version": "2.6.2"}, Available())
    assert old.need.total_mb < found(Available()).need.total_mb


def test_crumbs_are_spoken_of_where_the_gpu_shares_the_memory(nano):
    there = read_available(str(nano))
    assert "pieces of 64 kB" in found(there).hint
    assert found(there._replace(block_mb=4.0)).hint == ""
    assert found(there._replace(shared=False)).hint == ""


def test_a_plan_warns_and_is_made_all_the_same(places, monkeypatch):
    monkeypatch.setattr(plan, "read_available", lambda: Available(800.0))
    made = prepare(config(train__batch_size=30_000), places)
    assert made.memory is not None and not made.memory.fits
    assert made.warnings == (made.memory.message,)
    assert made.config["train.batch_size"] == 30_000


def test_a_plan_with_room_is_silent(places, monkeypatch):
    monkeypatch.setattr(plan, "read_available", lambda: Available(64_000.0, block_mb=4.0))
    made = prepare(config(), places)
    assert made.warnings == () and made.memory.fits
    report = made.memory.as_dict()
    assert report["available_mb"] == 64_000.0 and report["fitting_batch"] is None
    assert report["total_mb"] == made.memory.need.total_mb


def test_this_machine_is_read():
    available = memory.read_available()
    assert available.memory_mb is not None and available.memory_mb > 0


@pytest.mark.parametrize(
    ("beside", "version"),
    [
        ("tensorflow-2.21.0.dist-info", "2.21.0"),
        ("tensorflow_cpu-2.16.2.dist-info", "2.16.2"),
        ("tensorflow-2.7.0+nv22.1.dist-info", "2.7.0"),
        ("tensorflow-2.5.0+nv21.8-py3.6.egg-info", "2.5.0"),
        ("tensorflow_estimator-2.6.0.dist-info", None),
    ],
)
def test_the_version_is_read_beside_the_package(tmp_path, monkeypatch, beside, version):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("raise SystemExit('imported')")
    (tmp_path / beside).mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    assert tensorflow_version() == version


def test_a_checkpoint_to_go_on_from_counts(places, monkeypatch):
    monkeypatch.setattr(plan, "read_available", lambda: Available(64_000.0))
    anew, resumed = (prepare(config(), places, restored=how).memory for how in (False, True))
    assert resumed.need.total_mb > anew.need.total_mb
