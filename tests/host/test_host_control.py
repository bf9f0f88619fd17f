"""The control socket with slow, faulty and many clients."""

import contextlib
import json
import os
import resource
import socket
import stat
import threading

import pytest
from hosting import Peers, connect, wait_for

from nanotrain_tui.host import control as control_module
from nanotrain_tui.host.control import _LONGEST_REQUEST, ControlServer
from nanotrain_tui.host.event_loop import Loop
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
    control.stop_listening()
    control.close()
    loop.close()
    assert not (tmp_path / "control.sock").exists()


def ask(connection, data):
    connection.sendall(data)
    with connection.makefile("rb") as answers:
        return json.loads(answers.readline())


def test_only_its_user_may_connect(server):
    assert stat.S_IMODE(server.stat().st_mode) == 0o600


@pytest.mark.parametrize(("uid", "is_heard"), [(1000, True), (0, True), (1001, False)])
def test_a_client_is_heard_if_its_user_is_the_hosts_or_root(server, monkeypatch, uid, is_heard):
    """Another user may reach the socket where the folder's rights were changed by hand."""
    monkeypatch.setattr(control_module.os, "getuid", lambda: 1000)
    monkeypatch.setattr(control_module, "_PEER", Peers(uid))
    with connect(server) as connection:
        try:
            connection.sendall(b'{"id": 1, "do": "echo"}\n')
            answer = connection.recv(1)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
    assert answer == (b"{" if is_heard else b"")


def test_ids_come_back_as_they_were(server):
    with connect(server) as connection:
        for number in (1, "two", None, 2.5):
            request = json.dumps({"id": number, "do": "echo"}).encode()
            assert ask(connection, request + b"\n")["id"] == number
        for number in (b"[1]", b"NaN", b"-Infinity", b"1e999"):
            assert ask(connection, b'{"id": %s, "do": "echo"}\n' % number)["id"] is None


@pytest.mark.parametrize(
    "line", [b"\n", b"hello\n", b"[1]\n", b"\xff\xfe\n", b"[" * 60_000 + b"\n", b"nan\n"]
)
def test_an_invalid_request_is_answered_with_the_valid_form(server, line):
    with connect(server) as connection:
        answer = ask(connection, line)
        assert not answer["ok"]
        assert "JSON object" in answer["why"]
        assert ask(connection, b'{"id": 3, "do": "echo"}\n')["id"] == 3


def test_a_client_whose_request_is_a_byte_too_long_is_disconnected_with_the_reason(server):
    with connect(server) as connection:
        connection.sendall(b"x" * (_LONGEST_REQUEST + 1))
        (answer,) = connection.makefile("rb").read().splitlines()
        assert json.loads(answer)["why"] == "the request is too long"


def test_a_client_whose_request_has_no_end_is_disconnected(server):
    with connect(server) as connection, pytest.raises((BrokenPipeError, ConnectionResetError)):
        while True:
            connection.sendall(b"x" * 1_000_000)


def test_a_client_that_never_reads_does_not_block_others(server):
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


def test_a_client_that_never_reads_is_disconnected(server):
    """Its answers would fill the host's memory."""
    request = b'{"id": 1, "do": "echo", "text": "' + b"x" * 1000 + b'"}\n'
    with connect(server) as rude, pytest.raises((BrokenPipeError, ConnectionResetError)):
        for _ in range(50_000):
            rude.sendall(request)


def test_answers_that_are_read_late_come_whole(server):
    """Those of a megabyte wait in the host while the client does something else."""
    request = b'{"id": 1, "do": "echo", "text": "' + b"x" * 1000 + b'"}\n'
    with connect(server) as slow, slow.makefile("rb") as answers:
        slow.sendall(request * 900)
        found = [len(json.loads(answers.readline())["echo"]["text"]) for _ in range(900)]
    assert found == [1000] * 900


def test_with_too_many_clients_the_most_idle_one_is_disconnected(server):
    connections = [connect(server) for _ in range(32)]
    try:
        for connection in connections[1:]:
            assert ask(connection, b'{"id": 1, "do": "echo"}\n')["ok"]
        with connect(server) as newest:
            assert ask(newest, b'{"id": 1, "do": "echo"}\n')["ok"]
            assert connections[0].recv(10) == b"", "it never asked"
            assert ask(connections[1], b'{"id": 1, "do": "echo"}\n')["ok"]
    finally:
        for connection in connections:
            connection.close()


def test_if_all_clients_wait_for_an_answer_another_is_refused(server):
    connections = [connect(server) for _ in range(32)]
    try:
        for connection in connections:
            connection.sendall(b'{"id": 1, "do": "keep"}\n')
        with connect(server) as one_more, one_more.makefile("rb") as answers:
            assert "too many clients" in json.loads(answers.readline())["why"]
    finally:
        for connection in connections:
            connection.close()


