"""The checkpoints of the scripted trainer: small files, the best network held in memory."""

import hashlib
import json
import math
import time
from pathlib import Path

# What steps depend on.
PULLING = (
    "optimizer.learning_rate", "train.batch_size", "model.dropout", "optimizer.momentum",
    "optimizer.name",
)  # fmt: skip


class Checkpoints:
    """What a trainer does with its checkpoints; the trainer itself is mixed in."""

    def __init__(self):
        self.kept = []  # checkpoints: (file, rank)
        self.best = -math.inf  # the best rank of earlier segments
        self.held = None  # the best network, until it is written
        self.best_written = time.monotonic()

    def save(self):
        """Write a checkpoint of the network as it is."""
        if self.config.get("checkpoint_dir") and not self.diverged:
            self.write(self.snapshot())

    def snapshot(self):
        saved = {"step": self.step, "weight": self.weight, "slot": self.slot}
        saved["config"] = {key: self.config.get(key) for key in PULLING}
        saved["tested"] = self.tested if self.is_tested() else None
        return saved

    def write(self, saved, **about):
        """Write a checkpoint, tell of it, and remove those that are too many."""
        folder = Path(self.config["checkpoint_dir"])
        file = f"step-{saved['step']:09}.json"
        data = json.dumps(saved).encode()
        try:
            (folder / "part").write_bytes(data)
        except OSError as error:
            (folder / "part").unlink()
            message = f"Step {self.step}: No checkpoint was written: {error}."
            self.emit("warned", message=message, unsaved_step=self.step)
            return
        (folder / "part").rename(folder / file)
        tested, rank = saved["tested"], self.rank_of(saved)
        self.kept = [kept for kept in self.kept if kept[0] != file]
        best = rank is not None and rank > self.best_rank()
        self.kept.append((file, rank))
        if self.held and self.rank_of(self.held) <= self.best_rank():
            self.held = None
        metric = self.metrics.scored
        score = None if rank is None else {"metric": metric, "value": tested["metrics"][metric]}
        old = {"accuracy": tested["metrics"]["accuracy"]} if tested and metric == "accuracy" else {}
        self.emit(
            "checkpoint", step=saved["step"], file=file, sha256=hashlib.sha256(data).hexdigest(),
            bytes=len(data), best=best, tested=tested, score=score, **old, **about,
        )  # fmt: skip
        keep = self.config.get("train.checkpoint_keep", 3)
        for file, rank in sorted(self.kept)[:-keep]:
            if rank is None or rank < self.best_rank():
                self.kept.remove((file, rank))
                (folder / file).unlink()
                self.emit("checkpoint_removed", file=file)

    def rank_of(self, saved):
        """Of the evaluation of a checkpoint's own step, higher is better; None without one."""
        tested = saved["tested"]
        if tested is None or "nan" in tested["metrics"].values():
            return None
        return self.metrics.rank(tested["metrics"][self.metrics.scored])

    def best_rank(self):
        return max([rank for _, rank in self.kept if rank is not None] + [self.best])

    def hold_if_best(self):
        """Keep the network that has just come out best, until it is written."""
        if not self.config.get("checkpoint_dir") or not self.is_tested():
            return
        saved = self.snapshot()
        rank, held = self.rank_of(saved), self.rank_of(self.held) if self.held else -math.inf
        if rank is not None and rank > max(self.best_rank(), held):
            self.held = saved
            self.emit("held", step=self.step)

    def write_best(self):
        if self.held:
            self.best_written = time.monotonic()
            self.write(self.held, held=True)

    def restore(self, path):
        try:
            saved = json.loads(Path(path).read_text())
        except ValueError:
            self.emit("failed", kind="checkpoint", message=f"{path} is damaged")
            return False
        self.step, self.weight = saved["step"], saved["weight"]
        if self.config.get("resume"):
            self.config.update(saved["config"])
            self.tested = saved["tested"]
        if saved["config"]["optimizer.name"] == self.config.get("optimizer.name"):
            self.slot = saved["slot"]
        self.best = max(map(self.earlier_rank, Path(path).parent.glob("step-*.json")))
        return True

    def earlier_rank(self, path):
        try:
            saved = json.loads(path.read_text())
        except ValueError:
            return -math.inf  # damaged
        rank = self.rank_of(saved) if saved["step"] <= self.step else None
        return -math.inf if rank is None else rank
