"""The sources of data, one module each, holding ``SOURCE``; found by folder.

A new source is a module here and a row in the catalog's ``DATASETS``.
"""

import importlib
import pkgutil
from typing import Dict, List

from ..source import Source


def source_names() -> List[str]:
    """The modules of this folder, with - in place of _, without loading any."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))


def source_of(name: str) -> Source:
    """The source of that name. Raises KeyError."""
    if name not in source_names():
        raise KeyError(name)
    module = name.replace("-", "_")
    source: Source = importlib.import_module("." + module, __name__).SOURCE
    return source


def automatic_sources() -> Dict[str, Source]:
    """The sources that ``data.name = auto`` tries, in their order."""
    sources = {name: source_of(name) for name in source_names()}
    tried = [name for name in sources if sources[name].automatic]
    return {name: sources[name] for name in sorted(tried, key=lambda n: sources[n].automatic)}
