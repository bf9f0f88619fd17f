"""Notes which lines of the product each test executes, in every process that a test starts.

Python loads this file by its name at the start of every process whose PYTHONPATH has its folder.
The folder comes first there, before that of ``nanotrain run``, whose own file has this name, too.
Each line is written at once, because hosts and trainers are often killed. A line is noted once for
each test. It writes to one file for each process: ``= LABEL``, then ``FILE:LINE`` for each line.
Python 3.12 and newer watch only the lines that are still unseen (``sys.monitoring``). Older ones
call a function for every call that a test makes (``sys.settrace``), which takes many times as long.
"""

import os
import sys
import threading

_FOLDER = os.environ.get("NANOTRAIN_MUTANTS_TRACE", "")
_ROOT = os.environ.get("NANOTRAIN_MUTANTS_ROOT", "") + "/nanotrain_tui/"
_HERE = __file__.rpartition("/")[0]
# A function that never runs all of its lines is not watched for ever.
_MOST_CALLS = 2000
# Tests replace functions of ``os``.
_open, _write, _close, _getpid = os.open, os.write, os.close, os.getpid
_state = {"label": os.environ.get("NANOTRAIN_MUTANTS_LABEL", "0"), "pid": 0}
_monitoring = getattr(sys, "monitoring", None)
_left = {}  # by code object: its lines that are still unseen, and how many calls are watched


def relabel(label):
    """Note the lines that follow under another label, all of them again."""
    os.environ["NANOTRAIN_MUTANTS_LABEL"] = label
    _state["label"], _state["pid"] = label, 0
    _left.clear()
    if _FOLDER and _monitoring:
        _monitoring.restart_events()


def _trace(frame, _event, _arg):
    code = frame.f_code
    if not code.co_filename.startswith(_ROOT):
        return None
    known = _left.get(code)
    if known is None:
        lines = {line for _, _, line in code.co_lines() if line} - {code.co_firstlineno}
        known = _left[code] = [lines, _MOST_CALLS]
        _note(code, code.co_firstlineno)
    known[1] -= 1
    return _line if known[0] and known[1] > 0 else None


def _line(frame, event, _arg):
    if event == "line":
        known = _left.get(frame.f_code)
        if known is not None and frame.f_lineno in known[0]:
            known[0].discard(frame.f_lineno)
            _note(frame.f_code, frame.f_lineno)
    return _line


def _note(code, line):
    pid = _getpid()
    text = f"{code.co_filename[len(_ROOT) :]}:{line}\n"
    if pid != _state["pid"]:
        _state["pid"] = pid
        text = "= {}\n{}".format(_state["label"], text)
    text = _state.pop("late", "") + text
    try:
        file = _open(f"{_FOLDER}/{pid}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:  # a test that leaves no descriptor free
        _state["late"] = text
        return
    try:
        _write(file, text.encode())
    except OSError:  # a test of a full disk
        _state["late"] = text
    finally:
        _close(file)


def _started(code, _offset):
    return _seen(code, code.co_firstlineno)


def _seen(code, line):
    if code.co_filename.startswith(_ROOT):
        _note(code, line)
    return _monitoring.DISABLE  # until the next label


if _FOLDER and _monitoring:
    _TOOL, _EVENTS = _monitoring.COVERAGE_ID, _monitoring.events
    _monitoring.use_tool_id(_TOOL, "nanotrain-mutants")
    _monitoring.register_callback(_TOOL, _EVENTS.PY_START, _started)
    _monitoring.register_callback(_TOOL, _EVENTS.LINE, _seen)
    _monitoring.set_events(_TOOL, _EVENTS.PY_START | _EVENTS.LINE)
elif _FOLDER and hasattr(_trace.__code__, "co_lines"):
    threading.settrace(_trace)
    sys.settrace(_trace)


def _watch_started(event, arguments):
    """Put this folder first in a PYTHONPATH that a test or the program has made."""
    if event != "subprocess.Popen":
        return
    env = arguments[3]
    if isinstance(env, dict) and "NANOTRAIN_MUTANTS_TRACE" in env:
        others = env.get("PYTHONPATH", "").split(os.pathsep)
        env["PYTHONPATH"] = os.pathsep.join([_HERE, *(one for one in others if one != _HERE)])


def _run_next():
    """Run the file of this name that Python would have run without this one."""
    sys.path[:] = [place for place in sys.path if place != _HERE]
    ours = sys.modules["nanotrain_mutants"] = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = ours


if _FOLDER:
    if hasattr(sys, "addaudithook"):
        sys.addaudithook(_watch_started)
    _run_next()
