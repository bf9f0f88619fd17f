"""A .tar.gz with the recording, the best checkpoint, the configuration and the log."""

import gzip
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from nanotrain_tui.catalog import flatten
from nanotrain_tui.catalog.undecodable import shown
from nanotrain_tui.export.format_types import BinaryFormat, Options
from nanotrain_tui.export.formats.session import copy_recording
from nanotrain_tui.session import events
from nanotrain_tui.session.checkpoints import list_checkpoints, sha256_of
from nanotrain_tui.session.recording.portable import MANIFEST, MEMBER
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, out: BinaryIO, options: Options) -> None:
    """Write the archive. It has no file times and no owners, so the same session gives the same
    bytes. Raises RecordingError."""
    with tempfile.TemporaryDirectory(prefix="nanotrain-") as place:
        folder = Path(place)
        files = dict(_gather(reader, folder))
        hashes = {name: sha256_of(str(path)) for name, path in files.items()}
        manifest = folder / MANIFEST
        manifest.write_text(json.dumps({"files": hashes}, indent=1) + "\n")
        with (
            gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as packed,
            tarfile.open(fileobj=packed, mode="w") as bundle,
        ):
            for done, (name, path) in enumerate([(MANIFEST, manifest), *files.items()]):
                _add(bundle, name, path)
                options.progress((done + 1) / (len(files) + 1))


def _gather(reader: SessionReader, folder: Path) -> Iterator[tuple[str, Path]]:
    recording = folder / MEMBER
    copy_recording(reader, recording)
    yield MEMBER, recording
    whole = [one for one in list_checkpoints(reader.folder) if one.is_whole]
    chosen = [one for one in whole if one.best] or whole[-1:]
    for one in chosen:
        # A copy, because a running host may delete the file.
        copy = folder / one.file
        shutil.copyfile(Path(reader.folder.checkpoints, one.file), copy)
        yield f"checkpoints/{one.file}", copy
    segments = [segment._asdict() for segment in reader.segments()]
    ready = [event.body for event in reader.events([events.READY])]
    environment = {"segments": segments, "ready": ready}
    yield (
        "environment.json",
        _written(folder / "environment.json", json.dumps(environment, indent=1)),
    )
    yield "config.toml", _written(folder / "config.toml", _toml(reader))
    log = Path(reader.folder.log)
    if log.exists():
        copy = folder / "trainer.log"
        shutil.copyfile(log, copy)
        yield "trainer.log", copy


def _toml(reader: SessionReader) -> str:
    """The configuration for ``nanotrain train config.toml``."""
    import tomlkit

    from nanotrain_tui.catalog import nest

    config = flatten(reader.meta()["config"])
    values = {key: value for key, value in config.items() if value is not None}
    # TOML is UTF-8, so bytes of a path that are not UTF-8 are escaped.
    printable = {
        key: shown(value) if isinstance(value, str) else value for key, value in values.items()
    }
    return tomlkit.dumps(nest(printable))


def _written(path: Path, text: str) -> Path:
    path.write_text(text.rstrip() + "\n", encoding="utf-8")
    return path


def _add(bundle: tarfile.TarFile, name: str, path: Path) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mode = path.stat().st_size, 0o600
    with path.open("rb") as file:
        bundle.addfile(about, file)


FORMAT = BinaryFormat(
    "recording, best checkpoint, configuration and log in one .tar.gz, for nanotrain import",
    ".tar.gz", write,
)  # fmt: skip
