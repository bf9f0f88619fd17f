"""``nanotrain telemetry``: print live samples of the board, or convert a log of tegrastats."""

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
from nanotrain_tui.cli.options import RunOptions, json_option, tegrastats_option
from nanotrain_tui.cli.signals import StopRequests
from nanotrain_tui.cli.telemetry.rows import LIVE, CsvRows, PlainRows

if TYPE_CHECKING:
    from nanotrain_tui.telemetry.monitor import Monitor

MAX_INTERVAL_MS = 24 * 3600 * 1000

Show = Callable[[Mapping[str, Any]], None]


@click.command("telemetry")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a header.")
@click.option(
    "--interval", metavar="MS", type=click.IntRange(1, MAX_INTERVAL_MS), default=1000,
    show_default=True, help="Milliseconds between samples.",
)  # fmt: skip
@click.option("--count", metavar="N", type=click.IntRange(1), help="Stop after N samples.")
@click.option(
    "--from", "log", metavar="LOG", type=click.Path(allow_dash=True),
    help="Convert this log of tegrastats, plain or gzipped, instead of measuring; - is standard "
    "input.",
)  # fmt: skip
@tegrastats_option
@click.pass_obj
def command(
    options: RunOptions,
    as_json: bool,
    as_csv: bool,
    interval: int,
    count: int | None,
    log: str | None,
) -> int:
    """Print live samples of this board.

    A sample has loads, clocks, memory, temperatures and power. Samples come from tegrastats if it
    is installed, else from files of the kernel, NVML and psutil; each sample names its source. No
    root rights are needed. --json prints one object per line. --csv prints a table with the usual
    columns and those of the first sample. Ctrl+C ends it.

    --from reads a log that 'tegrastats --logfile LOG' wrote on any Jetson and prints one JSON
    object per line. Lines that are not samples are skipped and counted.

    \b
    nanotrain telemetry
    nanotrain telemetry --json --interval 250 | jq .gpu_load_percent
    nanotrain telemetry --csv --count 60 > minute.csv
    nanotrain telemetry --from tegrastats.log | jq .temperatures_c.GPU
    ssh nano tegrastats | nanotrain telemetry --from - --csv
    """
    if as_json and as_csv:
        raise CommandError("--json and --csv cannot be used together; choose one.")
    if log is not None:
        from nanotrain_tui.cli.telemetry.log import convert

        return convert(log, as_csv, count)
    from nanotrain_tui.telemetry.monitor import Monitor, TelemetryError

    monitor = Monitor(options.value("telemetry.tegrastats"), interval / 1000)
    show = _printer(as_json, as_csv)
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
                lines = plural(monitor.unread_lines, "line")
                note(f"{lines} of tegrastats skipped: not samples.")
    return FINISHED


def watch(monitor: "Monitor", show: Show, count: int | None) -> None:
    """Show samples as they arrive: ``count`` of them, or until a signal ends the loop."""
    shown = 0
    while count is None or shown < count:
        body = monitor.poll(time.monotonic())
        for message in monitor.notes():
            note(message)
        if body is not None:
            show(body)
            sys.stdout.flush()  # so that a pipe gets each sample at once
            shown += 1
            continue
        fd = monitor.fileno()
        wait = max(0.0, monitor.deadline() - time.monotonic())
        if select.select([] if fd is None else [fd], [], [], wait)[0]:
            monitor.read()


def _printer(as_json: bool, as_csv: bool) -> Show:
    if as_json:
        return lambda body: print(json.dumps({"time": _now(), **body}))
    if as_csv:
        rows = CsvRows(always=LIVE)
        return lambda body: rows.show({"time": _now(), **body})
    return PlainRows().show


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")
