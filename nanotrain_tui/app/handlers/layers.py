"""Opens the editor of ``model.layers``, for the data of the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nanotrain_tui.app.form.layer_draft import LayerDraft
from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.form.outlook import place_of
from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Shell
from nanotrain_tui.app.screens.layer_editor import LayerEditor


def edit_layers(
    key: str,
    shell: Shell,
    model: FormModel,
    data: Mapping[str, Any],
    accept: Callable[[str], str],
) -> None:
    """Open the editor. ``accept`` takes the text of the layers and returns "", or an error."""
    draft = LayerDraft(model.text(key), place_of(model, data))
    shell.push_screen(LayerEditor(draft, accept))


def data_of_form(
    model: FormModel, link: SessionLink, looked_up: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The data of the form: that of the session if it has the same, else what was looked up."""
    of_session = link.state.data
    wanted = model.value("data.name")
    if "shape" in of_session and wanted in ("auto", of_session.get("name")):
        return of_session
    return looked_up
