"""What ``r`` would do with the values of the form. It is worked out at each key, without a wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanotrain_tui.app.form.layer_draft import Place
from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.catalog import (
    FIELDS,
    Config,
    ConfigError,
    applies,
    complete,
    expected_data,
    output_of,
    outputs_of,
    paths_of,
    usual_data,
)
from nanotrain_tui.catalog.formats import count, file_size
from nanotrain_tui.catalog.network import network
from nanotrain_tui.drawing.setup.state import (
    LOOKED_UP,
    TASK,
    Findings,
    Outlook,
    is_about,
    work_of,
)

if TYPE_CHECKING:
    from nanotrain_tui.launch.memory_check import Available

_LARGE = 100_000  # bytes of a file whose size is told while it is read
#: A configuration that was looked up, and what was found.
Found = tuple[Mapping[str, Any], Findings] | None


def outlook_of(
    model: FormModel,
    found: Found,
    available: Available | None = None,
    reading: str = "",
    before: Found = None,
) -> Outlook:
    """What ``r`` would do now.

    ``found`` is the newest configuration that was looked up, with the findings. They are used as
    far as they fit the form's values. ``available`` is the free memory, if it is newer. ``reading``
    names the file that is read meanwhile, and ``before`` are the last findings with data.
    """
    findings = _fitting(model, found)
    outlook = Outlook(
        findings=findings,
        old=_old(model, before) if findings is None or not findings.data else None,
        reading=reading,
        data_name=str(model.value("data.name")),
    )
    outlook, impossible = _with_network(model, outlook, outlook.data)
    problem = model.problem or (impossible if findings and findings.data else None)
    if problem is not None:
        return _refused(outlook, problem.key, problem.message)
    advice = tuple((FIELDS[one.key].label, one) for one in model.advice())
    outlook = replace(outlook, advice=advice)
    if findings is None:
        return outlook
    if findings.problem:
        return _refused(outlook, findings.key, findings.problem)
    return _with_costs(model.config, findings, outlook, available)


def _refused(outlook: Outlook, key: str, why: str) -> Outlook:
    label = FIELDS[key].label if key in FIELDS else key
    return replace(outlook, problem=why, problem_key=key, problem_label=label)


def _old(model: FormModel, before: Found) -> Findings | None:
    """The last findings about a person's own data, if the form has data of the same kind."""
    name = model.value("data.name")
    if before is None or before[0].get("data.name") != name or usual_data(name).task:
        return None
    return before[1]


def refusal_of(outlook: Outlook) -> ConfigError | None:
    """Why the data or the trainer of the form cannot be used; None if they can."""
    found = outlook.findings
    if found is None or not found.problem or outlook.problem != found.problem:
        return None
    return ConfigError(found.key, found.problem)


def is_known(model: FormModel, found: Found) -> bool:
    """Whether what was found is about the form."""
    return _fitting(model, found) is not None


def needs_look(model: FormModel, found: Found, is_open: bool) -> bool:
    """Whether a start must wait for a look at a person's own data.

    ``is_open``: whether the set-up panel is, and so the form takes what the data proposes.
    """
    name = str(model.value("data.name"))
    if usual_data(name).task:
        return False
    findings = _fitting(model, found) if is_open else None
    if findings is not None:
        return bool(findings.problem)  # perhaps it is solved by now
    return is_open or name == "function" or model.value(TASK) == "auto"


def reading_text(config: Mapping[str, Any]) -> str:
    """Which of a person's own files a look at the data reads; empty if it is other data."""
    if usual_data(str(config["data.name"])).task:
        return ""
    files = [Path(path) for path in paths_of(config) if path != config.get("data.dir")]
    try:
        size = sum(file.expanduser().stat().st_size for file in files)
    except (OSError, RuntimeError, ValueError):
        return ""
    names = " and ".join(file.name for file in files)
    return f"reading {names}" + (f" ({file_size(size)})" if size >= _LARGE else "")


def data_of(model: FormModel, found: Found) -> Mapping[str, Any]:
    """The data of the form as it was looked up; empty if it is not known."""
    findings = _fitting(model, found)
    return findings.data if findings is not None else {}


def _fitting(model: FormModel, found: Found) -> Findings | None:
    """The findings if they are about the data and the trainer of the form.

    A problem with another value is left out once a value has changed.
    """
    keys = (key for key in FIELDS if applies(key, model.given))
    values = {key: model.value(key) for key in keys}
    if found is None or not is_about(found[0], found[1].data, values):
        return None
    config, findings = found
    about_others = findings.problem and findings.key.partition(".")[0] not in LOOKED_UP
    if about_others and (model.problem is not None or model.config != config):
        return replace(findings, problem="", key="")
    return findings


_OF_NETWORK = (
    "model.hidden", "model.layers", "model.activation", "model.dropout", "model.output",
    "loss.name", "optimizer.name",
)  # fmt: skip


def place_of(model: FormModel, data: Mapping[str, Any]) -> Place:
    """What the layers of the form are between.

    ``data`` is that of the form, as the trainer describes it. Until it is known, it has the usual
    size.
    """
    usual = expected_data(complete(model.given))
    return Place(
        tuple(data.get("shape") or usual.shape),
        outputs_of(data) if data else usual.outputs,
        output_of({key: model.value(key) for key in ("model.output", "loss.name")}),
        str(model.value("model.activation")),
    )


def _with_network(
    model: FormModel, outlook: Outlook, data: Mapping[str, Any]
) -> tuple[Outlook, ConfigError | None]:
    """The outlook with the layers, or why they cannot be built."""
    place = place_of(model, data)
    if not place.shape or not place.outputs:
        return outlook, None
    values = {key: model.value(key) for key in _OF_NETWORK}
    try:
        return replace(outlook, layers=tuple(network(values, place.shape, place.outputs))), None
    except ConfigError as error:
        return outlook, error


def _with_costs(
    config: Config, findings: Findings, outlook: Outlook, available: Available | None
) -> Outlook:
    """The outlook with memory and time; refused if the data has too few examples."""
    from nanotrain_tui.launch.memory_check import check_memory  # imported after the first frame

    data = findings.data
    if not data:
        return outlook
    batch = int(config["train.batch_size"])
    examples = int(data["train"])
    if batch > examples:
        why = f"{count(batch)} is more than the {count(examples)} training examples"
        return _refused(outlook, "train.batch_size", why)
    free = available or findings.available
    work = work_of(config, data)
    past = next((run for run in findings.past_runs if run.work == work), None)
    return replace(
        outlook,
        memory=check_memory(config, data, free) if free is not None else None,
        seconds=past.step_s * steps_of(config, data) if past is not None else None,
        seconds_by=past.name if past is not None else "",
    )


def steps_of(config: Mapping[str, Any], data: Mapping[str, Any]) -> int:
    """The steps of the training: ``train.epochs`` replaces ``train.steps``, as in the trainer."""
    epochs = int(config.get("train.epochs") or 0)
    if not epochs:
        return int(config["train.steps"])
    examples = int(data["train"])
    return epochs * -(-examples // int(config["train.batch_size"]))
