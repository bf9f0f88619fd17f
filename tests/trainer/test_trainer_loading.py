"""TensorFlow is loaded without packages that the trainer does not use."""

import subprocess
import sys
from pathlib import Path

FAKE = """
try:
    import pandas
except ImportError:
    pandas = None
"""
LOAD = """
from nanotrain_tui.trainer.lazy_tensorflow import load_tensorflow, tf

before = load_tensorflow()
assert before.pandas is None and tf.pandas is None
import pandas
assert load_tensorflow() is before
print(pandas.WHO)
"""


def test_what_only_others_need_is_left_out_and_can_be_loaded_later(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text(FAKE)
    (tmp_path / "pandas.py").write_text("WHO = 'pandas'")
    assert run(tmp_path, LOAD) == "pandas"


def test_what_is_loaded_already_stays(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text(FAKE)
    (tmp_path / "pandas.py").write_text("WHO = 'pandas'")
    program = "import pandas\n" + LOAD.replace("is None", "is pandas")
    assert run(tmp_path, program) == "pandas"


def test_a_tensorflow_that_does_not_load_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text("raise ImportError('broken')")
    (tmp_path / "pandas.py").write_text("WHO = 'pandas'")
    program = """
from nanotrain_tui.trainer.lazy_tensorflow import load_tensorflow
try:
    load_tensorflow()
except ImportError as error:
    import pandas
    print(error, pandas.WHO)
"""
    assert run(tmp_path, program) == "broken pandas"


def run(folder: Path, program: str) -> str:
    """What the program prints, with the modules of a folder before all others."""
    start = f"import sys; sys.path.insert(0, {str(folder)!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", start + program], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
