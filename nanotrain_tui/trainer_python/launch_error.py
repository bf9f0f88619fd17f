"""The error for a session that cannot be started."""

from nanotrain_tui.catalog import ConfigError


class LaunchError(ConfigError):
    """Nothing was started: ``key`` names the configuration key at fault, or is empty."""
