"""The benchmark of a folder of pictures: its ratios, its goals, its table."""

from benchmarks.folder import CONTESTANTS, KERAS, KERAS_FILES, OURS, OURS_FILES, summary, table


def one_round(**seconds: float) -> dict[str, dict[str, float]]:
    names = dict(zip(("ours", "files", "keras", "keras_files"), CONTESTANTS, strict=True))
    return {names[name]: {"steps_s": value, "first_s": 2.0} for name, value in seconds.items()}


FAST = one_round(ours=2.0, files=6.0, keras=4.0, keras_files=8.0)
SLOW = one_round(ours=4.0, files=6.0, keras=5.0, keras_files=7.0)


def test_ratios_are_taken_within_a_round() -> None:
    assert tuple(CONTESTANTS) == (OURS, OURS_FILES, KERAS, KERAS_FILES)
    found = summary([FAST, SLOW, FAST], 4)
    assert found["ratios"] == {KERAS: 0.5, KERAS_FILES: 0.25} and found["reached"]
    assert found["contestants"][OURS] == {"epoch_s": 0.5, "first_s": 2.0}


def test_a_goal_that_is_not_reached_is_said() -> None:
    cases = {"small": summary([SLOW], 4)}
    assert not cases["small"]["reached"]
    about = {"environment": "a board", "pictures": 960, "side": 64, "rounds": 1, "cases": cases}
    lines = table(about).splitlines()
    assert "0.80 of keras, cache(); goal 0.7: not reached" in lines
    assert "0.57 of keras, no cache; goal 0.5: not reached" in lines
