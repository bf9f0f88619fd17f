"""Fixtures every test may use."""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

SHARED = Path(__file__).resolve().parents[2] / "shared"

# A background job of a shell ignores Ctrl+C, and one of nohup the hangup; so would its children.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Threads of NumPy's own spin while they wait for a core that another worker has.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# An app makes many objects that live until it ends. By Python's own measure the collector looks for
# garbage among them some eighty times in a short test.
gc.set_threshold(50_000, 10, 10)

# Neither a deadline nor a limit on the time to draw: a busy machine is no bug. In CI the same
# examples each time.
ANY_SPEED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("here", **ANY_SPEED)
settings.register_profile("ci", **ANY_SPEED, derandomize=True)
# NANOTRAIN_FUZZ=thorough tries many more, and others each time.
settings.register_profile("thorough", **ANY_SPEED, max_examples=5000)
settings.load_profile(
    os.environ.get("NANOTRAIN_FUZZ") or ("ci" if os.environ.get("CI") else "here")
)


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there is no such hook
def pytest_xdist_auto_num_workers() -> int:
    """The workers of ``-n auto``: two more than cores, as many tests wait for a process."""
    return len(os.sched_getaffinity(0)) + 2


def pytest_collection_finish() -> None:
    """Let the garbage collector leave out the collected tests."""
    if "textual" in sys.modules:
        _share_parsed_styles()
    gc.collect()
    gc.freeze()


def _share_parsed_styles() -> None:
    """Let the apps of this process parse equal styles once: an app starts in 3/4 of the time."""
    from textual.css.stylesheet import Stylesheet

    parse, parsed = Stylesheet._parse_rules, {}

    def parse_once(self, *source, **options):
        key = (frozenset(self._variables.items()), source, tuple(sorted(options.items())))
        if key not in parsed:
            parsed[key] = parse(self, *source, **options)
        return parsed[key]

    Stylesheet._parse_rules = parse_once


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case of bytes by its argument: archives hold the time at which they are made."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The recorded boards and real MNIST beside the checkout; a stranger's clone has none."""
    if not SHARED.is_dir():
        pytest.skip(
            f"SKIPPED LOUDLY: no recorded data at {SHARED}; these claims are not checked here"
        )
    return SHARED


@pytest.fixture
def open_umask() -> Iterator[None]:
    """New files and folders can be read by others, unless their mode says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def disk_order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a power cut leaves depends on it: ``sync NAME`` and ``name NAME``, in their order."""
    done: list[str] = []

    def fsync(fd: int) -> None:
        sync(fd)
        done.append("sync " + Path(f"/proc/self/fd/{fd}").readlink().name)

    def named(rename):
        def rename_too(source, target, **options) -> None:
            rename(source, target, **options)
            done.append("name " + Path(target).name)

        return rename_too

    sync = os.fsync
    monkeypatch.setattr(os, "fsync", fsync)
    for rename in (os.rename, os.replace):
        monkeypatch.setattr(os, rename.__name__, named(rename))
    return done
