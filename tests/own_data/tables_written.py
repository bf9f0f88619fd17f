"""Tables that tests write, and what the trainer says of them."""

from nanotrain_tui.trainer import data
from nanotrain_tui.trainer.data.dataset import silent


def written(folder, text, name="table.csv", encoding="utf-8"):
    """A file with this text, or with these bytes."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def config_of(path, **options):
    """``data__target="x"`` for ``data.target``."""
    config = {key.replace("__", "."): value for key, value in options.items()}
    return {"data.name": "csv", "data.path": str(path), **config}


def inspected(path, **options):
    """The facts of a table that can be trained on."""
    facts = data.inspect(config_of(path, **options))
    assert facts["ok"], facts
    return facts


def refused(path, **options):
    """The key and the message of a table that cannot be trained on."""
    facts = data.inspect(config_of(path, **options))
    assert not facts["ok"], facts
    return facts["key"], facts["message"]


def loaded(path, **options):
    return data.load(config_of(path, **options), silent)


def rows_text(count, *formulas, heading="a,b,target", separator=","):
    """A table whose cells are formulas of the number of the row."""
    lines = [separator.join(str(formula(i)) for formula in formulas) for i in range(count)]
    return "\n".join([heading, *lines]) + "\n"
