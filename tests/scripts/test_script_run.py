"""``nanotrain run`` with scripts that do not train: output, status, and what is refused."""

import os
import signal
from pathlib import Path

import pytest
from hosting import wait_for

from nanotrain_tui.session.recording.verify import verify_file

pytestmark = pytest.mark.slow


def test_a_plain_script_is_a_session_with_output_and_status(scripts):
    ran = scripts.run("import sys\nprint('hello', sys.argv[1:])\nsys.exit(7)\n")
    assert ran.returncode == 7
    assert ran.stdout == "hello []\n"
    assert "the script ended with exit status 7" in ran.stderr
    assert [one.kind for one in scripts.events("started", "crashed")] == ["started", "crashed"]
    assert verify_file(scripts.last.recording).problems == []


def test_the_output_is_printed_again_without_commands_to_the_terminal(scripts):
    scripts.run("print('\\x1b[1mbold\\x1b[0m')")
    name = scripts.last.name
    assert scripts.nano("show", name, "--log").stdout == "bold\n"
    refused = scripts.nano("show", name, "--log", "--json")
    assert refused.returncode == 2 and "leave out --json" in refused.stderr


def test_a_script_that_ends_well_has_finished(scripts):
    assert scripts.run("print('done')").returncode == 0
    (finished,) = scripts.events("finished")
    assert finished.body == {"exit_status": 0}


def test_arguments_belong_to_the_script_also_those_that_look_like_ours(scripts):
    text = "import sys; print(sys.argv[1:], sys.path[0] != '')"
    (scripts.folder / "train.py").write_text(text)
    ran = scripts.nano("run", "train.py", "--name", "x", "--", "-m", "--json")
    assert ran.stdout == "['--name', 'x', '--', '-m', '--json'] True\n"


def test_a_module_and_any_command(scripts):
    (scripts.folder / "my_module.py").write_text("import sys; print(sys.argv[1:])")
    assert scripts.nano("run", "-m", "my_module", "--flag").stdout == "['--flag']\n"
    ran = scripts.nano("run", "--", "sh", "-c", "echo from sh; kill -9 $$")
    assert ran.stdout == "from sh\n"
    assert ran.returncode == 128 + signal.SIGKILL
    assert "was killed (SIGKILL)" in ran.stderr


def test_a_script_that_is_not_there_begins_no_session(scripts):
    ran = scripts.nano("run", "nothing.py")
    assert ran.returncode == 2 and "there is no script nothing.py" in ran.stderr
    assert not (scripts.folder / "home" / "sessions").exists()


def test_input_is_refused_with_a_word(scripts):
    ran = scripts.run("input('name? ')")
    assert ran.returncode == 1
    assert "has no keyboard" in ran.stdout


@pytest.mark.parametrize("option", ["-I", "-S", "-uE"])
def test_a_python_that_leaves_the_shim_out_is_refused(scripts, option):
    ran = scripts.nano("run", "--", "python3", option, "train.py", text="print(1)")
    assert ran.returncode == 2
    assert "leaves out what nanotrain puts before a script" in ran.stderr


def test_the_next_sitecustomize_runs_and_the_shim_hides_nothing(scripts):
    other = scripts.folder / "other"
    other.mkdir()
    (other / "sitecustomize.py").write_text("import builtins; builtins.ran = 1")
    text = "import sys; print(ran, [p for p in sys.path if 'script_shim' in p])"
    path = os.pathsep.join([str(other), scripts.env["PYTHONPATH"]])
    (scripts.folder / "train.py").write_text(text)
    assert scripts.nano("run", "train.py", PYTHONPATH=path).stdout == "1 []\n"


def test_only_the_keys_of_scripts_may_be_set(scripts):
    ran = scripts.nano("run", "--set", "model.dropout=0.1", "train.py", text="print(1)")
    assert ran.returncode == 2
    assert "model.dropout" in ran.stderr and "means nothing for a script" in ran.stderr
    assert "'nanotrain run SCRIPT.py'" in scripts.nano("train", "--set", "script.command=ls").stderr


def test_record_is_there_without_the_package_and_counts_steps(scripts):
    text = (
        "import sys\nsys.path = [p for p in sys.path if 'site-packages' not in p]\n"
        "sys.modules.pop('nanotrain_tui', None)\n"
        "from nanotrain_tui import record\n"
        "for n in range(30): assert record({'my loss': n}, rate=2)\n"
    )
    ran = scripts.run(text)
    assert ran.returncode == 0, ran.stdout
    ended = scripts.events("fit_ended")[-1]
    assert (ended.step, ended.body["call"], ended.body["updates"]) == (30, "record", 30)


def test_record_does_nothing_elsewhere():
    from nanotrain_tui import record

    assert record(loss=1.0) is True


def test_a_stop_before_training_ends_the_script(scripts):
    session = scripts.start("import time\nwhile True: time.sleep(0.01)\n")
    refused = session.do("pause")
    assert "has not called fit" in refused["why"]
    assert session.do("stop")["ok"]
    session.end()
    assert [one.kind for one in session.events("stopped", "crashed")] == ["stopped"]


def test_a_stop_after_a_loop_of_the_scripts_own_ends_the_script(scripts):
    session = scripts.start(
        "import time\nfrom nanotrain_tui import record\nfor n in range(20): record(loss=n)\n"
        "print('over', flush=True)\nwhile True: time.sleep(0.01)\n"
    )
    wait_for(lambda: "over" in Path(session.folder.log).read_text())
    assert session.do("stop")["ok"]
    session.end()
    assert [one.kind for one in session.events("stopped", "crashed")] == ["stopped"]


def test_other_commands_name_nanotrain_run(scripts):
    scripts.run("print(1)")
    name = scripts.last.name
    for command in ("resume", "fork", "restart"):
        assert f"nanotrain run --resume {name}" in scripts.nano(command, name).stderr


def test_what_needs_a_network_of_ours_is_refused_in_one_sentence(scripts):
    scripts.run("print(1)")
    name = scripts.last.name
    (scripts.folder / "rows.csv").write_text("a\n1\n")
    for command, says in (
        (("predict", name, "rows.csv"), "only the script can make its network"),
        (("evaluate", name, "rows.csv"), "only the script can make its network"),
        (("export", name, "--format", "keras"), "only the script can make its network"),
        (("export", name, "--format", "weights"), "only the script can make its network"),
        (("export", name, "--format", "script"), "ran your own script"),
    ):
        ran = scripts.nano(*command)
        assert (ran.returncode, "Traceback" in ran.stderr) == (2, False), command
        assert says in " ".join(ran.stderr.split()), command


def test_a_resume_runs_the_same_command_again_in_the_same_session(scripts):
    assert scripts.run("print('one more time')").returncode == 0
    name = scripts.last.name
    ran = scripts.nano("run", "--resume", name)
    assert (ran.returncode, ran.stdout) == (0, "one more time\n")
    assert "there is no checkpoint to continue from; the script starts again" in ran.stderr
    assert len(scripts.events("configured")) == 2
    assert scripts.nano("run").returncode == 2
