"""Each check of a promise finds a promise that is broken, and none that is kept."""

import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from nanotrain_tui.session.folder import SessionFolder

from .counts import count, table
from .promises import all_commands, each_step_once, no_process_left, nothing_lost, same_bits
from .rounds import Round
from .witness import Edited, Seen, Witness
from .world import World, new_world

pytestmark = pytest.mark.slow

NAME, STEPS = "whole", 140


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as one:
        ran = one.run(*one.train_arguments(NAME, "chunk=7", STEPS))
        assert ran.status == 0, ran.err
        yield one


@pytest.fixture
def folder(world: World) -> SessionFolder:
    return world.folder(NAME)


def change(folder: SessionFolder, sql: str, values: tuple[object, ...] = ()) -> None:
    with sqlite3.connect(folder.recording) as database:
        database.execute(sql, values)
    database.close()


class Remembers(Witness):
    """A witness of what a test says."""

    def __init__(self, seen: list[Seen], edited: list[Edited]) -> None:
        self.seen, self.edited = seen, edited


def test_a_session_that_nothing_disturbed_keeps_every_promise(
    world: World, folder: SessionFolder
) -> None:
    now = time.monotonic()
    witness = Remembers([Seen(now - 2, STEPS), Seen(now, STEPS + 1)], [])
    broken = [*nothing_lost(folder, witness, now), *each_step_once(folder), *same_bits(folder)]
    assert [*broken, *all_commands(world, NAME), *no_process_left(world)] == []


def test_steps_and_edits_that_were_acknowledged_and_are_not_recorded(
    folder: SessionFolder,
) -> None:
    now = time.monotonic()
    witness = Remembers([Seen(now - 2, STEPS + 1)], [Edited(now - 1, 0.5)])
    assert list(nothing_lost(folder, witness, now)) == [
        "step 141 was done a second before the fault; step 140 is recorded",
        "the edit to 0.5 was acknowledged and is not recorded",
    ]


def test_a_step_that_is_not_there_once(folder: SessionFolder) -> None:
    change(folder, "UPDATE steps SET first_step = 2 WHERE metric = 'loss' AND first_step = 1")
    assert next(iter(each_step_once(folder))) == "loss: step 2 follows step 0"


def test_a_metric_that_is_not_there(folder: SessionFolder) -> None:
    change(folder, "DELETE FROM steps WHERE metric = 'loss'")
    assert list(each_step_once(folder)) == [
        "the metrics end at different steps: {'accuracy': 140, 'learning_rate': 140, 'loss': 0}"
    ]


def turn_a_bit(folder: SessionFolder) -> None:
    database = sqlite3.connect(folder.recording)
    seq, data = database.execute(
        "SELECT seq, data FROM steps WHERE metric = 'loss' ORDER BY first_step DESC"
    ).fetchone()
    database.close()
    (bits,) = struct.unpack("<I", data[-4:])
    turned = data[:-4] + struct.pack("<I", bits ^ 1)
    change(folder, "UPDATE steps SET data = ? WHERE seq = ?", (turned, seq))


def test_one_bit_of_one_loss(folder: SessionFolder) -> None:
    turn_a_bit(folder)
    assert list(same_bits(folder)) == [
        f"the loss of step {STEPS} differs from that of an undisturbed run"
    ]


def test_a_command_that_does_not_work(world: World, folder: SessionFolder) -> None:
    change(folder, "DROP TABLE steps")
    broken = list(all_commands(world, NAME))
    assert [one for one in broken if one.startswith(f"verify {NAME} ends with 1")], broken


def test_a_process_that_is_left(world: World) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        env=world.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as left:  # fmt: skip
        assert left.stdout
        left.stdout.readline()
        (broken,) = no_process_left(world, patience_s=0.1)
        assert broken.startswith(f"process {left.pid} is left: {sys.executable}")
        left.kill()


def test_the_counts_of_each_fault_and_kind() -> None:
    rounds = [
        Round("ends", 0, "a kill", [], ""),
        Round("ends", 1, "a kill", ["a step is lost"], ""),
        Round("disks", 0, "it fills", [], "only root can"),
    ]
    assert table(count(rounds)).splitlines() == [
        "kind   fault     tried  broken  skipped",
        "disks  it fills      0       0        1",
        "ends   a kill        2       1        0",
        "disks  all           0       0        1",
        "ends   all           2       1        0",
    ]
