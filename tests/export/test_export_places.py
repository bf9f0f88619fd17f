"""The path of an export: its folders are created."""

from pathlib import Path

import pytest

from nanotrain_tui.export.files import export_bytes, export_file, export_folder, export_path


def test_missing_folders_are_made(tmp_path: Path) -> None:
    with export_file(tmp_path / "a" / "b" / "text.csv") as text:
        text.write("x")
    with export_bytes(tmp_path / "c" / "d" / "bytes.parquet") as binary:
        binary.write(b"x")
    with export_folder(tmp_path / "e" / "f" / "folder") as folder:
        (folder / "x").touch()
    with export_path(tmp_path / "g" / "h" / "model.keras") as path:
        path.touch()
    made = sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file())
    assert made == ["a/b/text.csv", "c/d/bytes.parquet", "e/f/folder/x", "g/h/model.keras"]


def test_what_is_there_is_not_replaced_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    for export in (export_file, export_bytes, export_folder, export_path):
        with pytest.raises(FileExistsError, match="--force"), export(tmp_path / "there"):
            pass
    with export_bytes(tmp_path / "there", force=True) as binary:
        binary.write(b"new")
    assert (tmp_path / "there").read_bytes() == b"new"


@pytest.mark.parametrize("export", [export_file, export_folder, export_path])
def test_a_file_instead_of_a_folder_is_an_error_with_its_path(
    tmp_path: Path, export: object
) -> None:
    (tmp_path / "file").touch()
    assert callable(export)
    with (
        pytest.raises(NotADirectoryError, match="file is a file; give a folder"),
        export(tmp_path / "file" / "x.csv"),
    ):
        pass
