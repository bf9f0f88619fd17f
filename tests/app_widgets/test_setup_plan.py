"""What the set-up panel shows of a run that ``r`` would start."""

import pytest
from drawn_states import learned_curve, learned_plane
from setup_fakes import AVAILABLE, DATA, DRAWN, findings

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.form.outlook import outlook_of
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import Line, width_of
from nanotrain_tui.drawing.setup.plan import draw_plan
from nanotrain_tui.drawing.setup.state import Findings, Outlook, PastRun, work_of
from nanotrain_tui.follow.function import Function
from nanotrain_tui.launch.disk_check import DiskCheck

SIZES = [(38, 14), (38, 18), (60, 34), (96, 45), (28, 10), (12, 3), (1, 1)]


def outlook(found: Findings | None = None, **values: object) -> Outlook:
    keys = {key.replace("__", "."): value for key, value in values.items()}
    model = FormModel({"model.initializer": "glorot_uniform", **keys})
    machine = FormModel({key: keys[key] for key in keys if key.startswith("data.")}).config
    return outlook_of(model, None if found is None else (machine, found))


def texts(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line).rstrip() for line in lines]


def drawn(shown: Outlook, width: int = 38, height: int = 18) -> list[str]:
    return texts(draw_plan(shown, width, height, UNICODE))


def test_data_network_memory_and_trainer() -> None:
    lines = drawn(outlook(findings()))
    assert lines[0] == "MNIST in /data/mnist"
    counts = "60,000 + 10,000 pictures, 28x28; the test part selects the best"
    assert " ".join(lines[1:3]) == counts
    assert "784 → 1024 relu → 10 softmax" in lines
    assert "814,090 parameters, 3.1 MB" in lines
    assert "needs about 1.3 GB; 2.1 GB free" in lines
    assert "TensorFlow 2.7.0, Python 3.6.9" in lines


@pytest.mark.parametrize("function", [learned_curve(), learned_plane()])
def test_a_sketch_of_data_that_is_no_pictures(function: Function) -> None:
    about = {"name": "curve" if function.is_curve else "circle", "source": "a curve", "shape": [2]}
    facts = {**DATA, **about, "classes": 0 if function.is_curve else 2, "outputs": 1}
    found = findings(facts, function=function._replace(outputs=()), pictures=())
    lines = drawn(outlook(found, data__name=about["name"]), 60, 34)
    assert "60,000 + 10,000 examples, rows of 2 numbers" in lines[1]
    text = "\n".join(lines)
    assert ("└-1 ─" in text) == function.is_curve
    assert ("○" in text and "●" in text) != function.is_curve
    for width, height in SIZES:
        for glyphs in (UNICODE, ASCII):
            plan = draw_plan(outlook(found, data__name=about["name"]), width, height, glyphs)
            assert len(plan) <= height and {width_of(line) for line in plan} <= {width}


@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_kept(size: tuple[int, int]) -> None:
    width, height = size
    for shown in (
        Outlook(),
        outlook(findings(DRAWN), model__initializer="tutorial"),
        outlook(findings(problem="no Python " * 30, key="trainer.command", data={})),
        outlook(findings(), model__hidden=", ".join(["64"] * 32)),
    ):
        for glyphs in (UNICODE, ASCII):
            lines = draw_plan(shown, width, height, glyphs)
            assert len(lines) <= height and {width_of(line) for line in lines} <= {width}


def test_no_room_draws_nothing() -> None:
    assert draw_plan(Outlook(), 0, 5, UNICODE) == draw_plan(Outlook(), 5, 0, UNICODE) == []


def test_until_the_data_is_known_the_network_has_its_usual_size() -> None:
    lines = drawn(outlook())
    assert lines[0] == "looking for the data and TensorFlow …"
    assert "814,090 parameters, 3.1 MB" in lines
    assert not any("needs about" in line for line in lines)


def test_digits_in_place_of_mnist_are_a_warning_with_the_reason() -> None:
    shown = outlook(findings(DRAWN))
    lines = draw_plan(shown, 38, 18, UNICODE)
    assert texts(lines)[:3] == [
        "! auto: digits",
        "  no MNIST found in /keras/datasets,",
        "  /nano/data; drawing digits",
    ]
    assert {span.role for line in lines[:3] for span in line if span.text.strip()} == {"warning"}
    assert "'nanotrain data download mnist'" in " ".join(texts(lines))


def test_a_long_reason_keeps_its_end() -> None:
    folders = ", ".join(f"/a/folder/with/a/name/{n}" for n in range(9))
    long = {**DRAWN, "source": f"no MNIST found in {folders}; drawing digits"}
    lines = drawn(outlook(findings(long)))
    assert lines[1].startswith("  no MNIST found in") and lines[2].endswith("…")
    assert lines[3] == "  drawing digits"


