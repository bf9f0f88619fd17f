"""The trainer as a process of its own: descriptors, signals and its end. No TensorFlow here."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from trainer_runs import PATIENCE_S, TRAINER, Process, config_of

from nanotrain_tui.trainer import installed, process

HANGING = "print('loading', flush=True)\nimport time\ntime.sleep(600)\n"


def fake_tensorflow(folder, source):
    """A folder for PYTHONPATH whose tensorflow is this source."""
    (folder / "tensorflow.py").write_text(source)
    return folder


@pytest.fixture
def hanging(folder):
    """A trainer that is loading TensorFlow and will be for ten minutes."""
    path = fake_tensorflow(folder, HANGING)
    with Process(python_path=path, stderr=subprocess.PIPE) as trainer:
        trainer.send(id=1, do="start", config=config_of(folder))
        assert trainer.process.stderr.readline() == b"loading\n"  # not on the protocol's pipe
        yield trainer


def test_stop_while_tensorflow_loads_is_obeyed_at_once(hanging):
    hanging.send(id=2, do="stop")
    assert hanging.until("nothing") is None
    assert hanging.events == [
        {"event": "answer", "id": 2, "ok": True, "step": 0},
        {"event": "stopped", "step": 0},
    ]
    assert hanging.process.wait() == 0


def test_the_end_of_the_pipe_ends_it_at_once(hanging):
    hanging.process.stdin.close()
    assert hanging.until("nothing") is None
    assert hanging.process.wait() == 0


def test_ctrl_c_is_left_to_the_host(hanging):
    hanging.process.send_signal(signal.SIGINT)
    hanging.send(id=2, do="stop")
    assert hanging.until("stopped") is not None


def test_sigterm_ends_it(hanging):
    hanging.process.terminate()
    assert hanging.process.wait() == -signal.SIGTERM


def test_the_kernel_takes_it_before_the_host(hanging):
    assert int(Path(f"/proc/{hanging.process.pid}/oom_score_adj").read_text()) > 0
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, hanging.process.pid) == min(ours + process.NICE, 19)


def test_it_dies_with_its_host_even_when_the_pipe_stays_open(folder):
    """A host that was killed leaves the pipe open where something else has inherited it."""
    path = fake_tensorflow(folder, HANGING)
    stdin, to_trainer = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", f"import os; os.dup2({stdin}, 9); os.set_inheritable(9, True)\n"
         "import subprocess, sys\n"
         "subprocess.Popen(sys.argv[1:], stdin=9)\ninput()", sys.executable, str(TRAINER)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        pass_fds=[stdin], env=dict(os.environ, PYTHONPATH=str(path)),
    ) as between:  # fmt: skip
        os.close(stdin)
        start = {"id": 1, "do": "start", "config": config_of(folder)}
        os.write(to_trainer, json.dumps(start).encode() + b"\n")
        assert between.stderr.readline() == b"loading\n"
        between.kill()
        between.wait()
        # Its output ends when no process holds it any more.
        assert select.select([between.stdout], [], [], PATIENCE_S)[0], "the trainer goes on"
        assert between.stdout.read() == b""
        os.close(to_trainer)


def test_a_python_without_tensorflow_is_named(folder):
    path = fake_tensorflow(folder, "raise ImportError('libcudart.so.10.2: cannot open')\n")
    with Process(python_path=path) as trainer:
        trainer.send(id=1, do="start", config=config_of(folder))
        failed = trainer.until("failed")
        assert trainer.process.wait() == 1
    assert sys.executable in failed["message"]
    assert "libcudart.so.10.2" in failed["message"]
    assert trainer.events[0]["ok"] is False


# As TensorFlow wraps what the loader says, from 2.6 to 2.21.
WRAPPED = """raise ImportError('''Traceback (most recent call last):
  File "/x/tensorflow/python/pywrap_tensorflow.py", line 64, in <module>
    from tensorflow.python._pywrap_tensorflow_internal import *
ImportError: libcudart.so.10.2: cannot open shared object file: No such file or directory


Failed to load the native TensorFlow runtime.
See https://www.tensorflow.org/install/errors for some common causes and solutions.
If you need help, create an issue at https://github.com/tensorflow/tensorflow/issues''')
"""
NUMPYS = """raise ImportError('''

IMPORTANT: PLEASE READ THIS FOR ADVICE ON HOW TO SOLVE THIS ISSUE!

Importing the numpy C-extensions failed. This error can happen for
Original error was: libopenblas.so.0: cannot open shared object file

''')
"""


@pytest.mark.parametrize(
    ("source", "root"),
    [
        (WRAPPED, "libcudart.so.10.2: cannot open shared object file: No such file or directory"),
        (NUMPYS, "libopenblas.so.0: cannot open shared object file"),
        ("raise ValueError('numpy.ndarray size changed')\n", "numpy.ndarray size changed"),
        ("raise OSError(5, 'Input/output error')\n", "[Errno 5] Input/output error"),
        ("x = (\n", "'(' was never closed (tensorflow.py, line 1)"),
    ],
    ids=["TensorFlow's", "NumPy's", "ValueError", "OSError", "SyntaxError"],
)
def test_why_tensorflow_does_not_load_is_said_in_a_line(folder, source, root):
    path = fake_tensorflow(folder, source)
    with Process(python_path=path) as trainer:
        trainer.send(id=1, do="start", config=config_of(folder))
        message = trainer.until("failed")["message"]
    assert message == f"TensorFlow does not load in {sys.executable}: {root}"


@pytest.mark.parametrize(
    ("version", "fit"), [("2.4.4", False), ("1.15.5+nv22.1", False), ("2.5.0+nv21.8", True)]
)
def test_a_tensorflow_older_than_2_5_is_refused_by_its_number(folder, version, fit):
    package = folder / "site" / "tensorflow"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('is loaded')\n")
    (folder / "site" / f"tensorflow-{version}.dist-info").mkdir()
    with Process(python_path=folder / "site") as trainer:
        trainer.send(id=1, do="start", config=config_of(folder))
        message = trainer.until("failed")["message"]
    assert ("is loaded" in message) is fit
    assert ("needs 2.5 or newer" in message) is not fit


def test_a_start_without_configuration_fails_before_tensorflow(folder):
    path = fake_tensorflow(folder, HANGING)
    with Process(python_path=path) as trainer:
        trainer.send(id=1, do="start")
        assert trainer.until("failed")["kind"] == "config"


def test_inspect_answers_without_tensorflow(folder):
    path = fake_tensorflow(folder, HANGING)
    with Process("--inspect", python_path=path) as trainer:
        out, _ = trainer.process.communicate(json.dumps(config_of(folder)).encode() + b"\n", 60)
        assert trainer.process.returncode == 0
    answer = json.loads(out)
    assert (answer["ok"], answer["train"], answer["shape"]) == (True, 400, [36])
    assert answer["tensorflow"] is True


def test_inspect_takes_no_bare_folder_for_tensorflow(folder, monkeypatch):
    monkeypatch.setattr(installed.importlib.util, "find_spec", lambda name: None)
    assert not installed.has_tensorflow()
    monkeypatch.undo()
    (folder / "somewhere" / "tensorflow").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(folder / "somewhere")])
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    assert not installed.has_tensorflow()


def test_what_root_writes_is_its_folders_owners(folder):
    """A container's root writes into a folder of ours."""
    if os.geteuid() != 0:
        pytest.skip("SKIPPED LOUDLY: only root can give files away")
    owned = folder / "owned"
    (owned / "variables").mkdir(parents=True)
    (owned / "variables" / "data").touch()
    os.chown(owned, 12345, 23456)
    process.give_away(str(owned))
    found = {(path.stat().st_uid, path.stat().st_gid) for path in owned.rglob("*")}
    assert found == {(12345, 23456)}


@pytest.mark.parametrize(
    ("line", "key"),
    [(b'{"data.name":"mnist","data.dir":"/nowhere"}\n', "data.dir"), (b"not json\n", ""),
     (b"", ""), (b"[1]\n", ""), (b"\xff\n", "")],
)  # fmt: skip
def test_inspect_says_what_is_wrong(line, key):
    with Process("--inspect") as trainer:
        out, _ = trainer.process.communicate(line, 60)
        assert trainer.process.returncode == 0
    answer = json.loads(out)
    assert (answer["ok"], answer["key"]) == (False, key)
    assert answer["message"]


def test_the_folder_is_off_the_path(folder):
    """``import data`` in a user's code must not find the trainer's own."""
    path = fake_tensorflow(folder, "import data\n")
    with Process(python_path=path) as trainer:
        trainer.send(id=1, do="start", config=config_of(folder))
        assert "No module named 'data'" in trainer.until("failed")["message"]
