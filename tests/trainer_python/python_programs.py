"""Programs that answer as Pythons do."""


def python_that(tmp_path, name, says):
    """A program that answers as a Python would."""
    program = tmp_path / name
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    return str(program)