def test_digits_that_were_chosen_are_no_warning() -> None:
    lines = drawn(outlook(findings({**DRAWN, "source": "digits drawn"}), data__name="digits"))
    assert lines[0] == "digits drawn" and not any("!" in line for line in lines)


def test_the_folder_of_the_user_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    data = {**DATA, "source": "MNIST in /home/me/.keras/datasets"}
    assert drawn(outlook(findings(data)))[0] == "MNIST in ~/.keras/datasets"


def test_each_layer_has_a_line_where_there_is_room() -> None:
    lines = drawn(outlook(findings(), model__hidden="512 relu, 256 tanh"), 60, 36)
    at = lines.index("784 inputs")
    assert lines[at + 1 : at + 5] == [
        "512 relu     401,920",
        "256 tanh     131,328",
        " 10 softmax    2,570",
        "535,818 parameters, 2.0 MB",
    ]


def test_each_layer_of_a_list_has_its_shape() -> None:
    layers = "conv 6 5x5, pool 2, flatten, dense 84"
    lines = drawn(outlook(findings(), model__layers=layers), 60, 36)
    at = lines.index("28x28x1 inputs")
    assert lines[at + 1 : at + 7] == [
        "28x28x6 conv 6 5x5 relu     156",
        "14x14x6 pool 2",
        "   1176 flatten",
        "     84 dense 84 relu    98,868",
        "     10 softmax             850",
        "99,874 parameters, 0.4 MB",
    ]
    text = " ".join(drawn(outlook(findings(), model__layers=layers), 38, 14))
    assert "28x28x1 → conv 6 5x5 relu → pool 2 → flatten → dense 84 relu → 10 softmax" in text


def test_many_layers_are_counted() -> None:
    lines = drawn(outlook(findings(), model__hidden=", ".join(["64"] * 20)), 38, 18)
    assert "… 21 layers in all" in lines
    assert any(line.endswith("→ 10 softmax") for line in lines)


def test_no_hidden_layer_and_dropout() -> None:
    assert "784 → 10 softmax" in drawn(outlook(findings(), model__hidden="none"), 38, 12)
    shown = outlook(findings(), model__dropout=0.25)
    assert "814,090 parameters, 3.1 MB, dropout 0.25" in drawn(shown, 60)


def test_too_little_memory_is_a_warning_with_a_batch_that_fits() -> None:
    short = AVAILABLE._replace(memory_mb=1400.0, swap_mb=0.0)
    shown = outlook(findings(available=short), train__batch_size=20000)
    text = " ".join(line.strip() for line in drawn(shown, 38, 22))
    assert "! Training needs about" in text and "A batch of" in text
    assert "needs about 1.3 GB; 2" not in text


def test_a_full_disk_is_a_warning() -> None:
    disk = DiskCheck(9.3, 5, 2.0, 10.0, "/home/me/nano")
    text = " ".join(line.strip() for line in drawn(outlook(findings(disk=disk)), 38, 24))
    assert "! The session writes about" in text and "10 MB are free" in text


def test_memory_that_is_not_known() -> None:
    unknown = AVAILABLE._replace(memory_mb=None)
    assert "needs about 1.3 GB" in drawn(outlook(findings(available=unknown)))


def test_the_time_is_that_of_a_past_session_with_the_same_work() -> None:
    model = FormModel({"train.steps": 2000})
    past = PastRun("mnist-3", work_of(model.config, DATA), 0.05)
    other = past._replace(name="mnist-4", work=("other",))
    known = findings(past_runs=(other, past))
    shown = outlook_of(model, (model.config, known))
    assert "about 1:40 at the speed of mnist-3" in drawn(shown)
    model.accept("train.batch_size", "50")
    assert not any(
        "at the speed" in line for line in drawn(outlook_of(model, (model.config, known)))
    )


def test_a_problem_of_the_form_comes_first_and_the_network_stays() -> None:
    shown = outlook(findings(), model__output="linear")
    lines = draw_plan(shown, 38, 18, UNICODE)
    assert texts(lines)[0].startswith("! loss: ")
    assert lines[0][0].role == "error"
    assert "784 → 1024 relu → 10 linear" in texts(lines)
    assert "MNIST in /data/mnist" in texts(lines)


def test_advice_is_cut_with_an_ellipsis() -> None:
    shown = outlook(findings(), model__initializer="tutorial")
    lines = drawn(shown, 38, 14)
    assert lines[-1].endswith("…") and any(line.startswith("? initializer: ") for line in lines)
    assert drawn(shown, 60, 34)[-1].endswith("loss.")


def test_notes_about_the_command_are_last() -> None:
    known = findings(notes=("-t of docker is removed: it would change the messages",))
    assert drawn(outlook(known), 60, 30)[-1].startswith("· -t of docker is removed")
