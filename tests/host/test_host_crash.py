"""The reason of a crash, where the kernel counts what it kills for memory."""

import pytest

from nanotrain_tui.host.host import Host
from nanotrain_tui.launch.start import make_folder, write_job
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer_python import crash


@pytest.mark.parametrize(
    ("before", "now", "is_for_memory"),
    [(3, 4, True), (3, 3, False), (None, 4, False), (3, None, False), (None, None, False)],
)
def test_a_kill_is_for_memory_only_if_the_kernel_counted_one_meanwhile(
    make_plan, places, monkeypatch, before, now, is_for_memory
):
    counts = iter([before])
    monkeypatch.setattr(crash, "read_oom_kills", lambda: next(counts, now))
    plan = make_plan("die=20", train__steps=50)
    folder = make_folder(plan, places)
    host = Host(write_job(plan, folder))
    host.open()
    assert host.run(handle_signals=False) == "failed"
    with SessionReader(folder) as reader:
        (crashed,) = reader.events(["crashed"])
    assert ("was killed (SIGKILL) by the kernel" in crashed.body["reason"]) == is_for_memory
    assert crashed.body["exit_status"] == -9
