"""Checkpoints of a script: the weights of its model and the state of its optimizer.

They are exact to the epoch only: the order of the data, the random numbers and the state of
callbacks are the script's own, and are not in them.
"""

import hashlib
import json
import os
import re
import sys
import time
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from . import looking
from .optimizers import Refused

if TYPE_CHECKING:
    from .fit import Fit
    from .session import Session

_NAME = re.compile(r"step-(\d{9,})\.npz$")
_PART = "checkpoint.part"
_ABOUT = "about"


class Checkpoints:
    """Writes checkpoints to the session's folder, and restores one before the first fit.

    ``step`` is the step of the checkpoint to begin from.
    """

    def __init__(self, config: Dict[str, Any]) -> None:
        self._config = config
        self._restore: Optional[str] = config.get("restore")
        found = _NAME.search(self._restore or "")
        self.step = int(found.group(1)) if found else 0
        self._due = self._next_due()
        folder = config.get("checkpoint_dir")
        self._written: List[str] = sorted(filter(_NAME.match, _names(folder)))

    def save(self, model: Any, fit: Optional["Fit"], session: "Session") -> None:
        """Write a checkpoint aside, rename it, and delete those that are too many.

        Raises Refused or OSError.
        """
        numpy, folder = sys.modules.get("numpy"), self._config.get("checkpoint_dir")
        if numpy is None or not folder:
            raise Refused("there is no place for checkpoints")
        state = {f"w{n:05d}": one for n, one in enumerate(model.get_weights())}
        optimizer = _optimizer_variables(model)
        state.update((f"o{n:05d}", one.numpy()) for n, one in enumerate(optimizer))
        about = {
            "step": session.step,
            "fit": fit.number if fit is not None else 0,
            "epoch": fit.epoch if fit is not None else 0,
            "script": True,
        }
        state[_ABOUT] = numpy.array(json.dumps(about))
        name = f"step-{session.step:09d}.npz"
        part, path = os.path.join(folder, _PART), os.path.join(folder, name)
        try:
            with open(part, "wb") as file:
                numpy.savez(file, **state)
                file.flush()
                os.fsync(file.fileno())
            with open(part, "rb") as file:
                sha256, size = _sha256(file), os.fstat(file.fileno()).st_size
            os.rename(part, path)
            _sync_folder(folder)
        except OSError:
            if os.path.exists(part):
                os.unlink(part)
            raise
        session.channel.emit("checkpoint", step=session.step, file=name, sha256=sha256, bytes=size)
        self._written = [one for one in self._written if one != name] + [name]
        self._due = self._next_due()
        self._remove_old(folder, session)

    def epoch_ended(self, fit: "Fit", session: "Session") -> None:
        """Write the checkpoint that is due; if that fails, the training goes on."""
        if time.monotonic() < self._due:
            return
        try:
            self.save(fit.model, fit, session)
        except (OSError, Refused) as error:
            self._due = self._next_due()
            session.channel.emit("warned", message=f"no checkpoint could be written: {error}")

    def prepare(self, fit: "Fit", session: "Session") -> None:
        """Before the first fit of a resumed session: leave out the epochs that are done."""
        about = self._about() if self._restore and fit.number == 1 else {}
        if not about:
            return
        if any(type(one).__name__ == "BackupAndRestore" for one in fit.callbacks):
            session.warn("the script's BackupAndRestore restores it; the checkpoint is not read")
            self._restore = None
            return
        if about.get("fit") != 1:
            session.warn(
                "the checkpoint is of fit number {}, and the script begins with its first one; "
                "its weights are not read".format(about.get("fit"))
            )
            self._restore = None
            return
        epochs, given = fit.arguments.get("epochs"), fit.arguments.get("initial_epoch")
        done = int(about.get("epoch") or 0)
        if type(epochs) is int and not given and 0 < done < epochs:
            fit.arguments["initial_epoch"] = fit.epoch = done

    def restore(self, fit: "Fit", session: "Session", is_late: bool = False) -> None:
        """Load the checkpoint into the model of the first fit, as soon as it has weights."""
        if self._restore is None or not (fit.model.get_weights() or is_late):
            return
        path, self._restore = self._restore, None
        looking.sync(fit.model)
        numpy = sys.modules["numpy"]
        with numpy.load(path, allow_pickle=False) as found:
            weights = [found[name] for name in sorted(found.files) if name.startswith("w")]
            slots = [found[name] for name in sorted(found.files) if name.startswith("o")]
        ours = [tuple(one.shape) for one in fit.model.get_weights()]
        if ours != [one.shape for one in weights]:
            session.warn(
                "the checkpoint does not fit the script's model; training starts without it"
            )
            return
        fit.model.set_weights(weights)
        _build_optimizer(fit.model)
        variables = _optimizer_variables(fit.model)
        if [tuple(one.shape) for one in variables] != [one.shape for one in slots]:
            session.warn("the optimizer's state does not fit; only the weights are restored")
            return
        for variable, value in zip(variables, slots):
            variable.assign(value)

    def _about(self) -> Dict[str, Any]:
        numpy = sys.modules["numpy"]
        try:
            with numpy.load(self._restore, allow_pickle=False) as found:
                return dict(json.loads(str(found[_ABOUT])))
        except (OSError, ValueError, KeyError):
            return {}

    def _remove_old(self, folder: str, session: "Session") -> None:
        keep = max(1, int(self._config.get("train.checkpoint_keep") or 1))
        while len(self._written) > keep:
            name = self._written.pop(0)
            try:
                os.unlink(os.path.join(folder, name))
            except OSError:
                continue
            session.channel.emit("checkpoint_removed", file=name)

    def _next_due(self) -> float:
        minutes = float(self._config.get("train.checkpoint_minutes") or 0)
        return time.monotonic() + 60.0 * minutes if minutes else float("inf")


def _names(folder: Optional[str]) -> List[str]:
    try:
        return os.listdir(folder) if folder else []
    except OSError:
        return []


def _optimizer_variables(model: Any) -> List[Any]:
    """The variables of the optimizer: a method in Keras 2.10 and older, a list later."""
    variables = getattr(getattr(model, "optimizer", None), "variables", None)
    return list((variables() if callable(variables) else variables) or [])


def _build_optimizer(model: Any) -> None:
    """Make the slots of an optimizer that has made no update yet."""
    optimizer = getattr(model, "optimizer", None)
    for name in ("build", "_create_all_weights"):
        make = getattr(optimizer, name, None)
        if make is not None and not getattr(optimizer, "built", False):
            make(model.trainable_variables)
            return


def _sync_folder(folder: str) -> None:
    """Make the new name survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(file: Any) -> str:
    digest = hashlib.sha256()
    for block in iter(lambda: file.read(1 << 20), b""):
        digest.update(block)
    return digest.hexdigest()
