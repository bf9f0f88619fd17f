"""The CPU time that monitoring takes: host with tegrastats, and dashboard, per minute."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nanotrain_tui.cli.checks.machine import OK, WARN, Check
from nanotrain_tui.config import Folders
from nanotrain_tui.session.errors import SessionError

if TYPE_CHECKING:
    from nanotrain_tui.session.folder import SessionFolder

MAX_PER_MINUTE = 6.0  # CPU-seconds: a tenth of a core; more is a warning
MIN_ELAPSED_S = 5.0  # a shorter measurement is not meaningful
WINDOW_S = 600.0  # the end of the recording that is measured
MAX_SESSIONS = 20


@dataclass(frozen=True)
class Cost:
    """CPU time used during a period, both in seconds."""

    cpu_s: float
    elapsed_s: float

    @property
    def per_minute(self) -> float:
        return 60.0 * self.cpu_s / self.elapsed_s


@contextmanager
def dashboard_cost(folders: Folders) -> Iterator[None]:
    """Measure this process and save the result for ``nanotrain doctor``."""
    started, cpu_before = time.monotonic(), time.process_time()
    try:
        yield
    finally:
        cost = Cost(time.process_time() - cpu_before, time.monotonic() - started)
        _save(_file(folders), cost)


def check_cost(folders: Folders) -> Check:
    """Check the host of the newest session and the last dashboard."""
    parts, costs = [], []
    found = host_cost(folders)
    if found is not None:
        name, cost = found
        costs.append(cost)
        parts.append(f"host with telemetry {cost.per_minute:.1f} ({name})")
    dashboard = _load(_file(folders))
    if dashboard is not None:
        costs.append(dashboard)
        parts.append(f"dashboard {dashboard.per_minute:.1f} (the last one)")
    if not parts:
        return Check("monitor", OK, "its cost is measured during the first session")
    text = f"CPU-seconds per minute: {', '.join(parts)}"
    if all(cost.per_minute <= MAX_PER_MINUTE for cost in costs):
        return Check("monitor", OK, text)
    return Check(
        "monitor",
        WARN,
        text,
        "Increase telemetry.interval_s, or close the dashboard when you do not need it.",
    )


def host_cost(folders: Folders) -> tuple[str, Cost] | None:
    """The newest session whose host recorded its CPU time: its name and its recent cost."""
    from nanotrain_tui.session.folder import list_sessions

    listed = list_sessions(str(folders.home))
    for folder in sorted(listed, key=_age)[:MAX_SESSIONS]:
        cost = _cost_of(folder)
        if cost is not None:
            return folder.name, cost
    return None


def _age(folder: "SessionFolder") -> float:
    try:
        return -os.stat(folder.recording).st_mtime  # noqa: PTH116
    except OSError:
        return 0.0


def _cost_of(folder: "SessionFolder") -> Cost | None:
    from nanotrain_tui.session.bodies import number
    from nanotrain_tui.session.recording.reader import SessionReader

    try:
        with SessionReader(folder) as reader:
            end = reader.position()[1]
            samples = reader.samples_between(end - WINDOW_S, end)
    except SessionError:
        return None
    known = [
        (sample.t, cpu_s)
        for sample in samples
        if sample.segment == samples[-1].segment
        and (cpu_s := number(sample.body.get("host_cpu_s"))) is not None
    ]
    if not known or known[-1][0] - known[0][0] < MIN_ELAPSED_S:
        return None
    return Cost(max(0.0, known[-1][1] - known[0][1]), known[-1][0] - known[0][0])


def _file(folders: Folders) -> Path:
    return folders.cache / "dashboard-cost.json"


def _save(file: Path, cost: Cost) -> None:
    if cost.elapsed_s < MIN_ELAPSED_S:
        return
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(asdict(cost)))
        new.replace(file)
    except OSError:
        pass  # doctor does without this figure


def _load(file: Path) -> Cost | None:
    try:
        cost = Cost(**json.loads(file.read_text()))
        return cost if cost.elapsed_s > 0 and cost.cpu_s >= 0 else None
    except (OSError, ValueError, TypeError):
        return None
