"""Every action of the dashboard and the keys that run it."""
