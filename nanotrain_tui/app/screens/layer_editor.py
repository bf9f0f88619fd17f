"""The dialog that edits the list of layers, with the shapes and parameters of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from nanotrain_tui.app.form.layer_draft import LayerDraft, stepped_layer
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.widgets.editor import FieldEditor
from nanotrain_tui.app.widgets.layer_rows import LayerRows
from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.catalog.formats import plural, weights_size
from nanotrain_tui.catalog.layer_kinds import KINDS
from nanotrain_tui.catalog.layer_list import parse_listed
from nanotrain_tui.drawing.glyphs import plain
from nanotrain_tui.drawing.lists.entries import Entry

WIDEST = 90
ALL = 10**6
BELOW_ROWS = 8  # lines of the dialog that are no rows: frame, total, text below
EMPTY = "No layers: the hidden layers count. a: add a layer, e: type the whole list."
NOT_KNOWN = "The shapes are shown when the data is known."
KEY_HELP = (
    ("a i", "Add a layer below or above the cursor."),
    ("e", "Edit the layer as text; several layers have commas."),
    ("d", "Remove the layer."),
    ("J K", "Move the layer down or up."),
    ("+ -", "Increase or decrease its first number."),
    ("u", "Undo the last change of the list."),
)
BOUND = (
    ("up,k", "move(-1)"), ("down,j", "move(1)"), ("pageup", "page(-1)"), ("pagedown", "page(1)"),
    ("home,g", f"move(-{ALL})"), ("end,G", f"move({ALL})"), ("a", "add(True)"),
    ("i", "add(False)"), ("e", "edit"), ("d,delete", "remove"), ("K,shift+up", "shift(-1)"),
    ("J,shift+down", "shift(1)"), ("plus,equals_sign,right,l", "step(True)"),
    ("minus,left,h", "step(False)"), ("u", "undo"), ("enter", "accept"),
    ("question_mark,f1", "more"), ("escape,q", "leave"),
)  # fmt: skip


class LayerEditor(ModalScreen[bool]):
    """Edits a ``LayerDraft``. ``accept`` takes its text and returns "", or an error; then it stays.

    Layers that the data does not allow are refused by layer and reason.
    """

    DEFAULT_CSS = """
    LayerEditor {
        align: center middle;
        & > #layers {
            width: 90; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
            border: round $primary; background: $surface;
            border-title-color: $primary; border-subtitle-color: $muted;
            & > #layers-total { height: 1; color: $foreground; text-style: bold; }
            & > #layers-about {
                height: 4; color: $foreground; border-top: solid $muted; overflow: hidden;
            }
            & > #layers-about.-why { color: $error; }
            & > FieldEditor { border-top: solid $muted; height: 5; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, action, show=False) for keys, action in BOUND
    ]
    KEYS: ClassVar[str] = "a add, e edit, d remove, J K move, ? keys, Enter: apply, Esc: cancel"
    WHILE_EDITING: ClassVar[str] = "Up Down: change the first number, Enter: accept, Esc: cancel"

    def __init__(self, draft: LayerDraft, accept: Callable[[str], str]) -> None:
        super().__init__()
        self._draft = draft
        self._accept = accept
        self._rows = LayerRows()
        self._is_editing = False
        self._is_new = False  # the layer in the editor was just added

    def compose(self) -> ComposeResult:
        with Vertical(id="layers") as box:
            box.border_title = "Layers"
            box.border_subtitle = self.KEYS
            yield self._rows
            yield Static("", id="layers-total")
            yield Static("", id="layers-about")

    def on_mount(self) -> None:
        self._show()
        self._rows.focus()

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        """Make the list as high as its rows, if the screen has room for them."""
        wanted = len(self._rows.rows) + 1  # and the heading
        self._rows.styles.height = max(2, min(wanted, size.height - BELOW_ROWS))

    # --- what is shown ---------------------------------------------------------------------

    def _show(self, about: str = "", why: bool = False) -> None:
        """Show the draft, and a text below it: by default the problem, or what the layer is."""
        built = self._draft.built()
        self._rows.show(built.rows, self._draft.cursor + 1 if self._draft.texts else None)
        self._fit(self.app.size)
        total = "" if built.parameters is None else self._total(built.parameters)
        self.query_one("#layers-total", Static).update(Content(total))
        is_problem = not about and bool(built.problem)
        self._say(about or built.problem or self._about(), why or is_problem)

    def _total(self, parameters: int) -> str:
        return f"{plural(parameters, 'parameter')}, {weights_size(4 * parameters / 2**20)}"

    def _about(self) -> str:
        """What the layer under the cursor is."""
        here = self._draft.here if self._draft.preview is None else self._draft.preview
        if not here:
            return EMPTY
        try:
            kind = KINDS[parse_listed(here)["kind"]]
        except ConfigError:
            return ""
        note = "" if self._draft.place.shape else f" {NOT_KNOWN}"
        return f"{kind.name}: {kind.summary} Keras: {kind.keras}.{note}"

    def _say(self, text: str, why: bool) -> None:
        about = self.query_one("#layers-about", Static)
        about.set_class(why, "-why")
        about.update(Content(text if self._rows.glyphs.braille else plain(text)), layout=False)

    # --- keys ------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of the list do nothing while a layer is edited."""
        return not self._is_editing and super().check_action(action, parameters)

    def action_move(self, by: int) -> None:
        self._draft.go_to(self._draft.cursor + by)
        self._show()

    def action_page(self, direction: int) -> None:
        self.action_move(direction * max(1, self._rows.size.height - 2))

    @on(LayerRows.Clicked)
    def _clicked(self, message: LayerRows.Clicked) -> None:
        self._draft.go_to(message.index - 1)
        self._show()

    def action_shift(self, by: int) -> None:
        self._draft.move(by)
        self._show()

    def action_remove(self) -> None:
        if self._draft.texts:
            self._draft.remove()
        self._show()

    def action_undo(self) -> None:
        self._show("" if self._draft.undo() else "There is nothing to undo.")

    def action_step(self, up: bool) -> None:
        possible = bool(self._draft.texts) and self._draft.step(up)
        self._show("" if possible else "This layer has no number to change.")

    def action_more(self) -> None:
        self._show(" ".join(f"{keys}: {text}" for keys, text in KEY_HELP))

    def action_accept(self) -> None:
        problem = self._draft.built().problem
        why = problem or self._accept(self._draft.text)
        if why:
            self._show(why, why=True)
        else:
            self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)

    # --- add and edit ----------------------------------------------------------------------

    def action_add(self, below: bool) -> None:
        """Select a kind, insert a layer of it, and open its editor if it has numbers."""
        if self._draft.is_full:
            self._show("The list has as many layers as are allowed.", why=True)
            return

        def added(name: str | None) -> None:
            if name is None:
                return
            kind = KINDS[name]
            self._draft.add(kind.example, below)
            self._show()
            if kind.numbers or kind.activation:
                self._open_editor(is_new=True)

        self.app.push_screen(PickList("add a layer", kind_entries()), added)

    def action_edit(self) -> None:
        self._open_editor()

    def _open_editor(self, is_new: bool = False) -> None:
        """The editor of the layer under the cursor. If it is cancelled, a new layer is removed."""
        draft = self._draft

        def accept(text: str) -> str:
            try:
                draft.replace(text)
            except ConfigError as error:
                return error.message
            return ""

        def describe(text: str) -> str:
            draft.preview = text
            self._show()
            return draft.built().problem or self._about()

        title = f"Layer {draft.cursor + 1}" if draft.texts else "All layers"
        editor = FieldEditor(
            "layer", title, draft.here, self._about(), accept, stepped_layer, describe
        )
        self._is_editing, self._is_new = True, is_new
        self.query_one("#layers-about").display = False
        box = self.query_one("#layers", Vertical)
        box.border_subtitle = self.WHILE_EDITING
        box.mount(editor)

    @on(FieldEditor.Done)
    def _edited(self, message: FieldEditor.Done) -> None:
        message.stop()
        self._draft.preview = None
        if self._is_new and not message.applied:
            self._draft.undo()
        self.query_one(FieldEditor).remove()
        self._is_editing = False
        self.query_one("#layers-about").display = True
        self.query_one("#layers", Vertical).border_subtitle = self.KEYS
        self._rows.focus()
        self._show()


def kind_entries() -> Sequence[Entry]:
    """The kinds of layers for the list of those that can be added."""
    return [
        Entry(kind.name, kind.name, f"{kind.summary} Keras: {kind.keras}.", kind.example,
              kind.aliases)
        for kind in KINDS.values()
    ]  # fmt: skip
