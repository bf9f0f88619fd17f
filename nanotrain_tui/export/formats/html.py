"""A page with the charts, configuration, events, evaluations and machine of a session.

It has no scripts and needs no other files. Its content security policy forbids both.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TextIO

from nanotrain_tui.catalog import FIELDS, check, flatten, format_value
from nanotrain_tui.catalog.formats import clock, joules, moment
from nanotrain_tui.drawing.glyphs import UNICODE
from nanotrain_tui.export.format_types import Options, TextFormat
from nanotrain_tui.export.function_picture import draw_learned, read_function
from nanotrain_tui.export.session_charts import read_charts
from nanotrain_tui.export.vector import draw_charts
from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.session import events
from nanotrain_tui.session.evaluated import evaluated_columns
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import SessionSummary, summarise

FEW_ROWS = 25
MOST_ROWS = 2000  # of a table, so that the page also opens on a phone
STYLE = """
:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;padding:1rem;
max-width:60rem}h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}
.figures{display:flex;flex-wrap:wrap;gap:.4rem 1.6rem;padding:0;list-style:none}
.figures b{display:block;font-size:1.15rem}.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}td,th{padding:.15rem .6rem .15rem 0;text-align:left;
vertical-align:top;border-bottom:1px solid #8883}td.n,th.n{text-align:right;white-space:nowrap}
td{overflow-wrap:break-word}.changed{font-weight:600}summary{cursor:pointer;font-weight:600}
@media print{body{max-width:none;font-size:11px}h2{break-after:avoid}
tr,svg g{break-inside:avoid}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write(reader: SessionReader, out: TextIO, options: Options) -> None:
    """Write the page. Every text of the recording is escaped. Raises RecordingError."""
    summary = summarise(reader.folder)
    title = escape(f"{summary.name}: {summary.state}")
    out.write(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body><h1>{escape(summary.name)}</h1>"
    )
    for part in (_head(summary), _charts(reader), _function(reader), _configuration(reader),
                 _evaluations(reader), _events(reader), _machine(reader)):  # fmt: skip
        out.writelines(part)
    out.write("</body></html>\n")
    options.progress(1.0)


def _head(summary: SessionSummary) -> Iterator[str]:
    steps = f"{summary.step:,}" + (f" of {summary.steps:,}" if summary.steps else "")
    figures = [
        ("state", summary.state),
        ("steps", steps),
        ("own steps", f"{summary.own_steps:,}" if summary.own_steps != summary.step else ""),
        *_results(summary),
        ("time", clock(summary.duration_s)),
        ("energy", joules(summary.energy_j)),
        ("started", moment(summary.started, "")),
        ("tags", " ".join(summary.tags)),
    ]
    items = (f"<li>{escape(name)}<b>{escape(value)}</b></li>" for name, value in figures if value)
    yield f'<ul class="figures">{"".join(items)}</ul>'
    if summary.note:
        yield f"<p>{escape(summary.note)}</p>"


def _results(summary: SessionSummary) -> Iterator[tuple[str, str]]:
    """The best value of the primary metric, and the last value of each metric."""
    for index, (metric, last, best) in enumerate(summary.metrics.values()):
        name = f"{metric.shown_of} {metric.label}"
        if index == 0:
            yield f"best {name}", metric.text(best, "")
        yield f"last {name}", metric.text(last, "")


def _charts(reader: SessionReader) -> Iterator[str]:
    found = read_charts(reader)
    if found.charts:
        yield draw_charts(found)
        yield (
            "<p>A line shows the mean of the training batches, and the area around it their "
            "minimum and maximum. Dots are evaluations on the test data. Dashed lines are "
            "events, such as edits and pauses.</p>"
        )
    for chart in found.charts:
        if chart.not_finite:
            yield (
                f"<p>{escape(chart.title)}: {escape(chart.note)}. Symbols at the upper edge show "
                f"values that are not finite: {UNICODE.cross} nan, {UNICODE.infinite} infinite.</p>"
            )


def _function(reader: SessionReader) -> Iterator[str]:
    """What a network of one or two numbers has learned."""
    learned = read_function(reader)
    if learned is not None:
        yield f"<h2>What it has learned</h2>{draw_learned(learned)}"


def _configuration(reader: SessionReader) -> Iterator[str]:
    """The configuration. Values that differ from those of the tutorial come first."""
    config = flatten(reader.meta()["config"])
    config.pop("edits", None)
    usual = check({})
    changed = [key for key in config if key in FIELDS and config[key] != usual.get(key)]
    rest = [key for key in config if key not in changed]
    rows = [("changed", key) for key in changed] + [("", key) for key in rest]
    yield "<h2>Configuration</h2>" + _table(
        ("key", "value", "the tutorial's"),
        (
            # Empty for keys of optimizers, losses and schedules that the tutorial does not use.
            (key, format_value(key, config[key]), format_value(key, usual.get(key)) if kind else "")
            for kind, key in rows
        ),
        bold=len(changed),
    )


def _evaluations(reader: SessionReader) -> Iterator[str]:
    metrics, evaluations = reader.known_metrics(), reader.evaluations()
    columns = evaluated_columns(metrics, evaluations)
    rows = [
        (f"{one.step:,}", clock(one.t), *(
            metrics.get(name).text(one.value(name) if one.on == part else None, "")
            for name, part in columns
        ))
        for one in evaluations
    ]  # fmt: skip
    if rows:
        names = [f"{part} {metrics.get(name).label}" for name, part in columns]
        table = _table(("step", "time", *map(escape, names)), rows, numbers=len(names) + 2)
        is_open = " open" if len(rows) <= FEW_ROWS else ""  # browsers do not print closed ones
        summary = f"<summary>{len(rows):,}</summary>"
        yield f"<h2>Evaluations</h2><details{is_open}>{summary}{table}</details>"


def _events(reader: SessionReader) -> Iterator[str]:
    metrics = reader.known_metrics()
    rows = [
        (clock(event.t), f"{event.step:,}", describe(event, metrics).text)
        for event in reader.events()
        if events.is_listed(event.kind)
    ]
    yield "<h2>What happened</h2>" + _table(("time", "step", "what"), rows, numbers=2)


def _machine(reader: SessionReader) -> Iterator[str]:
    rows = []
    for segment in reader.segments():
        rows += [(key, str(value)) for key, value in segment.environment.items()]
    for event in reader.events([events.READY]):
        versions = event.body.get("versions")
        rows += [(key, str(value)) for key, value in (versions or {}).items()]
    known = dict.fromkeys(rows)
    if known:
        yield "<h2>Machine</h2>" + _table(("", ""), known)


def _table(
    header: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0, bold: int = 0
) -> str:
    """A table with ``numbers`` right-aligned columns and ``bold`` bold rows, from the first on."""
    listed = list(rows)
    sides = [' class="n"' if i < numbers else "" for i in range(len(header))]
    head = "".join(f"<th{side}>{name}</th>" for side, name in zip(sides, header, strict=True))
    lines = [f'<div class="scroll"><table><tr>{head}</tr>']
    for index, row in enumerate(listed[-MOST_ROWS:]):
        cells = zip(sides, row, strict=True)
        mark = ' class="changed"' if index < bold else ""
        lines.append(f"<tr{mark}>{''.join(f'<td{s}>{_cell(t)}</td>' for s, t in cells)}</tr>")
    lines.append("</table></div>")
    if len(listed) > MOST_ROWS:
        lines.append(f"<p>The last {MOST_ROWS:,} of {len(listed):,} rows.</p>")
    return "".join(lines)


def _cell(text: str) -> str:
    """A cell in which keys and paths may break after a dot, slash or underscore."""
    return re.sub(r"(?<=[a-z])[._/]", r"\g<0><wbr>", escape(text))


FORMAT = TextFormat("one self-contained page: charts, configuration, events", ".html", write)
