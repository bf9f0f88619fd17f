"""The data to train on, from one of the ``sources``.

Configuration keys used: ``data.name`` (a source, or auto: the first that has data), the keys each
source names, those of ``parts``, ``data_dirs`` (further folders to look in) and ``cache_dir`` (may
be absent).
All paths are absolute. Every error is a DataError.
"""

from typing import Any, Callable, Dict, List, Mapping, Tuple, TypeVar

from .dataset import DataError, Dataset, Progress
from .parts import part_sizes, with_parts
from .source import Source
from .sources import automatic_sources, source_names, source_of

__all__ = [
    "AUTO", "DataError", "Dataset", "Progress", "Source", "automatic_sources", "drawn_fraction_of",
    "inspect", "load", "source_names", "source_of",
]  # fmt: skip

AUTO = "auto"
Found = TypeVar("Found")


def load(config: Mapping[str, Any], progress: Progress) -> Dataset:
    """The images and labels of a configuration. Raises DataError."""
    _, dataset, why = _first(config, lambda source: source.load(config, progress))
    dataset = with_parts(dataset, config)
    return dataset._replace(source=why) if why else dataset


def inspect(config: Mapping[str, Any]) -> Dict[str, Any]:
    """Describe what ``load`` would return, after all of its checks but without keeping any image.

    Never raises: ``{"ok": False, "key": ..., "message": ...}`` says what is wrong.
    """
    try:
        name, facts, why = _first(config, lambda source: source.inspect(config))
        facts = dict(facts, **part_sizes(facts["train"], config))
    except DataError as error:
        return {"ok": False, "key": error.key, "message": error.message}
    except MemoryError:
        message = "There is not enough memory on this machine to look at this data."
        return {"ok": False, "key": "data.name", "message": message}
    return dict(facts, ok=True, name=name, source=why or facts["source"])


def drawn_fraction_of(name: Any) -> float:
    """The drawn fraction of an image's side, for sessions that recorded only the name of their
    data.
    """
    known = list(automatic_sources().values())
    return source_of(name).drawn_fraction if name in source_names() else known[0].drawn_fraction


def _first(config: Mapping[str, Any], use: Callable[[Source], Found]) -> Tuple[str, Found, str]:
    """The name of the source, the result of ``use``, and why auto did not take the others."""
    name = config.get("data.name", AUTO)
    if name != AUTO:
        return str(name), use(_source(name)), ""
    sources = automatic_sources()
    reasons: List[str] = []
    for name, source in sources.items():
        try:
            found = use(source)
        except DataError as error:
            last = len(reasons) == len(sources) - 1
            if last or any(config.get(key) for key in source.keys):
                raise  # the user has named its place, or there is no other
            reasons.append(error.brief)
        else:
            return name, found, "; ".join([*reasons, source.instead]) if reasons else ""
    raise DataError("data.name", "There is no source of data.")


def _source(name: Any) -> Source:
    names = [AUTO, *automatic_sources()]
    names += [other for other in source_names() if other not in names]
    if name not in names:
        listed = "%s or %s" % (", ".join(names[:-1]), names[-1])
        raise DataError("data.name", "No such data: %r; expected %s." % (name, listed))
    return source_of(name)
