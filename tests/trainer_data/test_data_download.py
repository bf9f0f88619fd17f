"""The download, against a server on this machine that behaves well and badly."""

import fcntl
import hashlib
import http.server
import io
import re
import threading
from email.message import Message
from urllib.error import HTTPError, URLError

import pytest

from nanotrain_tui.trainer.data import DataError
from nanotrain_tui.trainer.data.fetch import FILES, MIRRORS, File, download

CONTENT = {
    "one.gz": bytes(range(256)) * 1000,
    "two.gz": b"labels" * 50,
}
SMALL = [
    File(name, len(content), hashlib.sha256(content).hexdigest())
    for name, content in CONTENT.items()
]


class _Mirror(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT with ranges; the folder in the URL says how badly."""

    def do_GET(self):
        _, how, name = self.path.split("/")
        self.server.asked.append((how, name, self.headers.get("Range")))
        content = CONTENT[name]
        if how == "gone":
            self.send_error(404)
            return
        if how == "portal":
            content = b"<html>Please log in</html>"
        if how == "wrong":
            content = content[::-1]
        start = self._start() if how not in ("portal", "no-ranges") else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        if start:
            told = 0 if how == "other-range" else start
            span = f"bytes {told}-{len(content) - 1}/{len(content)}"
            self.send_header("Content-Range", span)
        self.end_headers()
        end = len(content) // 2 if how == "drops" else len(content)
        self.wfile.write(content[start:end])

    def _start(self):
        match = re.match(r"bytes=(\d+)-$", self.headers.get("Range", ""))
        return int(match.group(1)) if match else 0

    def log_message(self, *_):
        pass


@pytest.fixture()
def server():
    with http.server.HTTPServer(("127.0.0.1", 0), _Mirror) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _mirrors(server, *hows):
    return [f"http://127.0.0.1:{server.server_port}/{how}/" for how in hows]


def _get(folder, server, *hows, files=SMALL):
    seen = []
    download(
        str(folder),
        lambda what, fraction: seen.append((what, fraction)),
        mirrors=_mirrors(server, *hows),
        files=files,
    )
    return seen


def _all_there(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT


def _fails(folder, server, *hows):
    with pytest.raises(DataError) as caught:
        _get(folder, server, *hows)
    assert caught.value.key == "data.dir"
    assert not (folder / "one.gz").exists()
    return caught.value.message


def test_all_files_come_with_progress(tmp_path, server):
    folder = tmp_path / "not" / "there"
    seen = _get(folder, server, "good")
    assert _all_there(folder)
    assert {what for what, _ in seen} == {"downloading MNIST"}
    fractions = [fraction for _, fraction in seen]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert len(fractions) > 4


def test_sound_files_are_left_alone_and_wrong_ones_replaced(tmp_path, server):
    _get(tmp_path, server, "good")
    (tmp_path / "two.gz").write_bytes(b"wrong!" * 50)
    server.asked.clear()
    _get(tmp_path, server, "good")
    assert server.asked == [("good", "two.gz", None)]
    assert _all_there(tmp_path)


def test_a_dropped_connection_is_gone_on_with_next_time(tmp_path, server):
    half = len(CONTENT["one.gz"]) // 2
    message = _fails(tmp_path, server, "drops")
    assert f"broke off after {half} of {2 * half} bytes" in message
    assert (tmp_path / "one.gz.part").read_bytes() == CONTENT["one.gz"][:half]
    server.asked.clear()
    seen = _get(tmp_path, server, "good")
    assert server.asked[0] == ("good", "one.gz", f"bytes={half}-")
    assert _all_there(tmp_path)
    assert not [fraction for _, fraction in seen[1:] if fraction < 0.4]


def test_the_next_mirror_goes_on_where_the_first_broke_off(tmp_path, server):
    _get(tmp_path, server, "drops", "good")
    assert ("good", "one.gz", "bytes=128000-") in server.asked
    assert _all_there(tmp_path)


def test_a_mirror_without_ranges_sends_all_again(tmp_path, server):
    (tmp_path / "one.gz.part").write_bytes(CONTENT["one.gz"][:999])
    _get(tmp_path, server, "no-ranges")
    assert _all_there(tmp_path)


@pytest.mark.parametrize("part", [b"rubbish", b"x" * 256_000, b"x" * 300_000])
def test_a_part_that_is_rubbish_does_not_stay(tmp_path, server, part):
    (tmp_path / "one.gz.part").write_bytes(part)
    _get(tmp_path, server, "good", "good")
    assert _all_there(tmp_path)


def test_a_wrong_file_is_never_taken(tmp_path, server):
    message = _fails(tmp_path, server, "wrong")
    assert f"expected SHA-256 {SMALL[0].sha256}" in message
    assert (tmp_path / "one.gz.part").read_bytes() == b""
    _get(tmp_path, server, "wrong", "good")
    assert _all_there(tmp_path)


@pytest.mark.parametrize("how", ["portal", "other-range", "gone"])
def test_what_is_not_the_file_spoils_nothing(tmp_path, server, how):
    (tmp_path / "one.gz.part").write_bytes(CONTENT["one.gz"][:1000])
    message = _fails(tmp_path, server, how)
    assert "one.gz could not be downloaded: http://127.0.0.1" in message
    assert (tmp_path / "one.gz.part").read_bytes() == CONTENT["one.gz"][:1000]


def test_every_mirrors_reason_is_given(tmp_path, server):
    message = _fails(tmp_path, server, "gone", "portal")
    assert "/gone/ failed (HTTP Error 404" in message
    assert "/portal/ has another file: expected 256000 bytes, found 26" in message


def test_no_network(tmp_path):
    def opener(request, timeout):
        raise URLError("Network is unreachable")

    with pytest.raises(DataError, match=r"Network is unreachable.*Network is unreachable"):
        download(str(tmp_path), lambda *_: None, opener=opener)


def test_a_folder_that_cannot_be_written(tmp_path, server):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"cannot be written to .*file/below: Not a directory"):
        _get(tmp_path / "file" / "below", server, "good")
    assert server.asked == []


def test_a_full_disk_is_no_fault_of_the_mirrors(tmp_path, server, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError, match=r"cannot be written to .*No space left on device"):
        _get(tmp_path, server, "good", "good")
    assert len(server.asked) == 1


def test_only_one_at_a_time(tmp_path, server):
    with (tmp_path / "one.gz.part").open("ab") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="Another nanotrain is downloading"):
            _get(tmp_path, server, "good")


def test_what_the_caller_raises_to_stop_leaves_the_part(tmp_path, server):
    def stop(what, fraction):
        if fraction > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(str(tmp_path), stop, mirrors=_mirrors(server, "good"), files=SMALL)
    assert (tmp_path / "one.gz.part").stat().st_size > 100_000


def test_nothing_is_fetched_from_elsewhere_than_a_mirror_over_tls():
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in MIRRORS)


@pytest.mark.shared
def test_the_sums_are_those_of_the_original_files(shared):
    for file in FILES:
        content = (shared / "data" / "mnist" / file.name).read_bytes()
        assert len(content) == file.size
        assert hashlib.sha256(content).hexdigest() == file.sha256


def test_the_connection_to_a_mirror_that_refuses_is_closed(tmp_path):
    page = io.BytesIO(b"not here")

    def refuse(request, timeout):
        raise HTTPError(request.full_url, 404, "Not Found", Message(), page)

    with pytest.raises(DataError, match="404"):
        download(
            str(tmp_path), lambda *_: None, mirrors=["http://mirror/"], files=SMALL, opener=refuse
        )
    assert page.closed
