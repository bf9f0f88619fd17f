"""``python -m benchmarks NAME``."""

import argparse
import sys

from . import engine


def main() -> int:
    """Run the benchmark that is named. The exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True)
    engine.add_arguments(commands.add_parser("engine", help=engine.HELP))
    return engine.run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
