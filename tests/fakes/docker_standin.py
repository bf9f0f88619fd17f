"""A stand-in for docker: ``run``, ``exec`` and ``kill``, in namespaces of the kernel's own.

A container sees its image's folders and what is mounted, in another root, with another environment,
another folder to be in, and as process 1. Like docker's it outlives the client that started it,
whose end closes its standard input. Images are files in the folder ``$DOCKER_STANDIN``:
``images/NAME.json`` holds {"folders": [...], "path": "..."}, ``running/NAME.json`` a container
that ``exec`` finds: {"image": ..., "mounts": [[outside, inside], ...]}.

``python docker_standin.py --works`` ends with 0 where the kernel allows all this.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

FLAGS = {"-i", "--interactive", "-t", "--tty", "-d", "--detach", "--rm", "--init", "--privileged"}
VALUED = {
    "-v", "--volume", "--mount", "-e", "--env", "--name", "--runtime", "--gpus", "-w", "--workdir",
    "-u", "--user", "--network", "--entrypoint", "--shm-size",
}  # fmt: skip
SCRIPT = """
set -e
root=$1; shift
mount -t tmpfs tmpfs "$root"
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; : >"$root$2"; fi
  mount --rbind "$1" "$root$2"
  if [ "$3" = ro ]; then mount -o remount,bind,ro "$root$2"; fi
  shift 3
done
shift
exec chroot "$root" "$@"
"""


def die(status, *lines):
    sys.stderr.write("".join(line + "\n" for line in lines))
    sys.exit(status)


class Asked:
    """The options of a call, as docker reads them."""

    def __init__(self, words):
        self.flags, self.values = set(), []
        while words and words[0].startswith("-"):
            word = words.pop(0)
            if word.startswith("--"):
                name, sign, value = word.partition("=")
                self._take(name, value if sign else None, words)
                continue
            for i, letter in enumerate(word[1:], 1):
                if "-" + letter in FLAGS:
                    self.flags.add("-" + letter)
                else:
                    self._take("-" + letter, word[i + 1 :] or None, words)
                    break
        self.words = words

    def _take(self, name, value, words):
        if name in FLAGS:
            if value != "false":
                self.flags.add(name)
        elif name in VALUED:
            self.values.append((name, words.pop(0) if value is None else value))
        else:
            die(125, f"unknown flag: {name}", "See 'docker run --help'.")

    def all(self, *names):
        return [value for name, value in self.values if name in names]

    def last(self, *names, default=None):
        return (self.all(*names) or [default])[-1]


def mounts_of(asked):
    for text in asked.all("-v", "--volume"):
        outside, inside, *options = text.split(":")
        if not outside.startswith("/"):
            die(125, f"docker: Error response from daemon: create {outside}: invalid volume name.")
        if not Path(outside).exists():
            Path(outside).mkdir(parents=True)  # as docker does, to many a surprise
        yield outside, inside, (options or ["rw"])[0]
    for text in asked.all("--mount"):
        fields = dict(field.partition("=")[::2] for field in next(csv.reader([text])))
        if not Path(fields["source"]).exists():
            die(125, "docker: Error response from daemon: bind source path does not exist")
        yield fields["source"], fields["target"], "ro" if "readonly" in fields else "rw"


def run(state, words):
    asked = Asked(words)
    image, *command = asked.words
    check_tty(asked)
    found = state / "images" / f"{image}.json"
    if not found.exists():
        die(
            125,
            f"Unable to find image '{image}:latest' locally",
            f"docker: Error response from daemon: pull access denied for {image}, repository does "
            "not exist or may require 'docker login'.",
        )
    if asked.last("--runtime", default="runc") not in ("runc", "nvidia"):
        die(
            125,
            "docker: Error response from daemon: unknown or invalid runtime name: "
            + asked.last("--runtime"),
        )
    program = asked.all("--entrypoint") + command
    start(state, asked, json.loads(found.read_text()), list(mounts_of(asked)), program)


def execute(state, words):
    asked = Asked(words)
    name, *command = asked.words
    check_tty(asked)
    found = state / "running" / f"{name}.json"
    if not found.exists():
        die(1, f"Error response from daemon: No such container: {name}")
    told = json.loads(found.read_text())
    image = json.loads((state / "images" / f"{told['image']}.json").read_text())
    start(state, asked, image, [(*mount, "rw") for mount in told["mounts"]], command)


def check_tty(asked):
    if asked.flags & {"-t", "--tty"} and not sys.stdin.isatty():
        die(1, "the input device is not a TTY")


def start(state, asked, image, mounts, command):
    name = asked.last("--name", default=f"unnamed-{os.getpid()}")
    root = state / "roots" / name
    if root.exists():
        die(
            125,
            f'docker: Error response from daemon: Conflict. The container name "/{name}" is '
            "already in use by container.",
        )
    root.mkdir(parents=True)
    system = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc")
    folders = [(one, one, "ro") for one in (*system, *image["folders"]) if Path(one).exists()]
    env = ["HOME=/root", f"PATH={image['path']}", f"HOSTNAME={name}", *asked.all("-e", "--env")]
    words = [word for mount in (*folders, *mounts) for word in mount]
    inside = ["env", "-i", *env, "sh", "-c", 'cd "$0" && exec "$@"']
    inside += [asked.last("-w", "--workdir", default="/"), *command]
    # unshare waits for the container, and takes it along when it is killed.
    child = subprocess.Popen(
        [*unshare(), "sh", "-c", SCRIPT, "sh", str(root), *words, "--", *inside],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    (state / "pids").mkdir(exist_ok=True)
    (state / "pids" / name).write_text(str(child.pid))
    with (state / "calls").open("a") as calls:
        calls.write(json.dumps(sys.argv[1:]) + "\n")
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    if asked.flags & {"-i", "--interactive"}:
        threading.Thread(target=pump, args=(child.stdin,), daemon=True).start()
    else:
        child.stdin.close()
    status = child.wait()
    (state / "pids" / name).unlink(missing_ok=True)
    root.rmdir()
    sys.stdout.flush()
    os._exit(128 - status if status < 0 else status)


def pump(into):
    while True:
        data = os.read(0, 1 << 16)
        try:
            if not data:
                into.close()
                return
            into.write(data)
            into.flush()
        except OSError:
            return


def kill(state, words):
    for name in words:
        try:
            os.kill(int((state / "pids" / name).read_text()), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            die(1, f"Error response from daemon: Cannot kill container: {name}: No such container")
        print(name)


def unshare():
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    kinds = ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
    return ["unshare", *user, *kinds]


def works():
    """Whether the kernel lets us: it needs user namespaces, or root with all of its powers."""
    script = 'mount -t tmpfs tmpfs "$0" && mkdir "$0/proc" && mount -t proc proc "$0/proc"'
    try:
        tried = subprocess.run([*unshare(), "sh", "-c", script, "/mnt"], capture_output=True)
    except OSError:
        return False
    return tried.returncode == 0


def main():
    words = sys.argv[1:]
    if words == ["--works"]:
        return 0 if works() else 1
    state = Path(os.environ["DOCKER_STANDIN"])
    if words[:1] == ["container"]:
        words.pop(0)
    {"run": run, "exec": execute, "kill": kill}[words[0]](state, words[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
