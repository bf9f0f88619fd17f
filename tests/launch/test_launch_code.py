"""A person's own code: agreed to by its content, and copied into the session."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from launch_helpers import config, wait_until_over

from nanotrain_tui.launch.code import Code, NotAgreedError, agree, agreed_code, keep_source
from nanotrain_tui.launch.plan import look_up, plan_with, prepare
from nanotrain_tui.launch.resume_and_fork import plan_restart, plan_resume
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.folder import SessionFolder, create_session, list_sessions
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file
from nanotrain_tui.trainer_python.launch_error import LaunchError

TEXT = "def load():\n    raise SystemExit('it ran')\n"


@pytest.fixture
def loader(tmp_path):
    path = tmp_path / "my loader.py"
    path.write_text(TEXT)
    return path


def of(path, script="", **values):
    return config(script, data__name="function", data__function=f"{path}:load", **values)


def agreed(path, places):
    code = Code(str(path), "load", path.read_bytes())
    agree(code, places.home)
    return code


def configured(folder):
    with SessionReader(folder) as reader:
        return [event.body for event in reader.events(["configured"])]


def test_nothing_runs_before_it_is_agreed_to(places, loader):
    for ask in (look_up, prepare):
        with pytest.raises(NotAgreedError, match="has not run before") as refused:
            ask(of(loader), places)
        assert refused.value.key == "data.function" and str(loader) in str(refused.value)
        assert refused.value.code == Code(str(loader), "load", TEXT.encode())
    assert not Path(places.home).exists(), "nothing is written"


def test_what_is_agreed_to_is_the_content(places, loader, tmp_path):
    agreed(loader, places)
    assert prepare(of(loader), places).code.function == "load"
    copy = tmp_path / "copy.py"
    copy.write_text(TEXT)
    assert prepare(of(copy), places).code.path == str(copy)
    loader.write_text(TEXT + "# other\n")
    with pytest.raises(NotAgreedError):
        prepare(of(loader), places)
    agreed(loader, places)
    assert prepare(of(loader), places).code and prepare(of(copy), places).code
    kept = Path(places.home, "agreed.txt")
    assert len(kept.read_text().splitlines()) == 2 and kept.stat().st_mode & 0o777 == 0o600


def test_what_is_agreed_to_and_copied_is_its_users_alone(places, loader, open_umask):
    code = agreed(loader, places)
    assert Path(places.home).stat().st_mode & 0o777 == 0o700
    assert Path(places.home, "agreed.txt").stat().st_mode & 0o777 == 0o600
    folder = create_session(places.home, "mnist")
    keep_source(code, folder)
    assert Path(folder.sources).stat().st_mode & 0o777 == 0o700


def test_a_copy_of_code_is_on_the_disk_at_once(places, loader, disk_order):
    folder = create_session(places.home, "mnist")
    del disk_order[:]
    keep_source(agreed(loader, places), folder)
    assert disk_order[1:] == ["sync my_loader.py", "sync sources", "sync mnist-1"]


def test_an_agreement_is_on_the_disk_at_once(places, loader, disk_order):
    agreed(loader, places)
    assert disk_order == ["sync agreed.txt"]


def test_code_that_changes_between_the_look_and_the_plan_is_asked_about(places, loader):
    agreed(loader, places)
    found = look_up(of(loader), places)
    loader.write_text(TEXT + "# other\n")
    with pytest.raises(NotAgreedError):
        plan_with(of(loader), places, found)


@pytest.mark.parametrize("what", ["missing", "folder", "large"])
def test_a_file_that_cannot_be_read_is_named(places, tmp_path, what):
    path = tmp_path / "loader.py"
    if what == "folder":
        path.mkdir()
    if what == "large":
        path.write_bytes(b"#" * ((4 << 20) + 1))
    with pytest.raises(LaunchError) as refused:
        prepare(of(path), places)
    assert refused.value.key == "data.function" and str(path) in str(refused.value)
    assert not isinstance(refused.value, NotAgreedError)
    assert agreed_code(config(), places.home) is None


def test_the_session_has_the_code_and_its_hash(places, loader, monkeypatch):
    monkeypatch.chdir(loader.parent)
    agreed(loader, places)
    folder = start(prepare(of(loader.name, train__steps=30), places), places)
    wait_until_over(folder)
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    (body,) = configured(folder)
    assert body["sources"] == [{"file": "my_loader.py", "sha256": sha256}]
    assert body["config"]["data"]["function"] == f"{loader}:load"
    assert body["config"]["data"]["task"] == "classification"
    assert Path(folder.sources, "my_loader.py").read_text() == TEXT
    assert verify_file(folder.recording).problems == []


def test_a_resume_with_other_code_asks_again_and_keeps_both(places, loader, begin):
    agreed(loader, places)
    folder = start(prepare(of(loader, "fail=120", train__checkpoint_every=50), places), places)
    wait_until_over(folder)
    changed = TEXT + "# other\n"
    loader.write_text(changed)
    for plan in (plan_resume, plan_restart):
        with pytest.raises(NotAgreedError):
            plan(folder, places)
    agreed(loader, places)
    start(plan_resume(folder, places, {"train.steps": 130}), places)
    wait_until_over(folder)
    first, then = (body["sources"] for body in configured(folder))
    digest = hashlib.sha256(changed.encode()).hexdigest()
    assert then == [{"file": f"my_loader-{digest[:8]}.py", "sha256": digest}]
    assert sorted(path.name for path in Path(folder.sources).iterdir()) == sorted(
        [first[0]["file"], then[0]["file"]]
    )


def test_a_session_of_other_data_has_no_sources(begin):
    folder = begin(train__steps=20)
    wait_until_over(folder)
    assert "sources" not in configured(folder)[0] and not Path(folder.sources).exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [("loader.py", "loader.py"), ("größe.py", "gr__e.py"), ("__.py", "source.py"),
     ("x" * 90 + ".py", "x" * 40 + ".py"), ("-a b.txt", "a_b.py")],
)  # fmt: skip
def test_the_names_of_copies(tmp_path, name, kept):
    folder = SessionFolder(str(tmp_path / "session"))
    Path(folder.path).mkdir()
    for _ in range(2):
        keep_source(Code(f"/a/{name}", "load", b"1"), folder)
    assert [path.name for path in Path(folder.sources).iterdir()] == [kept]


def test_a_copy_that_cannot_be_written_leaves_no_session(places, loader, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    agreed(loader, places)
    plan = prepare(of(loader), places)
    monkeypatch.setattr("nanotrain_tui.launch.start.keep_source", fail)
    with pytest.raises(LaunchError, match="No space left"):
        start(plan, places)
    assert list_sessions(places.home) == []


@pytest.mark.timeout(60)
def test_a_pipe_in_place_of_the_log_is_refused(begin, places):
    folder = begin("", train__steps=10)
    wait_until_over(folder)
    Path(folder.log).unlink()
    os.mkfifo(folder.log)
    with pytest.raises(LaunchError, match=r"cannot be started: .*not a regular file"):
        start(plan_resume(folder, places, {"train.steps": 20}), places)


def test_the_paths_of_a_table_are_absolute_and_its_facts_are_told(places, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    made = config(data__name="csv", data__path="a.csv", data__test_path="~/b.csv")
    found = look_up(made, places)
    more = {
        "notes": ["Numbers have a decimal comma."], "columns": [{"name": "a"}], "preset": "tabular",
        "preprocessing": {"version": 1},
        "problems": [{"column": "a", "message": "It has one value.", "hint": ""}],
    }  # fmt: skip
    plan = plan_with(made, places, found._replace(data={**found.data, **more}))
    assert plan.config["data.path"] == plan.trainer_config["data.path"] == str(tmp_path / "a.csv")
    assert plan.config["data.test_path"] == str(tmp_path / "me" / "b.csv")
    assert plan.config["data.task"] == "classification"
    assert "Numbers have a decimal comma." in plan.choices
    assert plan.warnings[0] == "column 'a': it has one value."
    assert plan.facts["columns"] and not set(more) & set(plan.data)
    assert json.dumps(dict(plan.data))
    said = plan.with_choices("data: csv, guessed from a.csv", "preset: tabular").choices
    assert said[:2] == ("data: csv, guessed from a.csv", "preset: tabular")
    assert plan.with_choices() is plan


def test_of_many_problems_the_first_are_warnings(places):
    made = config(data__name="csv", data__path="/a.csv")
    found = look_up(made, places)
    problems = [{"column": f"c{n}", "message": "It is empty.", "hint": ""} for n in range(30)]
    plan = plan_with(made, places, found._replace(data={**found.data, "problems": problems}))
    assert plan.warnings[9] == "column 'c9': it is empty."
    assert plan.warnings[10].startswith("20 other problems of the data")


def test_a_restart_with_another_target_has_its_task(places, begin, monkeypatch):
    folder = begin(data__name="csv", data__path="/a.csv", data__task="binary", train__steps=20)
    wait_until_over(folder)

    def look(asked, places):
        assert asked["data.task"] == "auto"
        found = look_up(asked, places)
        return found._replace(data={**found.data, "task": "regression", "outputs": 1})

    assert plan_restart(folder, places).config["data.task"] == "binary"
    monkeypatch.setattr("nanotrain_tui.launch.resume_and_fork.look_up", look)
    plan = plan_restart(folder, places, {"data.target": "price"})
    assert (plan.config["data.task"], plan.config["data.target"]) == ("regression", "price")
    assert plan.config["loss.name"] == "mean_squared_error"
    named = {"data.target": "price", "data.task": "classification"}
    assert plan_restart(folder, places, named).config["data.task"] == "classification"


def test_names_of_arrays_stay_names(places, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    named = config(data__name="npz", data__path="a.npz", data__x="images", data__y="labels")
    assert prepare(named, places).config["data.x"] == "images"
    pair = prepare(config(data__name="npz", data__x="x.npy", data__y="y.npy"), places).config
    assert (pair["data.x"], pair["data.path"]) == (str(tmp_path / "x.npy"), "")
