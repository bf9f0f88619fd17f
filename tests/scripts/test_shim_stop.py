"""A stop, and the end of the host, in a script that is in none of the hooks."""

import os
import signal
from types import SimpleNamespace

import pytest
from hosting import wait_for
from shim_wire import Wire

from nanotrain_tui.script_shim._nanotrain_shim import session as module


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


def started(config=b"{}"):
    wire = Wire()
    wire.send(b'{"do": "start", "config": ' + config + b"}\n")
    session = module.Session(wire.channel)
    assert wire.events()[0]["event"] == "ready"
    return wire, session


def test_outside_of_training_a_stop_is_answered_once_and_interrupts(sent):
    wire, session = started()
    wire.send(b'{"do": "stop", "id": 3}\n')
    wait_for(lambda: sent)
    assert (sent, session.is_stopping) == ([signal.SIGINT], True)
    assert wire.events() == [{"event": "answer", "id": 3, "ok": True}]
    wire.send(b'{"do": "pause", "id": 4}\n')
    assert session.channel.take(wait=True)["do"] == "pause", "the stop waits no more"
    wire.close()


def test_within_fit_a_stop_waits_for_the_end_of_the_batch(sent):
    wire, session = started()
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
    wire.close()


@pytest.mark.parametrize("goes_on", [False, True])
def test_without_its_host_a_script_ends_unless_it_should_go_on(sent, goes_on):
    wire, _ = started(b'{"script.on_host_death": "continue"}' if goes_on else b"{}")
    wire.close()
    if goes_on:
        assert sent == []
    else:
        wait_for(lambda: sent)
        assert sent == [(os.getpid(), signal.SIGTERM)]
