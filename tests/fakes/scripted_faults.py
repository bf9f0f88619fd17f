"""What the scripted trainer does wrong, when a script of words asks for it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


class Faults:
    """Mixed into the trainer: ``script`` are the words, ``step`` is where it is."""

    def misbehave_early(self):
        script = self.script
        if "garbage" in script:
            with self.lock:
                self.stdout.write(
                    b'hello\n{\n[1]\n\xff\xfe\n{"event":"steps"}\n' + b"[" * 9000 + b"\n"
                )
        if "huge" in script:
            with self.lock:
                self.stdout.write(b"x" * (5 << 20) + b"\n")
        if "print" in script:
            sys.stderr.write("z" * int(script["print"]) + "\nlast words\n")
            sys.stderr.flush()
        if "say" in script:
            sys.stderr.write(script["say"] + "\n")
            sys.stderr.flush()
        if "orphan" in script:
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            Path(script["orphan"]).write_text(str(child.pid))

    def misbehave(self):
        script = self.script
        if "once" in script and self.step in self.deadly_steps():
            if Path(script["once"]).exists():
                return
            Path(script["once"]).touch()
        if "fail" in script and self.step == int(script["fail"]):
            self.emit("failed", kind="error", message="the script says so")
            os._exit(1)
        if "die" in script and self.step == int(script["die"]):
            os.kill(os.getpid(), signal.SIGKILL)
        if "exit" in script and self.step == int(script["exit"].split(":")[0]):
            sys.stderr.write("Traceback (most recent call last):\n  ...\nMemoryError\n")
            sys.stderr.flush()
            os._exit(int(script["exit"].split(":")[1]))
        if "hang" in script and self.step == int(script["hang"]):
            time.sleep(600)

    def deadly_steps(self):
        names = ("fail", "die", "exit", "hang")
        return [int(self.script[name].split(":")[0]) for name in names if name in self.script]
