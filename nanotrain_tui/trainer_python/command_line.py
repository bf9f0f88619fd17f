"""Parses the command lines of container engines as the engines do."""

import os
from typing import FrozenSet, List, NamedTuple, Optional, Sequence, Tuple


class Engine(NamedTuple):
    """How to read an engine's options: ``flags`` take no value, or only ``valued`` take one."""

    names: FrozenSet[str]
    flags: FrozenSet[str]
    valued: FrozenSet[str]

    def takes_value(self, name: str) -> bool:
        return name in self.valued if self.valued else name not in self.flags


class Option(NamedTuple):
    """One option; ``start`` is the index of its word, ``end`` of the word after it."""

    name: str  # without its dashes
    value: str  # empty for a flag
    start: int
    end: int


class Call(NamedTuple):
    """``docker run`` or ``exec`` within a command; new options are added after ``verb_at``."""

    engine: Engine
    words: Tuple[str, ...]
    verb_at: int
    options: Tuple[Option, ...]
    image_at: int  # index of the image or container; the program follows it

    @property
    def verb(self) -> str:
        return self.words[self.verb_at]

    def values(self, *names: str) -> List[str]:
        """The values of an option, under any of its names."""
        return [option.value for option in self.options if option.name in names]

    def has(self, *names: str) -> bool:
        return any(value != "false" for value in self.values(*names))


_DOCKER_FLAGS = (
    "d i t P q detach interactive tty publish-all quiet rm init privileged read-only help "
    "no-healthcheck oom-kill-disable sig-proxy disable-content-trust use-api-socket no-hosts "
    "no-hostname replace tls-verify env-host http-proxy read-only-tmpfs rmi passwd "
    "unsetenv-all"
)
_SINGULARITY_VALUED = (
    "B H S W o bind mount home scratch workdir env env-file pwd cwd overlay app add-caps "
    "drop-caps dns hostname network network-args security apply-cgroups fusemount "
    "docker-host pem-path cpus cpu-shares cpuset-cpus cpuset-mems memory memory-reservation "
    "memory-swap pids-limit blkio-weight blkio-weight-device"
)
# https://docs.docker.com/reference/cli/docker/container/run/ and podman-run(1)
DOCKER = Engine(
    names=frozenset(("docker", "podman", "nerdctl", "nvidia-docker")),
    flags=frozenset(_DOCKER_FLAGS.split()),
    valued=frozenset(),
)
# https://apptainer.org/docs/user/main/cli/apptainer_exec.html
SINGULARITY = Engine(
    names=frozenset(("singularity", "apptainer")),
    flags=frozenset(),
    valued=frozenset(_SINGULARITY_VALUED.split()),
)
_BEFORE = frozenset(("sudo", "env", "nice", "ionice", "taskset", "exec"))
_VERBS = ("run", "exec")
_OTHER = frozenset(("compose", "start", "create", "build", "swarm", "service", "machine"))


def find_call(command: Sequence[str]) -> Optional[Call]:
    """The engine's call in a command, or None."""
    engine, at = _engine(command)
    if engine is None:
        return None
    for i in range(at + 1, len(command)):
        if command[i] in _OTHER:
            return None
        if command[i] in _VERBS:
            options, image_at = _options(command, i + 1, engine)
            return Call(engine, tuple(command), i, tuple(options), image_at)
    return None


def _engine(command: Sequence[str]) -> Tuple[Optional[Engine], int]:
    for i, word in enumerate(command):
        name = os.path.basename(word)
        for engine in (DOCKER, SINGULARITY):
            if name in engine.names:
                return engine, i
        if not (name in _BEFORE or word.startswith("-") or "=" in word or word.isdigit()):
            break
    return None, 0


def _options(words: Sequence[str], at: int, engine: Engine) -> Tuple[List[Option], int]:
    """The options from the index ``at`` on, and the index of the image."""
    found: List[Option] = []
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        word = words[at]
        if word == "--":
            return found, at + 1
        start, at = at, at + 1
        if word.startswith("--"):
            name, sign, value = word[2:].partition("=")
            if not sign and engine.takes_value(name) and at < len(words):
                value, at = words[at], at + 1
            found.append(Option(name, value, start, at))
            continue
        for i, letter in enumerate(word[1:], 1):
            if not engine.takes_value(letter):
                found.append(Option(letter, "", start, at))
                continue
            value = word[i + 1 :]
            value = value[1:] if value.startswith("=") else value
            if not value and at < len(words):
                value, at = words[at], at + 1
            found.append(Option(letter, value, start, at))
            break
    return found, at
