"""``nanotrain evaluate``: how well the network of a session predicts the targets in a file."""

import json
from typing import Any

import click

from nanotrain_tui.cli.exit_status import FINISHED, CommandError, note
from nanotrain_tui.cli.model_options import model_options
from nanotrain_tui.cli.options import json_option, session_argument
from nanotrain_tui.cli.output import NARROW, width
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.predictions.files import request_of
from nanotrain_tui.cli.predictions.output import (
    CSV,
    JSON,
    JSONL,
    format_of,
    is_stdout,
    opened,
    output_options,
    refuse_inputs,
)


@click.command("evaluate")
@session_argument
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--targets", metavar="FILE", type=click.Path(),
              help="The file with the targets or labels of an .npy file or an IDX file. Default: "
              "the one beside it, as y.npy beside x.npy.")  # fmt: skip
@output_options
@model_options
@json_option
def command(
    session: str, file: str, targets: str | None, output: str | None, force: bool, as_json: bool,
    **model_choice: Any,
) -> int:  # fmt: skip
    """Compare the predictions of SESSION with the targets in FILE.

    SESSION, running or ended, is a name or the beginning of one. FILE has examples as those of
    'nanotrain predict', with their targets: a table with the target's column, an .npz file with x
    and y, an .npy file or an IDX file with the targets beside it, or a folder of class folders of
    pictures. - is standard input.

    For classes it prints accuracy, precision, recall and F1 of each class and the confusion
    matrix, for two classes also the AUC. For numbers it prints MAE, RMSE, R² and the residuals.
    All equal those of scikit-learn.

    \b
    nanotrain evaluate iris-1 new.csv
    nanotrain evaluate iris-1 new.csv --json | jq .metrics
    nanotrain evaluate digits-2 x_test.npy --targets y_test.npy
    nanotrain evaluate folder-1 ~/new-photos
    nanotrain evaluate mnist-3 t10k-images-idx3-ubyte.gz -o report.txt
    """
    form = format_of(None, output, JSON if as_json else None)
    if form in (CSV, JSONL):
        raise CommandError(f"an evaluation is text or JSON, not {form}; end PATH with .json.")
    refuse_inputs(output, (file, targets))
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.cli.predictions.report import report_lines
    from nanotrain_tui.cli.progress import progress_line
    from nanotrain_tui.export.plain import plain_json
    from nanotrain_tui.launch.model import ask, find_model
    from nanotrain_tui.trainer_python.cache import PythonCache

    folders = my_folders()
    folder = pick_session(folders, session)
    cache = PythonCache(folders.places.python_cache)
    model = find_model(folder, cache, model_choice["checkpoint"], model_choice["python"] or ())
    if model.note:
        note(model.note)
    request = request_of(file, targets)
    with opened(output, force) as out:
        with progress_line(f"evaluating {file}") as progress:
            for found in ask(model, "--evaluate", {"file": request}):
                if "progress" in found:
                    progress(float(found["progress"]))
        for text in found["notes"]:
            note(f"{file}: {text}")
        del found["ok"]
        answer = {"session": folder.name, **found}
        if form == JSON:
            out.write(json.dumps(plain_json(answer), indent=2, allow_nan=False) + "\n")
        else:
            columns = width() if is_stdout(output) else NARROW
            out.write("\n".join(report_lines(answer, columns)) + "\n")
    return FINISHED
