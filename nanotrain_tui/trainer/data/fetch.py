"""Downloads the four files of MNIST. This happens only when the user asks for it."""

import contextlib
import fcntl
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from typing import IO, Any, Callable, Iterator, NamedTuple, Sequence

from .dataset import DataError, Progress

#: Public copies of the original files, tried in turn.
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)

_PIECE = 1 << 16
_TIMEOUT_S = 30
_WHAT = "downloading MNIST"

# urllib.request.urlopen, or a stand-in: (request, timeout=seconds) -> response
Opener = Callable[..., Any]


class File(NamedTuple):
    """A file to fetch: its name on every mirror, its size and its SHA-256."""

    name: str
    size: int
    sha256: str


FILES = (
    File(
        "train-images-idx3-ubyte.gz",
        9630610,
        "71524e2cd1ad2968737f7f2f2ff69cbfc32df8ccddff51593f7cb2d4e0eb5b64",
    ),
    File(
        "train-labels-idx1-ubyte.gz",
        28878,
        "fe03b8bd7915f70bf5aa08be480aa413fbd85afcaa58b35d230d335f284fd88e",
    ),
    File(
        "t10k-images-idx3-ubyte.gz",
        1602050,
        "5634745efa576a17e7d4cf5cd9d09123c75e6538e5114267c2d156edaf519341",
    ),
    File(
        "t10k-labels-idx1-ubyte.gz",
        4517,
        "ae18e77e031ccde52407f794d123116439864147d33ac992975f85dd4dc42af6",
    ),
)


class _MirrorFailed(Exception):
    """This mirror cannot give the file now; the next one may."""


def download(
    dest_dir: str,
    progress: Progress,
    opener: Opener = urllib.request.urlopen,
    mirrors: Sequence[str] = MIRRORS,
    files: Sequence[File] = FILES,
) -> None:
    """Download the four files of MNIST into ``dest_dir``; valid files that exist are kept.

    A file is downloaded as NAME.part, checked, and then renamed. An interrupted download continues
    where it stopped, also the next time. Raises DataError when no mirror gives a file or it cannot
    be written.
    """
    total = sum(file.size for file in files)
    before = 0
    try:
        os.makedirs(dest_dir, exist_ok=True)
        for file in files:
            done = before

            def report(size: int, done: int = done) -> None:
                progress(_WHAT, (done + size) / total)

            report(0)
            path = os.path.join(dest_dir, file.name)
            if not _is_sound(path, file):
                _fetch(path, file, mirrors, opener, report)
            before += file.size
    except OSError as error:
        raise DataError(
            "data.dir",
            "MNIST cannot be written to %s: %s." % (dest_dir, error.strerror or error),
        ) from None
    progress(_WHAT, 1.0)


def _is_sound(path: str, file: File) -> bool:
    return (
        os.path.isfile(path) and os.path.getsize(path) == file.size and _sha256(path) == file.sha256
    )


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for piece in iter(lambda: stream.read(_PIECE), b""):
            digest.update(piece)
    return digest.hexdigest()


def _fetch(
    path: str, file: File, mirrors: Sequence[str], opener: Opener, report: Callable[[int], None]
) -> None:
    reasons = []
    with open(path + ".part", "ab") as part:
        _lock(part, path)
        for mirror in mirrors:
            try:
                _complete(part, mirror + file.name, file.size, opener, report)
                _verify(part, path + ".part", file.sha256)
            except _MirrorFailed as error:
                reasons.append("%s %s" % (mirror, error))
            else:
                os.fsync(part.fileno())
                os.replace(path + ".part", path)
                return
    raise DataError("data.dir", "%s could not be downloaded: %s." % (file.name, "; ".join(reasons)))


def _lock(part: IO[bytes], path: str) -> None:
    """Lock the folder: two downloads would damage a file. The lock ends with the descriptor."""
    try:
        fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DataError("data.dir", "Another nanotrain is downloading %s." % path) from None


def _complete(
    part: IO[bytes], url: str, size: int, opener: Opener, report: Callable[[int], None]
) -> None:
    """Download ``part`` up to ``size`` bytes, continuing it if the mirror supports that."""
    have = os.fstat(part.fileno()).st_size
    if have >= size:
        return
    with _asking():
        response = opener(_request(url, have), timeout=_TIMEOUT_S)
    with response:
        have = _start(response, have, size)
        part.truncate(have)
        while have < size:
            with _asking():
                piece = response.read(min(_PIECE, size - have))
            if not piece:
                raise _MirrorFailed("broke off after %d of %d bytes" % (have, size))
            part.write(piece)
            part.flush()
            have += len(piece)
            report(have)


@contextlib.contextmanager
def _asking() -> Iterator[None]:
    """Turn errors of the network into a failure of the mirror; a full disk is none."""
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it holds the connection
        raise _MirrorFailed("failed (%s)" % (error or type(error).__name__)) from None


def _request(url: str, have: int) -> urllib.request.Request:
    return urllib.request.Request(url, headers={"Range": "bytes=%d-" % have} if have else {})


def _start(response: Any, have: int, size: int) -> int:
    """The offset of the bytes of ``response``. Refuses a page that is not the file."""
    if response.getcode() == 206:
        span = response.headers.get("Content-Range", "")
        if span != "bytes %d-%d/%d" % (have, size - 1, size):
            raise _MirrorFailed("has another file: sends %r" % span)
        return have
    length = response.headers.get("Content-Length", "")
    if length not in ("", str(size)):
        raise _MirrorFailed("has another file: expected %d bytes, found %s" % (size, length))
    return 0


def _verify(part: IO[bytes], path: str, sha256: str) -> None:
    found = _sha256(path)
    if found != sha256:
        part.truncate(0)
        raise _MirrorFailed("gave a wrong file: expected SHA-256 %s, found %s" % (sha256, found))
