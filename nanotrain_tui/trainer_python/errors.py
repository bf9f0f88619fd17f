"""Why a session cannot be started."""

from nanotrain_tui.catalog import ConfigError


class LaunchError(ConfigError):
    """Nothing was started: ``key`` names what in the configuration is at fault, or is empty."""
