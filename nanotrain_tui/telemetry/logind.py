"""Reads whether systemd-logind kills a user's processes, such as a host, at log-out.

Source: the manual page logind.conf(5).
"""

import os
import re
from typing import Dict, List, Optional

from .sysfs import read_text

# In the order of precedence of systemd: later ones win.
_FOLDERS = ("usr/lib/systemd", "usr/local/lib/systemd", "run/systemd", "etc/systemd")
_YES = ("1", "yes", "y", "true", "t", "on")
_NO = ("0", "no", "n", "false", "f", "off")


def logind_kills_user_processes(root: str = "/", user: Optional[str] = None) -> Optional[bool]:
    """Whether the processes of ``user`` (default: an ordinary user) are killed at log-out.

    ``None`` if no configuration says so: there is no logind, or its default is not named.
    """
    main = [os.path.join(root, folder, "logind.conf") for folder in _FOLDERS]
    main = [path for path in main if os.path.exists(path)]
    kills = None
    # defaults differ between distributions, which name them in comments of this file
    for path in main:
        named = re.search(r"^#\s*KillUserProcesses=(\S+)", _read(path), re.MULTILINE)
        kills = _boolean(named.group(1)) if named else kills
    settings: Dict[str, str] = {}
    for path in main[-1:] + _drop_ins(root):
        section = _login_section(_read(path))
        settings.update(section)
        own = _boolean(section.get("KillUserProcesses", ""))
        kills = kills if own is None else own
    if not kills or user is None:
        return kills
    only = settings.get("KillOnlyUsers", "").split()
    spared = settings.get("KillExcludeUsers", "root").split()
    return user not in spared and (not only or user in only)


def _read(path: str) -> str:
    return read_text(path, 1 << 16) or ""


def _drop_ins(root: str) -> List[str]:
    """Sorted by file name; of files with the same name the one in the last folder counts."""
    paths: Dict[str, str] = {}
    for folder in _FOLDERS:
        path = os.path.join(root, folder, "logind.conf.d")
        try:
            names = os.listdir(path)
        except OSError:
            continue
        for name in names:
            if name.endswith(".conf"):
                paths[name] = os.path.join(path, name)
    return [paths[name] for name in sorted(paths)]


def _login_section(text: str) -> Dict[str, str]:
    settings = {}
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line
        elif section == "[Login]" and line and line[0] not in "#;":
            key, _, value = line.partition("=")
            settings[key.strip()] = value.strip()
    return settings


def _boolean(text: str) -> Optional[bool]:
    text = text.lower()
    return True if text in _YES else False if text in _NO else None
