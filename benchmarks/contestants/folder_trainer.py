"""The project's trainer on a folder of pictures; the option is ``cache`` or ``files``."""

from .common import arguments, events_of, report
from .networks import NETWORKS

folder, epochs, batch_size, network, options = arguments()
side = options[1]
pictures = len(list((folder / "photos" / "train").glob("*/*.jpg")))
epoch = pictures // batch_size  # steps
config = {
    "data.name": "folder", "data.path": str(folder / "photos"), "data.size": side,
    "data.color": "rgb", "data.fit": "stretch", "layers": NETWORKS[network], "output": "softmax",
    "data.cache_mb": 4096 if options[0] == "cache" else 0,
    "model.initializer": "glorot_uniform", "loss.name": "categorical_crossentropy",
    "optimizer.name": "adam", "optimizer.learning_rate": 0.0001, "train.batch_size": batch_size,
    "train.steps": epoch * (1 + epochs), "train.eval_every": 10**9, "train.seed": 1,
    "trainer.xla": "auto", "trainer.update": "fused", "cache_dir": str(folder / options[0]),
}  # fmt: skip
events = list(events_of(config))
if events[-1]["event"] != "finished":
    raise SystemExit(str(events[-1]))
began = next(one["read_s"] for one in events if one.get("what") == "looking at the pictures")
trained = [event for event in events if event["event"] == "steps"]
done, first = 0, trained[0]
for first in trained:
    done += first["count"]
    if done >= epoch:
        break
after = sum(block["count"] for block in trained) - done
# The blocks do not end where an epoch does: the time is that of as many steps.
report(first["read_s"] - began, (trained[-1]["t1"] - first["t1"]) / after * epoch * epochs)
