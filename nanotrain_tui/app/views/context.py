"""What a view gets when its key is pressed."""

from __future__ import annotations

from typing import NamedTuple

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.handlers.charts import ChartActions
from nanotrain_tui.app.handlers.export import ExportActions
from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.source.ports import Backend, Preferences


class ViewContext(NamedTuple):
    """The parts of the application that views show and steer."""

    shell: Shell
    screens: Screens
    link: SessionLink
    model: FormModel
    backend: Backend
    key_table: Keymap
    preferences: Preferences
    charts: ChartActions
    export: ExportActions
