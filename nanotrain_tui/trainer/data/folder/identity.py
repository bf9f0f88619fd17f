"""A short text that is the same for the same pictures: their names, sizes and times."""

import hashlib
import json
from typing import Any, Iterable, Mapping, Tuple

from ..identity import feed_parts
from .preparation import PicturePreparation
from .walk import File

_DECODING = 1  # changes where a picture becomes other bytes


def identity_of_pictures(
    files: Iterable[Tuple[str, File]], config: Mapping[str, Any], preparation: PicturePreparation,
    more: Any = None,
) -> str:  # fmt: skip
    """The hash of the relative paths, sizes and times of files, their parts and their inputs."""
    digest = hashlib.sha256(_text(_states(files)))
    feed_parts(digest, config)
    found = dict(preparation.as_json(), skip=bool(config.get("data.skip_damaged")), more=more)
    found["target"] = dict(found["target"], mean=None, deviation=None)
    digest.update(_text(found))
    return digest.hexdigest()


def key_of_pictures(files: Iterable[Tuple[str, File]], preparation: PicturePreparation) -> str:
    """The hash of what decides the bytes of the decoded pictures, for the name of their cache."""
    how = [_DECODING, list(preparation.size), preparation.fit, preparation.color]
    return hashlib.sha256(_text([_states(files), how])).hexdigest()[:32]


def _states(files: Iterable[Tuple[str, File]]) -> Any:
    return [[name, file.size, file.mtime_ns] for name, file in files]


def _text(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True).encode("ascii")
