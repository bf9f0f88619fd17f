"""The control socket against clients that are slow, rude or many."""

import json
import os
import socket
import stat
import threading

import pytest
from hosting import wait_for

from nanotrain_tui.host.control import ControlServer
from nanotrain_tui.host.loop import Loop
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import NotResponding, NotRunning
from nanotrain_tui.session.folder import SessionFolder


@pytest.fixture
def server(tmp_path):
    """A server that answers every request with itself, in a thread."""
    loop = Loop()
    kept = []

    def handle(request, reply):
        if request.get("do") == "keep":
            kept.append(reply)
        elif request.get("do") == "release":
            for answer in [*kept, reply]:
                answer({"ok": True, "kept": len(kept)})
        else:
            reply({"ok": True, "echo": request})

    control = ControlServer(str(tmp_path), loop, handle)
    over = threading.Event()

    def turn():
        while not over.is_set():
            loop.turn(1.0)

    thread = threading.Thread(target=turn)
    thread.start()
    yield tmp_path / "control.sock"
    over.set()
    loop.wake()
    thread.join()
    control.leave()
    control.hang_up()
    loop.close()
    assert not (tmp_path / "control.sock").exists()


def connect(path):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(path))  # with a time limit it would not wait for a place in the queue
    connection.settimeout(30)
    return connection


def ask(connection, data):
    connection.sendall(data)
    with connection.makefile("rb") as answers:
        return json.loads(answers.readline())


def test_only_its_user_may_connect(server):
    assert stat.S_IMODE(server.stat().st_mode) == 0o600


def test_ids_come_back_as_they_were(server):
    with connect(server) as connection:
        for number in (1, "two", None, 2.5):
            request = json.dumps({"id": number, "do": "echo"}).encode()
            assert ask(connection, request + b"\n")["id"] == number
        assert ask(connection, b'{"id": [1], "do": "echo"}\n')["id"] is None


@pytest.mark.parametrize(
    "line", [b"\n", b"hello\n", b"[1]\n", b"\xff\xfe\n", b"[" * 60_000 + b"\n", b"nan\n"]
)
def test_what_is_no_request_is_answered_with_how_it_should_be(server, line):
    with connect(server) as connection:
        answer = ask(connection, line)
        assert not answer["ok"]
        assert "JSON object" in answer["why"]
        assert ask(connection, b'{"id": 3, "do": "echo"}\n')["id"] == 3


def test_a_request_without_end_is_hung_up_on(server):
    with connect(server) as connection:
        try:
            connection.sendall(b"x" * 1_000_000)
        except OSError:
            pass  # it hung up before all was sent
        try:
            rest = connection.makefile("rb").read()
        except ConnectionResetError:
            rest = b""
        assert rest == b"" or "too long" in json.loads(rest.splitlines()[0])["why"]


def test_a_client_that_never_reads_holds_up_nobody(server):
    with connect(server) as rude, connect(server) as polite:
        rude.setblocking(False)
        request = b'{"id": 1, "do": "echo", "text": "' + b"x" * 1000 + b'"}\n'
        sent = 0
        try:
            while sent < 50_000_000:
                sent += rude.send(request * 20)
                if sent % 10 == 0:
                    ask(polite, b'{"id": 1, "do": "echo"}\n')
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass
        assert ask(polite, b'{"id": 7, "do": "echo"}\n')["id"] == 7


def test_more_clients_than_there_may_be_are_turned_away(server):
    connections = [connect(server) for _ in range(40)]
    try:
        assert ask(connections[0], b'{"id": 1, "do": "echo"}\n')["ok"]
        turned_away = [c for c in connections[32:] if c.recv(10) == b""]
        assert len(turned_away) == 8
        connections[1].close()
        wait_for(lambda: is_served(server), "a free place")
    finally:
        for connection in connections:
            connection.close()


def is_served(server):
    with connect(server) as connection:
        try:
            connection.sendall(b'{"id": 1, "do": "echo"}\n')
            return connection.recv(10) != b""
        except (BrokenPipeError, ConnectionResetError):
            return False


def test_answers_to_those_who_left_go_nowhere(server):
    with connect(server) as leaver:
        leaver.sendall(b'{"id": 1, "do": "keep"}\n{"id": 2, "do": "echo"}\n')
        leaver.recv(10)
    with connect(server) as connection:
        assert ask(connection, b'{"id": 1, "do": "release"}\n')["kept"] == 1


@pytest.fixture
def held_folder(tmp_path):
    """A folder whose lock is held, as by a host."""
    import fcntl

    folder = SessionFolder(str(tmp_path))
    with open(folder.lock, "w") as lock:  # noqa: PTH123
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def test_a_client_says_when_there_is_no_host(tmp_path):
    with pytest.raises(NotRunning, match="is not running"):
        ControlClient(SessionFolder(str(tmp_path))).request("status")


def test_a_client_says_when_a_host_does_not_answer(held_folder, server):
    with ControlClient(held_folder) as client:
        with pytest.raises(NotResponding, match=r"no answer in 0\.05 s"):
            client.request("keep", timeout=0.05)
        assert client.request("status")["ok"], "and it connects anew"


def test_a_client_says_when_a_live_host_has_no_socket(held_folder):
    with pytest.raises(NotResponding), ControlClient(held_folder) as client:
        client.request("status")


def test_a_client_reaches_a_socket_of_any_length(tmp_path):
    deep = tmp_path / ("d" * 200)
    deep.mkdir()
    loop = Loop()
    control = ControlServer(str(deep), loop, lambda request, reply: reply({"ok": True}))
    lock = os.open(deep / "lock", os.O_CREAT | os.O_RDWR)
    try:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        answers = []
        client = ControlClient(SessionFolder(str(deep)))
        thread = threading.Thread(target=lambda: answers.append(client.request("status")))
        thread.start()
        wait_for(lambda: loop.turn(0.05) or answers, "the answer")
        thread.join()
        client.close()
        assert answers == [{"ok": True, "id": 1}]
    finally:
        os.close(lock)
        control.leave()
        control.hang_up()
        loop.close()
