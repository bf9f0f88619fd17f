"""Recordings damaged at random, by a seed: in values, in JSON, in rows, in tables, in bytes."""

import json
import os
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

ODD_VALUES = (
    None, "", "x", "1", -1, 0, 1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 0.5, -0.5, 1e18, 1e308,
    -1e308, float("inf"), float("-inf"), b"", b"\x00\xff\x80", b"\x01" * 7, "[]", "{", "null", "{}",
    '{"a": 1}', "[" * 3000, '{"a":' * 40 + "1" + "}" * 40, '{"\\ud800": "\\u001b"}',
)  # fmt: skip
ODD_JSON = (
    None, True, False, -1, 0, 1, 2**70, 1e308, "nan", "inf", "", "x", [], {}, [1], [None], {"a": 1},
    [[1]], "\ud800", [["a", "b"]], {"set": 1}, [{"step": "x", "set": {}}], 10**400,
)  # fmt: skip
TABLES = {
    "meta": ("key", "value"),
    "segments": ("seq", "t", "wall", "from_step", "environment"),
    "events": ("seq", "segment", "t", "step", "kind", "body"),
    "steps": ("seq", "segment", "metric", "first_step", "count", "t0", "t1", "data"),
    "samples": ("seq", "segment", "t", "step", "body"),
}


def damage(recording: str, seed: int) -> str:
    """Damage the file in one to three ways; what was done to it, for a failed test's message."""
    dice = random.Random(seed)
    ways = (_value, _value, _json, _json, _json, _row, _table, _bytes, _file)
    told = []
    for _ in range(dice.choice((1, 1, 2, 3))):
        with suppress(sqlite3.Error, OSError, UnicodeDecodeError):
            told.append(dice.choice(ways)(recording, dice))
    return f"seed {seed}: {'; '.join(told)}"


def _changed(recording: str, sql: str, *arguments: object) -> None:
    with closing(sqlite3.connect(recording)) as connection, connection:
        connection.execute(sql, arguments)


def _rowids(recording: str, table: str) -> list[int]:
    with closing(sqlite3.connect(recording)) as connection:
        return [row[0] for row in connection.execute(f"SELECT rowid FROM {table}")]


def _value(recording: str, dice: random.Random) -> str:
    table = dice.choice(list(TABLES))
    column, value = dice.choice(TABLES[table]), dice.choice(ODD_VALUES)
    row = dice.choice(_rowids(recording, table))
    _changed(recording, f"UPDATE {table} SET {column} = ? WHERE rowid = ?", value, row)
    return f"{table} {row}: {column} = {value!r:.40}"


def _json(recording: str, dice: random.Random) -> str:
    table, column = dice.choice(
        (("events", "body"),) * 6
        + (("samples", "body"), ("segments", "environment"), ("meta", "value"))
    )
    row = dice.choice(_rowids(recording, table))
    with closing(sqlite3.connect(recording)) as connection:
        (text,) = connection.execute(
            f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)
        ).fetchone()
    try:
        body = json.loads(text)
    except (TypeError, ValueError):
        return f"{table} {row}: left alone"
    inside, value = body, dice.choice(ODD_JSON)
    path = []
    while isinstance(inside, (dict, list)) and inside:
        key = dice.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
        path.append(key)
        if not isinstance(inside[key], (dict, list)) or dice.random() < 0.4:
            inside[key] = value
            break
        inside = inside[key]
    else:
        body = value
    _changed(recording, f"UPDATE {table} SET {column} = ? WHERE rowid = ?", json.dumps(body), row)
    return f"{table} {row}: {path} = {value!r:.40}"


def _row(recording: str, dice: random.Random) -> str:
    table = dice.choice(list(TABLES))
    if dice.random() < 0.5:
        row = dice.choice(_rowids(recording, table))
        _changed(recording, f"DELETE FROM {table} WHERE rowid = ?", row)
        return f"{table} {row} deleted"
    values = [dice.choice(ODD_VALUES) for _ in TABLES[table]]
    marks = ", ".join("?" * len(values))
    _changed(recording, f"INSERT INTO {table} VALUES ({marks})", *values)
    return f"{table}: a row of {values!r:.200}"


def _table(recording: str, dice: random.Random) -> str:
    table = dice.choice(list(TABLES))
    columns = list(TABLES[table])
    if dice.random() < 0.5:
        columns.remove(dice.choice(columns))
    kept = ", ".join(columns)
    _changed(recording, f"CREATE TABLE aside AS SELECT {kept} FROM {table}")
    _changed(recording, f"DROP TABLE {table}")
    if dice.random() < 0.7:
        _changed(recording, f"ALTER TABLE aside RENAME TO {table}")
    return f"{table} made anew, with {kept}"


def _bytes(recording: str, dice: random.Random) -> str:
    path = Path(recording)
    data = bytearray(path.read_bytes())
    for _ in range(dice.choice((1, 1, 4, 30))):
        data[dice.randrange(len(data))] = dice.randrange(256)
    path.write_bytes(data)
    return "bytes turned"


def _file(recording: str, dice: random.Random) -> str:
    path = Path(recording)
    way = dice.choice(("cut", "empty", "folder", "wal", "journal", "foreign"))
    if way == "cut":
        os.truncate(path, dice.randrange(path.stat().st_size))
    elif way == "empty":
        path.write_bytes(b"")
    elif way == "folder":
        path.unlink()
        path.mkdir()
    elif way == "foreign":
        path.unlink()
        _changed(recording, "CREATE TABLE meta (key TEXT, value BLOB, more INTEGER)")
        _changed(recording, "INSERT INTO meta VALUES ('schema', '1', 2)")
    else:
        Path(f"{recording}-{way}").write_bytes(dice.randbytes(5000))
    return way
