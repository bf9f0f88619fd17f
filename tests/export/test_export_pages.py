"""The page and the image: valid, safe, self-contained, and shown by a real browser."""

import io
import json
import math
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from recorded import Recording, tutorial_run

from nanotrain_tui.export import Options, TextFormat, get_format
from nanotrain_tui.export.session_charts import read_charts
from nanotrain_tui.export.vector import LEFT, RIGHT, WIDTH, step_text
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.labels import Labels, write_labels
from nanotrain_tui.session.recording.reader import SessionReader

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = "<script>alert('x')</script><img src=http://example.com/x.png>"


def export(folder: SessionFolder, name: str) -> str:
    chosen = get_format(name)
    assert isinstance(chosen, TextFormat)
    out = io.StringIO()
    with SessionReader(folder) as reader:
        chosen.write(reader, out, Options())
    return out.getvalue()


def hostile_run(home: Path) -> SessionFolder:
    recording = Recording(home).started().steps(300)
    for t in range(3):
        body = {"source": HOSTILE, "power_total_mw": 4000 + t, "gpu_temperature_c": 40.0 + t}
        recording.recorder.sample(0.1 * t, 300, body)
    recording.event("edited", who=HOSTILE, changes={"optimizer.learning_rate": [0.1, 0.2]})
    recording.event("note", message=HOSTILE)
    recording.steps(200, losses={350: math.nan}).evaluated(loss=1.0, accuracy=0.7)
    folder = recording.finished()
    write_labels(folder, Labels(("keep",), HOSTILE))
    return folder


