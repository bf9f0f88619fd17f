"""A table with categories and missing values, trained, killed and resumed to the bit."""

import pytest
from tables_written import rows_text, written
from trainer_runs import config_of, of_kind, serve_here, values_of

pytestmark = pytest.mark.tensorflow
TEXT = rows_text(
    120, lambda i: "" if i % 9 == 0 else i % 17, lambda i: ["u", "v", "", "w"][i % 4],
    lambda i: "yes" if i % 17 + i % 4 > 9 else "no",
)  # fmt: skip
OPTIONS = {
    "data__name": "csv", "train__steps": 30, "train__eval_every": 5, "train__checkpoint_every": 10,
    "train__checkpoint_keep": 9, "data__validation": 0.2, "output": "sigmoid", "loss__name":
    "binary_crossentropy",
}  # fmt: skip


def config(path, folder, **changes):
    return config_of(folder, **{**OPTIONS, "data__path": str(path), **changes})


@pytest.mark.parametrize("way", ["fused", "block"])
def test_a_resume_goes_on_as_if_nothing_had_been(way, tmp_path):
    path = written(tmp_path, TEXT)
    own = {"trainer__update": way, "trainer__xla": "auto"}
    _, whole = serve_here(config(path, tmp_path, **own))
    started = of_kind(whole, "started")[0]["data"]
    assert started["class_names"] == ["no", "yes"] and len(started["identity"]) == 64
    assert started["preprocessing"]["columns"][1]["missing"] is True
    again = {**own, "resume": True, "restore": str(tmp_path / "step-000000010.npz")}
    (tmp_path / "later").mkdir()
    _, events = serve_here(config(path, tmp_path, **again, checkpoint_dir=str(tmp_path / "later")))
    for metric in ("loss", "accuracy"):
        expected = values_of(whole, metric)[10:]
        assert values_of(events, metric).tobytes() == expected.tobytes()
    tested = [[(one["on"], one["step"], one["metrics"]) for one in of_kind(some, "evaluated")]
              for some in (events, whole)]  # fmt: skip
    assert tested[0] == [one for one in tested[1] if one[1] > 10]


def test_a_changed_file_is_refused_on_a_resume(tmp_path):
    path = written(tmp_path, TEXT)
    serve_here(config(path, tmp_path))
    changed = TEXT.replace("2,w,no", "2,v,no", 1)
    assert changed != TEXT
    path.write_text(changed)
    restore = {"restore": str(tmp_path / "step-000000010.npz")}
    status, events = serve_here(config(path, tmp_path, **restore, resume=True))
    failed = of_kind(events, "failed")[0]
    assert status == 1 and failed["kind"] == "data"
    assert (
        "has changed since the checkpoint" in failed["message"] and str(path) in failed["message"]
    )
    assert serve_here(config(path, tmp_path, **restore))[0] == 0  # a fork begins anew
