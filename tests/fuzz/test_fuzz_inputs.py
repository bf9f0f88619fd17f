"""What people write: commands, configuration files, lines of tegrastats, bundles."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.catalog import FIELDS, ConfigError, check, flatten, nest
from nanotrain_tui.config.toml_file import read_toml
from nanotrain_tui.export.format_types import Options
from nanotrain_tui.export.formats.bundle import write
from nanotrain_tui.host.commands import COMMANDS, BadRequest, arguments, asker
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder, list_sessions
from nanotrain_tui.session.recording.portable import import_file
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.telemetry.tegrastats import parse_line
from tests.crash.scenarios import NAME, SCENARIOS

from .shapes import KEYS, ODD, TEXTS, VALUES

pytestmark = pytest.mark.slow

REQUESTS = st.fixed_dictionaries(
    {"do": st.sampled_from(COMMANDS)},
    optional={
        "values": st.dictionaries(KEYS, VALUES | ODD, max_size=3) | ODD,
        "n": st.integers(1, 9) | ODD,
        "edit": st.integers(1, 9) | ODD,
        "who": TEXTS | ODD,
    },
)
TOKENS = (
    "RAM 1203/3956MB (lfb 301x4MB) SWAP 12/1978MB (cached 3MB) IRAM CPU [10%@1428,off] EMC_FREQ "
    "0%@204 GR3D_FREQ 5%@[306] CPU@40C PMIC@100C -256C POM_5V_IN 2000/2000 VDD 1mW/2mW MTS fg 0% "
    "bg 1% @ / [ ] 99999999999999999999"
)
WORDS = st.sampled_from(TOKENS.split())


@given(REQUESTS)
def test_a_request_is_refused_or_has_plain_arguments(request: dict[str, Any]) -> None:
    asker(request, "a client")
    try:
        found = arguments(request["do"], request)
    except BadRequest:
        return
    json.dumps(found, allow_nan=False)


@given(st.dictionaries(st.sampled_from([*FIELDS]) | TEXTS, VALUES | ODD, max_size=6))
def test_any_configuration_is_checked_or_refused(values: dict[str, Any]) -> None:
    try:
        config = check(values)
    except ConfigError:
        return
    assert check(config) == config
    assert flatten(nest(config)) == config


@given(text=st.text(max_size=60) | st.lists(KEYS, max_size=3).map("\n".join), data=st.data())
def test_any_file_is_a_configuration_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    table = data.draw(st.none() | st.dictionaries(KEYS, st.integers() | TEXTS, max_size=4))
    path.write_text(text if table is None else tomlkit.dumps(table), "utf-8", "surrogatepass")
    try:
        check(read_toml(path))
    except ConfigError:
        return


@given(st.lists(WORDS | TEXTS, max_size=30).map(" ".join), st.booleans())
def test_any_line_of_tegrastats_is_read_or_passed_over(line: str, whole: bool) -> None:
    found = parse_line(line, whole)
    json.dumps(found.to_dict() if found else None)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    home = tmp_path_factory.mktemp("home")
    SCENARIOS["rename"].prepare(home)
    out = home / "out"
    with (
        SessionReader(SessionFolder(str(home / "sessions" / NAME))) as reader,
        out.open("wb") as to,
    ):
        write(reader, to, Options())
    return out.read_bytes()


@given(st.data())
def test_a_damaged_bundle_is_refused_and_leaves_nothing(
    bundle: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    home = tmp_path_factory.getbasetemp() / "import"
    home.mkdir(exist_ok=True)
    damaged = bytearray(bundle)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(10, len(bundle) - 1))] = data.draw(st.integers(0, 255))
    path = Path(home, "a.tar.gz")
    path.write_bytes(damaged[: data.draw(st.sampled_from([len(bundle), len(bundle) // 2]))])
    try:
        folder = import_file(str(path), str(home), "imported")
    except SessionError:
        assert not list_sessions(str(home))
        assert not [*(home / "sessions").glob(".*")]
        return
    with SessionReader(folder) as reader:
        assert reader.last_seq() > 0
    shutil.rmtree(folder.path)
