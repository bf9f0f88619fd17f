"""A stand-in for docker on the PATH, and what it knows."""

import json
import sys
from pathlib import Path

FAKES = Path(__file__).resolve().parents[1] / "fakes"
STANDIN = FAKES / "docker_standin.py"
IN = "/scripts"  # where a container is told to have the fakes


class Docker:
    """The stand-in's images, running containers and calls."""

    def __init__(self, state, bin_folder):
        self.state = state
        self.bin_folder = bin_folder
        for name in ("images", "running"):
            (state / name).mkdir(parents=True)
        # This very Python with all it has installed, and one that has nothing.
        here = [sys.prefix, sys.base_prefix]
        path = str(Path(sys.executable).parent)
        self.image("tf", here, f"{path}:/usr/bin:/bin")
        bare = Path(sys.base_prefix, "bin")
        self.image("bare", [sys.base_prefix], f"{bare}:/usr/bin:/bin")

    def image(self, name, folders, path):
        report = {"folders": list(dict.fromkeys(folders)), "path": path}
        (self.state / "images" / f"{name}.json").write_text(json.dumps(report))

    def runs(self, name, mounts):
        """A container that runs already, for ``docker exec``."""
        report = {"image": "tf", "mounts": [[str(out), inside] for out, inside in mounts]}
        (self.state / "running" / f"{name}.json").write_text(json.dumps(report))

    def calls(self):
        lines = (self.state / "calls").read_text().splitlines()
        return [json.loads(line) for line in lines]


def install(tmp_path):
    """``docker`` in a folder for the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "docker"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STANDIN}" "$@"\n')
    program.chmod(0o755)
    return Docker(tmp_path / "docker", folder)


def processes_that_name(text):
    """Those with the text in their command line: containers outlive who started them."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            line = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in line:
            found.append(int(place.name))
    return found