class Page(HTMLParser):
    """The parts of a page that make a browser load or run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            if name in ("src", "href", "xlink:href", "srcset", "action"):
                self.links.append(value or "")


def test_the_page_escapes_every_text_and_loads_nothing(tmp_path: Path) -> None:
    text = export(hostile_run(tmp_path), "html")
    page = Page(text)
    assert not {"script", "img", "iframe", "object", "form"} & set(page.tags)
    assert page.links == ["data:,"]
    assert "default-src 'none'" in text
    assert "&lt;script&gt;alert" in text and "url(" not in text
    for said in ("mnist-1", "70.00%", "optimizer.learning_rate", "finished after"):
        assert said in text.replace("<wbr>", "")


def test_the_image_is_valid_xml_with_a_chart_for_each_recorded_metric(tmp_path: Path) -> None:
    text = export(hostile_run(tmp_path), "svg")
    root = ET.fromstring(text)
    titles = [e.text for e in root.iter() if e.get("class") == "title"]
    assert titles == ["Loss", "Accuracy", "Learning rate", "GPU temperature (°C)", "Power (W)"]
    assert "script>" not in text
    assert not [value for e in root.iter() for value in e.attrib.values() if "nan" in value]


def test_values_that_are_not_finite_break_the_line_and_have_a_mark(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    not_finite = {
        **dict.fromkeys(range(100, 151), math.nan),
        **dict.fromkeys(range(301, 501), math.inf),
    }
    recording.steps(200, losses=not_finite).evaluated(loss="nan", accuracy=0.5)
    recording.steps(300, losses=not_finite).evaluated(loss=1.0, accuracy=0.7)
    with SessionReader(recording.finished()) as reader:
        loss, accuracy, *_ = read_charts(reader).charts
    assert [(piece[0].t, piece[-1].t) for piece in loss.pieces] == [
        (pytest.approx(0.002, abs=0.002), pytest.approx(0.098, abs=0.003)),
        (pytest.approx(0.152, abs=0.003), pytest.approx(0.3, abs=0.003)),
    ]
    training = [(one.kind, one.begin_t, one.end_t) for one in loss.not_finite if not one.test]
    assert training == [
        ("nan", pytest.approx(0.1, abs=0.003), pytest.approx(0.15, abs=0.003)),
        ("infinite", pytest.approx(0.3, abs=0.003), pytest.approx(0.5, abs=0.003)),
    ]
    assert [one.kind for one in loss.not_finite if one.test] == ["nan"]
    assert loss.note == "nan or infinite 251 times, steps 100-500, test nan at step 200"
    assert not accuracy.not_finite and [value for _, value in accuracy.dots] == [0.5, 0.7]
    text = export(recording.folder, "html")
    assert "Loss: nan or infinite 251 times" in text and text.count('class="bar"') == 2
    assert text.count(">×</text>") == 2 and text.count(">∞</text>") == 1


def test_a_loss_of_nan_and_an_accuracy_of_zero_have_charts(
    tmp_path: Path,
) -> None:
    recording = Recording(tmp_path).started()
    recording.steps(50, losses=dict.fromkeys(range(1, 51), math.nan))
    with SessionReader(recording.evaluated(loss="nan", accuracy=0.0).finished()) as reader:
        found = read_charts(reader)
    assert [chart.key for chart in found.charts] == ["loss", "accuracy", "learning_rate"]
    assert found.end_t == pytest.approx(0.05, abs=0.001) and found.charts[0].not_finite
    ET.fromstring(export(recording.folder, "svg"))


def test_a_curve_ends_at_the_right_edge_of_its_chart(tmp_path: Path) -> None:
    drawn = export(Recording(tmp_path).started().steps(500).finished(), "svg")
    curves = re.findall(r'class="line" d="M([^"]*)"', drawn)
    assert curves
    for curve in curves:
        places = [float(point.split()[0]) for point in re.split("[Lh]", curve) if " " in point]
        assert places == sorted(places)
        assert places[0] >= LEFT and places[-1] == pytest.approx(WIDTH - RIGHT, abs=2)


@pytest.mark.parametrize("name", ["svg", "html"])
def test_an_empty_session_has_a_page(tmp_path: Path, name: str) -> None:
    assert export(Recording(tmp_path).close(), name)


def test_loss_and_power_have_the_same_time_axis(tmp_path: Path) -> None:
    with SessionReader(hostile_run(tmp_path)) as reader:
        found = read_charts(reader)
    assert found.end_t == pytest.approx(0.5, abs=0.01)
    loss = next(chart for chart in found.charts if chart.key == "loss")
    assert loss.line[-1].t == pytest.approx(0.5, abs=0.01)
    assert loss.line[0].mean == pytest.approx(2.9, abs=0.2)
    assert found.marks[0][0] == pytest.approx(0.3)


def test_the_axis_has_steps_and_begins_with_the_training(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    recording.t = 30.0  # TensorFlow loads
    with SessionReader(recording.steps(1000).finished()) as reader:
        found = read_charts(reader)
    assert found.begin_t == pytest.approx(30, abs=0.1)
    assert [step for _, step in found.steps] == [200, 400, 600, 800, 1000]
    assert found.steps[2][0] == pytest.approx(30.6, abs=0.01)
    places = [found.fraction(t) for t, _ in found.steps]
    assert places == sorted(places) and places[0] > 0 and places[-1] <= 1


def test_the_steps_of_the_axis_are_short() -> None:
    texts = [step_text(step) for step in (500, 2000, 20_000, 2_500_000)]
    assert texts == ["500", "2,000", "20k", "2.5M"]


@pytest.mark.skipif(CHROMIUM is None, reason="SKIPPED LOUDLY: there is no Chromium here")
@pytest.mark.parametrize("size", ["1000,2000", "500,2000"])
def test_a_browser_shows_the_page_without_an_error_or_a_request(tmp_path: Path, size: str) -> None:
    page, log = tmp_path / "page.html", tmp_path / "net.json"
    page.write_text(export(hostile_run(tmp_path / "home"), "html"), encoding="utf-8")
    picture = tmp_path / "page.png"
    assert CHROMIUM is not None
    ran = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr",
         f"--log-net-log={log}", "--host-resolver-rules=MAP * ~NOTFOUND",
         "--disable-background-networking", "--disable-component-update", "--no-first-run",
         f"--window-size={size}", f"--screenshot={picture}", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "CONSOLE" not in ran.stderr, ran.stderr
    assert picture.stat().st_size > 20_000
    report = [event.get("params", {}) for event in json.loads(log.read_text())["events"]]
    asked = {params["url"] for params in report if "url" in params}
    assert not [url for url in asked if "example.com" in url]


def test_a_page_stays_small(tmp_path: Path) -> None:
    assert len(export(tutorial_run(tmp_path), "html")) < 150_000


def learned(home: Path, data: dict, *outputs: list) -> SessionFolder:
    """A session that learned a function, evaluated with each of these outputs."""
    recording = Recording(home)
    recording.event("started", steps=1000, batch_size=100, parameters=9, data=data)
    for values in outputs:
        recording.steps(100).event("evaluated", loss=1.0, accuracy=0.7, outputs=values)
    return recording.finished()


def test_the_page_shows_the_curve_of_the_last_evaluation(tmp_path: Path) -> None:
    axis = {"name": "<x>", "low": -1, "high": 1, "points": 3}
    grid = {"axes": [axis], "truth": [0, 1, 0], "samples": [[0.5, 0.25], [0, 1]]}
    page = export(learned(tmp_path, {"grid": grid}, [0, 0, 0], [0.1, 0.5, "nan"]), "html")
    picture = page[page.index("What it has learned") :]
    picture = picture[: picture.index("</svg>")]
    assert "The network at step 200" in picture and picture.count("<circle") == 2
    assert picture.count('class="truth"') == 1 and "&lt;x&gt; 1" in picture
    line = re.search(r'class="line" d="M([^"]+)"', picture)
    assert line is not None and line[1].count("L") == 1, "what is not finite has no place"
    middle = (LEFT + WIDTH - RIGHT) / 2
    assert [float(place.split()[0]) for place in line[1].split("L")] == [LEFT, middle]


def test_the_page_shows_the_plane(tmp_path: Path) -> None:
    axes = [{"name": name, "low": -1, "high": 1, "points": 2} for name in "xy"]
    data = {"classes": 2, "grid": {"axes": axes, "samples": [[1, 1, 1], [-1, -1, 0]]}}
    page = export(learned(tmp_path, data, [0.0, 0.25, 0.75, 1.0]), "html")
    rectangles = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)"', page)
    assert len(rectangles) == 50 * 50
    assert (rectangles[0][0], rectangles[-1][0]) == ("high", "low"), "the second row is above"
    assert re.findall(r'class="example (\w+)" cx="([\d.]+)"', page) == [
        ("high", str(float(LEFT + 400))), ("low", str(float(LEFT))),
    ]  # fmt: skip


def test_a_page_without_a_function_has_no_picture_of_it(tmp_path: Path) -> None:
    grid = {"axes": [{"name": "x", "low": -1, "high": 1, "points": 3}]}
    for folder in (tutorial_run(tmp_path / "one"), learned(tmp_path / "two", {"grid": grid})):
        assert "What it has learned" not in export(folder, "html")
