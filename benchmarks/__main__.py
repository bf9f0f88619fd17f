"""``python -m benchmarks NAME``."""

import argparse
import sys

from . import engine, folder, link, memory, monitor, mutants, script, sessions, telemetry, wire


def main() -> int:
    """Run the benchmark that is named. The exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True)
    benchmarks = {
        "engine": engine, "folder": folder, "link": link, "memory": memory, "monitor": monitor,
        "mutants": mutants, "script": script,
        "sessions": sessions, "telemetry": telemetry, "wire": wire,
    }  # fmt: skip
    for name, benchmark in benchmarks.items():
        benchmark.add_arguments(commands.add_parser(name, help=benchmark.HELP))
    asked = parser.parse_args()
    return benchmarks[asked.name].run(asked)


if __name__ == "__main__":
    sys.exit(main())
