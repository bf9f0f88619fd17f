"""init: a file that explains every key and that train can read."""

import re
from pathlib import Path

import pytest
from cli_runs import Nano, is_paragraph, only_session, options
from configurations import NEEDED

from nanotrain_tui.catalog import FIELDS, applies
from nanotrain_tui.catalog.scripts import COMMAND, ON_HOST_DEATH
from nanotrain_tui.cli.facts import range_of
from nanotrain_tui.config import load_presets, read_toml, resolve
from nanotrain_tui.session.summary import summarise

NOWHERE = Path("/nonexistent")


@pytest.fixture
def written(nano: Nano, tmp_path: Path) -> Path:
    path = tmp_path / "my.toml"
    ran = nano("init", path)
    assert ran.status == 0 and str(path) in ran.out
    return path


def uncommented(text: str, keep: list[str]) -> str:
    """The file with the lines of these keys uncommented, tables and edits included."""
    lines, table = [], ""
    for line in text.splitlines():
        head = re.match(r"#?\[+(\w+)\]+$", line)
        table = head.group(1) if head else table
        key = re.match(r"#([\w.]+) = ", line)
        name = f"{table}.{key.group(1)}" if key and table else key and key.group(1)
        wanted = head or (name and (name in keep or table in ("", "edits")))
        lines.append(line.lstrip("#") if wanted else line)
    return "\n".join(lines) + "\n"


def test_the_written_file_changes_nothing(written: Path) -> None:
    assert read_toml(written) == {}
    presets = load_presets(NOWHERE)
    assert resolve(presets, {}, file=written) == resolve(presets, {})


def test_the_file_has_every_key_with_its_summary_and_range(written: Path) -> None:
    text = written.read_text()
    plain_text = " ".join(text.replace("\n# ", " ").split()).lower()
    for key, field in FIELDS.items():
        if key in (COMMAND, ON_HOST_DEATH):
            continue  # of 'nanotrain run', which takes no file
        assert f"\n#{key.partition('.')[2]} = " in text
        assert " ".join(field.summary.split()).lower() in plain_text
        assert range_of(field) in plain_text
        for choice in field.choices or ():
            assert choice in plain_text
    assert max(map(len, text.splitlines())) <= 100


def test_the_uncommented_file_has_the_same_values(written: Path) -> None:
    presets = load_presets(NOWHERE)
    defaults = resolve(presets, {})
    written.write_text(uncommented(written.read_text(), list(defaults)))
    assert read_toml(written).keys() == {"preset", "edits", *defaults}
    config = resolve(presets, {}, file=written)
    half = defaults["optimizer.learning_rate"] / 2
    assert config.pop("edits") == [{"step": 300, "set": {"optimizer.learning_rate": half}}]
    assert config == defaults


@pytest.mark.parametrize("key", [key for key in FIELDS if FIELDS[key].applies_to])
def test_a_key_of_another_choice_can_be_uncommented_with_it(written: Path, key: str) -> None:
    chosen, names = FIELDS[key].applies_to or ("", ())
    text = uncommented(written.read_text(), [key, chosen])
    name = chosen.partition(".")[2]
    for value in names:
        table, rest = text.split(f"[{chosen.partition('.')[0]}]\n")
        written.write_text(f"{table}[{chosen.partition('.')[0]}]\n" + re.sub(
            rf'^{name} = ".*"$', f'{name} = "{value}"', rest, count=1, flags=re.M
        ))  # fmt: skip
        sets = [f"{needed}={path}" for needed, path in NEEDED.get(value, {}).items()]
        config = resolve(load_presets(NOWHERE), {}, file=written, sets=sets)
        assert applies(key, config) and config[chosen] == value


@pytest.mark.usefixtures("hosts_end")
def test_train_reads_the_file(nano: Nano, home: Path, written: Path) -> None:
    assert nano("train", written, *options(steps=20)).status == 0
    assert summarise(only_session(home)).state == "finished"


def test_an_existing_file_is_not_overwritten(nano: Nano, tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text("mine")
    ran = nano("init", path)
    assert ran.status == 2 and is_paragraph(ran.err) and "--force" in ran.err
    assert path.read_text() == "mine"
    assert nano("init", path, "--force").status == 0
    assert path.read_text() == nano("init", "-").out


def test_the_default_file_is_in_the_current_folder(
    nano: Nano, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert nano("init").status == 0
    assert (tmp_path / "nanotrain.toml").exists()


def test_a_path_that_cannot_be_written_is_named(nano: Nano, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "my.toml", tmp_path):
        ran = nano("init", place, "--force")
        assert ran.status == 2 and is_paragraph(ran.err) and str(place) in ran.err
