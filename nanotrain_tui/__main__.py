"""``python -m nanotrain_tui`` is ``nanotrain``."""

from nanotrain_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
