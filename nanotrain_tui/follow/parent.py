"""The session that a fork began from, as its recording names it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nanotrain_tui.session.names import is_name


def parent_of(meta: Mapping[str, Any]) -> dict[str, Any] | None:
    """The keys ``session``, ``checkpoint`` and ``step`` of a fork; None for other sessions.

    ``meta`` is that of ``SessionReader.meta``.
    """
    try:
        parent = json.loads(meta.get("parent") or "null")
    except ValueError:
        return None
    return parent if isinstance(parent, dict) else None


def parent_name(meta: Mapping[str, Any]) -> str:
    """The name of the parent; empty if the session is no fork."""
    name = (parent_of(meta) or {}).get("session")
    return name if isinstance(name, str) and is_name(name) else ""
