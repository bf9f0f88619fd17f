"""Looks at the data before anything is started."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nanotrain_tui.catalog import Config, function_of
from nanotrain_tui.cli.waiting import waiting

if TYPE_CHECKING:
    from nanotrain_tui.launch.plan import Plan
    from nanotrain_tui.session.places import Places
    from nanotrain_tui.trainer_python.inspection import Inspection


class TrainersLook:
    """A look with the trainer's Python, which a plan uses again.

    Calling it returns the facts. Raises LaunchError.
    """

    def __init__(self, places: "Places") -> None:
        self._places = places
        self._found: Inspection | None = None

    def __call__(self, config: Config) -> Mapping[str, Any]:
        from nanotrain_tui.launch.plan import look_up

        with waiting(_what(config)):
            self._found = look_up(config, self._places)
        return self._found.data

    def plan(self, config: Config) -> "Plan":
        """The plan for a configuration with the same data. Raises ConfigError."""
        from nanotrain_tui.launch.plan import plan_with, prepare

        if self._found is None:
            return prepare(config, self._places)
        return plan_with(config, self._places, self._found)


def facts_here(config: Config, places: "Places") -> Mapping[str, Any]:
    """The facts of the data; only a function needs the trainer's Python for them.

    Raises LaunchError.
    """
    from nanotrain_tui.launch.plan import look_up, trainer_request
    from nanotrain_tui.trainer.data import inspect
    from nanotrain_tui.trainer_python.launch_error import LaunchError

    with waiting(_what(config)):
        if config["data.name"] == "function":
            return look_up(config, places).data
        facts = inspect(trainer_request(config, places))
    if not facts["ok"]:
        raise LaunchError(facts["key"], facts["message"])
    return facts


def _what(config: Config) -> str:
    """What is done, for the person who waits."""
    file, function = function_of(config)
    return f"running {function}() of {file}" if file else "looking at the data"