def test_answers_to_disconnected_clients_are_dropped(server):
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


def test_a_client_waits_for_a_place_in_the_queue(held_folder, monkeypatch):
    waiting = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{held_folder.path}/control.sock")
        listening.listen(0)
        with pytest.raises(BlockingIOError):
            while True:
                waiting.append(socket.socket(socket.AF_UNIX))
                waiting[-1].setblocking(False)
                waiting[-1].connect(listening.getsockname())
        monkeypatch.setattr("time.sleep", lambda _: waiting.append(listening.accept()[0]))
        with pytest.raises(NotResponding, match="no answer in"):
            ControlClient(held_folder).request("status", timeout=0.5)
    for connection in waiting:
        connection.close()


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
        control.stop_listening()
        control.close()
        loop.close()


def test_without_free_descriptors_a_client_is_refused_and_the_loop_pauses(tmp_path):
    loop = Loop()
    control = ControlServer(str(tmp_path), loop, lambda request, reply: reply({"ok": True}))
    clients = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(3)]
    path = str(tmp_path / "control.sock")
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = []
    try:
        for client in clients:
            client.connect(path)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, limit[1]))
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        loop.turn(0.0)
        clients[0].settimeout(30)
        assert "descriptor" in json.loads(clients[0].recv(1000))["why"]
        assert not loop.watches(control._listening.fileno()), "it takes a break"
        os.close(taken.pop())
        os.close(taken.pop())
        while not loop.watches(control._listening.fileno()):
            loop.turn(1.0)
        clients[1].sendall(b'{"id": 1, "do": "status"}\n')
        clients[1].setblocking(False)
        for _ in range(3):  # taken, read, answered
            loop.turn(0.0)
        assert json.loads(clients[1].recv(1000))["ok"]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
        for fd in taken:
            os.close(fd)
        for client in clients:
            client.close()
        control.stop_listening()
        control.close()
        loop.close()


def test_a_client_that_disconnects_leaves_nothing_open(tmp_path):
    loop = Loop()
    control = ControlServer(str(tmp_path), loop, lambda request, reply: reply({"ok": True}))
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for sent in (b"", b'{"id": 1, "do": "status"}\n', b'{"id": 1'):
        with connect(tmp_path / "control.sock") as client:
            client.sendall(sent)
            for _ in range(3):  # taken, read, answered
                loop.turn(0.0)
        loop.turn(1.0)
        assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    control.stop_listening()
    control.close()
    loop.close()


def test_incomplete_lines_do_not_block_other_clients(server):
    rude = [connect(server) for _ in range(33)]
    try:
        for connection in rude:
            with contextlib.suppress(BrokenPipeError):  # one more than may stay: it was dropped
                connection.sendall(b'{"id": 1, "do":')
        with connect(server) as polite:
            assert ask(polite, b'{"id": 2, "do": "echo"}\n')["id"] == 2
    finally:
        for connection in rude:
            connection.close()


def test_a_client_that_waits_for_its_answer_keeps_its_place(server):
    with connect(server) as patient:
        patient.sendall(b'{"id": 1, "do": "keep"}\n')
        rude = [connect(server) for _ in range(40)]
        try:
            with connect(server) as polite:
                assert ask(polite, b'{"id": 2, "do": "release"}\n')["ok"]
            with patient.makefile("rb") as answers:
                assert json.loads(answers.readline())["id"] == 1
        finally:
            for connection in rude:
                connection.close()


def test_a_client_that_does_not_complete_a_line_in_time_is_disconnected(tmp_path):
    now = [100.0]
    loop = Loop(clock=lambda: now[0])
    control = ControlServer(str(tmp_path), loop, lambda request, reply: reply({"ok": True}))
    try:
        with connect(tmp_path / "control.sock") as slow, connect(tmp_path / "control.sock") as idle:
            slow.sendall(b'{"id": 1,')
            for _ in range(3):
                loop.turn(0.0)
            now[0] += 11.0
            loop.turn(0.0)
            assert slow.recv(10) == b"", "it was hung up on"
            idle.sendall(b'{"id": 2, "do": "status"}\n')
            loop.turn(0.0)
            assert json.loads(idle.recv(1000))["id"] == 2
    finally:
        control.stop_listening()
        control.close()
        loop.close()


def test_a_client_that_was_dropped_connects_again(tmp_path, host):
    session = host("slow", train__steps=10**6)
    assert session.do("status")["ok"]
    rude = []
    try:
        for _ in range(40):
            rude.append(connect(session.folder.socket))
            assert ask(rude[-1], b'{"id": 1, "do": "status"}\n')["ok"]
        assert session.do("status")["ok"]
    finally:
        for connection in rude:
            connection.close()
