"""``nanotrain doctor``: what is here, what is amiss, and what to do about it."""

import click
from .options import json_option
from .errors import FINISHED


@click.command("doctor")
@json_option
def command(as_json: bool) -> int:
    """x"""
    return FINISHED
