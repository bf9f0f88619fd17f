"""A stop, and the end of the host, in a script that is in none of the hooks."""

import os
import signal
import sys
from types import SimpleNamespace

import pytest
from hosting import wait_for
from shim_wire import Wire

from nanotrain_tui.script_shim._nanotrain_shim import session as module
from nanotrain_tui.script_shim._nanotrain_shim.start import KerasFinder


@pytest.fixture
def sent(monkeypatch):
    """The signals that the script sends to itself."""
    found = []
    fake = SimpleNamespace(
        SIGINT=signal.SIGINT, SIGTERM=signal.SIGTERM,
        pthread_kill=lambda _thread, number: found.append(number),
    )  # fmt: skip
    monkeypatch.setattr(module, "signal", fake)
    names = {**vars(os), "kill": lambda pid, number: found.append((pid, number))}
    monkeypatch.setattr(module, "os", SimpleNamespace(**names))
    return found


@pytest.fixture
def start(sent):
    """Starts sessions, which end while the signals are still caught."""
    wires = []

    def started(config=b"{}"):
        wires.append(Wire())
        wires[-1].send(b'{"do": "start", "config": ' + config + b"}\n")
        session = module.Session(wires[-1].channel)
        assert wires[-1].events()[0]["event"] == "ready"
        return wires[-1], session

    yield started
    for wire in wires:
        wire.close()


def test_outside_of_training_a_stop_is_answered_once_and_interrupts(sent, start):
    wire, session = start()
    wire.send(b'{"do": "stop", "id": 3}\n')
    wait_for(lambda: sent)
    assert (sent, session.is_stopping) == ([signal.SIGINT], True)
    assert wire.events() == [{"event": "answer", "id": 3, "ok": True}]
    wire.send(b'{"do": "pause", "id": 4}\n')
    assert session.channel.take(wait=True)["do"] == "pause", "the stop waits no more"


def test_within_fit_a_stop_waits_for_the_end_of_the_batch(sent, start):
    wire, session = start()
    session.is_training = True
    wire.send(b'{"do": "pause", "id": 2}\n{"do": "stop", "id": 3}\n')
    wait_for(lambda: session.channel.is_waiting)
    assert session.channel.take(wait=True)["do"] == "pause"
    wait_for(lambda: session.channel.is_waiting)
    assert sent == []
    session.is_training = False
    session.stop_after_fit()
    session.stop_after_fit()
    assert sent == [signal.SIGINT]


@pytest.mark.parametrize("goes_on", [False, True])
def test_without_its_host_a_script_ends_unless_it_should_go_on(sent, start, goes_on):
    wire, _ = start(b'{"script.on_host_death": "continue"}' if goes_on else b"{}")
    wire.close()
    if goes_on:
        assert sent == []
    else:
        wait_for(lambda: sent)
        assert sent == [(os.getpid(), signal.SIGTERM)]


def test_a_command_that_a_script_does_not_know_is_refused(sent, start):
    wire, session = start()
    wire.send(b'{"do": "dance", "id": 3}\n')
    wait_for(lambda: session.channel.is_waiting)
    session.steering.turn(None, None)
    why = "a script does not know this command"
    assert wire.events() == [{"event": "answer", "id": 3, "ok": False, "why": why}]


def test_a_module_of_keras_that_is_not_there_is_not_found():
    finder = KerasFinder()
    assert finder.find_spec("keras.engine.training", []) is None
    assert finder.find_spec("json", list(sys.path)) is None, "others find it"
