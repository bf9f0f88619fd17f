"""The trainer as a process of its own: its descriptors, its end, its OOM score."""

import contextlib
import ctypes
import json
import os
import platform
import resource
import signal
import sys
from typing import Any, BinaryIO, Dict, List, Tuple

from .data import inspect
from .installed import has_tensorflow, tensorflow_version
from .protocol import Command, Commands, Events, Failed
from .serve import plain_failures, serve

PR_SET_PDEATHSIG = 1
M_MMAP_THRESHOLD = -3
LARGE_BLOCK = 1 << 20  # bytes
OOM_SCORE_ADJ = "500"  # the kernel kills the trainer before the host and sshd
INSPECT_WITHIN_S = 150  # the app's time limit is a little shorter
NICE = 5  # the trainer uses every core; keys and telemetry need a hundredth of one


def main(arguments: List[str]) -> int:
    """Run the trainer, or answer one question about the data or a model. The exit status."""
    stdin, stdout = reserve_pipes()
    if arguments == ["--inspect"]:
        die_with_parent()
        signal.alarm(
            INSPECT_WITHIN_S
        )  # also where nobody is left to enforce it, in a container too
        status = inspect_data(stdin, stdout)
        sys.stdout.flush()
        os._exit(status)  # a thread of a person's function may still run
    if arguments == ["--augment"]:
        die_with_parent()
        return show_augmentation(stdin, stdout)
    if arguments in (["--export"], ["--predict"], ["--evaluate"]):
        die_with_parent()
        return use_model(arguments[0], stdin, stdout)
    if arguments:
        options = "--inspect|--augment|--export|--predict|--evaluate"
        sys.stderr.write("usage: trainer [{}], JSON lines on standard input\n".format(options))
        return 2
    die_with_parent()
    be_first_to_go()
    give_memory_back()
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the host handles Ctrl+C
    events = Events(stdout)

    def stop_at_once(command: Command) -> None:
        events.answer(command, 0)
        events.emit("stopped", step=0)
        os._exit(0)

    commands = Commands(stdin, events, ended=lambda: os._exit(0), abandoned=stop_at_once)
    status = serve(commands, events)
    stdout.flush()
    # Threads of TensorFlow and the reader may delay a normal exit for seconds.
    os._exit(status)


def reserve_pipes() -> Tuple[BinaryIO, BinaryIO]:
    """Keep descriptors 0 and 1 for the protocol: TensorFlow and a user's code print."""
    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return stdin, stdout


def inspect_data(stdin: BinaryIO, stdout: BinaryIO) -> int:
    """Read one configuration and write one answer, without loading TensorFlow."""
    try:
        config = json.loads(stdin.readline().decode("utf-8"))
    except ValueError:
        config = None
    if isinstance(config, dict):
        there = has_tensorflow()
        version = tensorflow_version() if there else None
        answer = dict(inspect(config), tensorflow=there, tensorflow_version=version)
        answer["python_version"] = platform.python_version()
    else:
        answer = {"ok": False, "key": "", "message": "The configuration is no JSON object."}
    # on a line of its own, whatever a wrapper or an image has printed before
    stdout.write(b"\n" + json.dumps(answer).encode("utf-8") + b"\n")
    stdout.flush()
    return 0


def show_augmentation(stdin: BinaryIO, stdout: BinaryIO) -> int:
    """Read a configuration with pictures, and write the pictures as it augments them."""
    from .graph.augmented_samples import augment_samples

    answer = augment_samples(json.loads(stdin.readline().decode("utf-8")))
    stdout.write(json.dumps(answer).encode("utf-8") + b"\n")
    stdout.flush()
    return 0


def use_model(what: str, stdin: BinaryIO, stdout: BinaryIO) -> int:
    """Read one request and write lines. The last one has ``ok``, and a message if it is false."""

    def send(line: Dict[str, Any]) -> None:
        stdout.write(json.dumps(line).encode("utf-8") + b"\n")
        stdout.flush()

    try:
        request = json.loads(stdin.readline().decode("utf-8"))
        # Arrays are NumPy's alone; all else loads TensorFlow, which takes seconds.
        with contextlib.ExitStack() if request.get("kind") == "weights" else plain_failures():
            if what == "--export":
                from .saved.export import export

                os.chdir(request["into"])  # TensorFlow writes to no path that is not UTF-8
                request["into"] = os.curdir
                answer = export(request, lambda fraction: send({"progress": fraction}))
                give_away(os.curdir)
                send(answer)
            elif what == "--evaluate":
                from .saved.evaluate import evaluate

                send(evaluate(request, lambda fraction: send({"progress": fraction})))
            else:
                from .saved.predict import predict

                send(predict(request, send))
    except Failed as failure:
        send({"ok": False, "key": failure.key or "", "message": failure.message})
    return 0


def give_away(folder: str) -> None:
    """Change the owner of files that a container's root wrote to the owner of their folder."""
    if os.geteuid() != 0:
        return
    owner = os.stat(folder)
    for place, _, files in os.walk(folder):
        for path in [place] + [os.path.join(place, name) for name in files]:
            with contextlib.suppress(OSError):  # a file system without owners
                os.lchown(path, owner.st_uid, owner.st_gid)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the host ends, however it ends."""
    parent = os.getppid()
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    except (OSError, AttributeError):
        return  # not Linux: the end of standard input still ends the process
    if os.getppid() != parent:
        os._exit(0)  # the host ended before the kernel was asked


def be_first_to_go() -> None:
    """Make the out-of-memory killer choose this process before any other of the session."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(OOM_SCORE_ADJ)
    except OSError:
        pass  # a container may forbid it; then the kernel chooses


def give_memory_back() -> None:
    """Where memory is limited, make the C library give back each large block that is freed.

    It would keep blocks of up to 32 MB, in pieces into which the next ones do not fit. Without a
    limit they stay, because new ones take time.
    """
    limits = (resource.RLIMIT_DATA, resource.RLIMIT_AS)
    if all(resource.getrlimit(one)[0] == resource.RLIM_INFINITY for one in limits):
        return
    try:
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
    except (OSError, AttributeError):
        pass  # another C library
