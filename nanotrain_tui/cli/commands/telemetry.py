"""``nanotrain telemetry``: what the board does now, and tegrastats' logs for other programs."""

import json
import select
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog.formats import plural
from nanotrain_tui.cli.exit_status import FINISHED, CommandError, note
from nanotrain_tui.cli.options import Asked, json_option, tegrastats_option
from nanotrain_tui.cli.signals import StopRequests
from nanotrain_tui.cli.telemetry.rows import LIVE, CsvRows, PlainRows

if TYPE_CHECKING:
    from nanotrain_tui.telemetry.monitor import Monitor

LONGEST_INTERVAL_MS = 24 * 3600 * 1000

Show = Callable[[Mapping[str, Any]], None]


@click.command("telemetry")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, its header first.")
@click.option(
    "--interval", metavar="MS", type=click.IntRange(1, LONGEST_INTERVAL_MS), default=1000,
    show_default=True, help="Milliseconds between samples.",
)  # fmt: skip
@click.option("--count", metavar="N", type=click.IntRange(1), help="End after N samples.")
@click.option(
    "--from", "log", metavar="LOG", type=click.Path(allow_dash=True),
    help="Convert a log of tegrastats ('-': standard input; may be gzipped) in place of measuring.",
)  # fmt: skip
@tegrastats_option
@click.pass_obj
def command(
    asked: Asked, as_json: bool, as_csv: bool, interval: int, count: int | None, log: str | None
) -> int:
    """Print what this board does: loads, clocks, memory, temperatures, power.

    From tegrastats where there is one, else from the kernel's files, NVML and psutil; each sample
    says who measured it. Nothing needs root. --json prints one object a line, --csv a table whose
    columns are the usual ones and those of the first sample. Ctrl+C ends it.

    --from reads a log that 'tegrastats --logfile LOG' wrote, of any Jetson and release, and prints
    one JSON object a line; lines that are no samples are counted and told at the end.

    \b
    nanotrain telemetry
    nanotrain telemetry --json --interval 250 | jq .gpu_load_percent
    nanotrain telemetry --csv --count 60 > minute.csv
    nanotrain telemetry --from tegrastats.log | jq -c '[.timestamp, .temperatures_c.GPU]'
    ssh nano tegrastats | nanotrain telemetry --from - --csv
    """
    if as_json and as_csv:
        raise CommandError("--json and --csv exclude each other.")
    if log is not None:
        from nanotrain_tui.cli.telemetry.log import convert

        return convert(log, as_csv, count)
    from nanotrain_tui.telemetry.monitor import Monitor, TelemetryError

    monitor = Monitor(asked.value("telemetry.tegrastats"), interval / 1000)
    show = _shower(as_json, as_csv)
    with StopRequests():
        try:
            monitor.start()
        except TelemetryError as error:
            raise CommandError(str(error)) from None
        try:
            watch(monitor, show, count)
        finally:
            monitor.close()
            if monitor.unread_lines:
                note(f"{plural(monitor.unread_lines, 'line')} of tegrastats skipped: no samples.")
    return FINISHED


def watch(monitor: "Monitor", show: Show, count: int | None) -> None:
    """Show each sample as it comes, ``count`` of them or until somebody ends it."""
    given = 0
    while count is None or given < count:
        body = monitor.poll(time.monotonic())
        for message in monitor.notes():
            note(message)
        if body is not None:
            show(body)
            sys.stdout.flush()  # whoever reads a pipe reads it now
            given += 1
            continue
        fd = monitor.fileno()
        wait = max(0.0, monitor.deadline() - time.monotonic())
        if select.select([] if fd is None else [fd], [], [], wait)[0]:
            monitor.read()


def _shower(as_json: bool, as_csv: bool) -> Show:
    if as_json:
        return lambda body: print(json.dumps({"time": _now(), **body}))
    if as_csv:
        rows = CsvRows(always=LIVE)
        return lambda body: rows.show({"time": _now(), **body})
    return PlainRows().show


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")
