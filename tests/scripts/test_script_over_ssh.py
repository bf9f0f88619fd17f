"""A script over a real SSH server: the link is cut, the session goes on and is steered by keys."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hosting import Started, wait_for
from slow_link import SSH, SSHD, Relay, server, shell_line
from terminal import Terminal

from nanotrain_tui.session.state import ENDED

pytestmark = pytest.mark.slow

NANOTRAIN = [sys.executable, "-m", "nanotrain_tui"]
# One batch in 10 ms, without an end.
TEXT = """
import time
from keras.engine.training import Model
Model().fit(epochs=10**9, wait=lambda model: time.sleep(0.01))
"""


def test_a_script_goes_on_when_the_link_is_cut_and_keys_steer_it(
    scripts: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if not (SSH and SSHD):
        pytest.skip("SKIPPED LOUDLY: no OpenSSH client and server here")
    (scripts.folder / "train.py").write_text(TEXT)
    env = {**scripts.env, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    words = ["run", "--name", "far", "--python", sys.executable, "train.py"]
    names = ("NANOTRAIN_HOME", "PYTHONPATH", "TERM", "LC_ALL")
    line = shell_line([*NANOTRAIN, *words], {name: env[name] for name in names})
    with server(tmp_path_factory.mktemp("ssh")) as sshd:
        relay = Relay(sshd.port)
        remote = Terminal(sshd.login(relay.port, f"cd {scripts.folder} && {line}"), env)
        try:
            remote.until("fit number 1 begins")
            session = Started(scripts.last)
            scripts.sessions.append(session)
        finally:
            relay.close()  # the link is cut
            remote.close()
    step = session.do("status")["step"]
    session.wait_for_step(step + 20)

    here = Terminal([*NANOTRAIN, "attach", "far"], env)
    try:
        here.until("running +far")
        here.press(" ")
        here.until("paused +far")
        here.press("-")  # the learning rate is the field under the cursor
        wait_for(lambda: session.events("edited"))
        here.press(" ")
        here.until("running +far")
        here.press("O")
        here.until("Output")
        here.press("\x1b")
        here.until("Events")
        here.press("s")
        here.until("Stop far")
        here.press("y")
        here.until(lambda text: any(f"{word}  far" in text for word in ENDED))
        here.press("q")
        assert here.process.wait(60) == 0
    finally:
        here.close()
    session.end()
    before, after = session.events("edited")[0].body["changes"]["optimizer.learning_rate"]
    assert before == 0.5 and after < before
    kinds = [one.kind for one in session.events("paused", "resumed", "stopped", "crashed")]
    assert kinds == ["paused", "resumed", "stopped"]
