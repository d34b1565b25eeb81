"""A benchmark as a task folder of lmms-eval: `<task>.yaml`, `utils.py`, `data.parquet`; the folder's name is the task's.

Form: https://github.com/EvolvingLMMs-Lab/lmms-eval/blob/main/docs/task_guide.md. Run it with
`python -m lmms_eval --include_path FOLDER --tasks TASK --log_samples --output_path OUT ...`.

Example:
    >>> print(format_config("mim_rad").splitlines()[1])
    task: "mim_rad"
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.formats.kit_rows import KitRow, KitRows, select_rows
from pipelines.formats.mantis import MantisFile
from pipelines.formats.problem import FormatError
from pipelines.storage import write_bytes, write_table

DATA_NAME = "data.parquet"
FUNCTIONS_NAME = "utils.py"  # the name that lmms-eval's own tasks use
MAX_NEW_TOKENS = 256  # an open reference has up to about 60 words
_MARK = "# Made by `python -m pipelines convert --to lmms_eval`; written anew by the next export into this folder."
_TEXTS = pa.list_(pa.field("item", pa.string(), nullable=False))
# Parquet, not JSON: the kit's JSON reader guesses types, and an option "2019-05-01" would come back as a time
SCHEMA = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        *(pa.field(name, pa.string(), nullable=False) for name in ("key", "id", "source", "unit")),
        pa.field("images", _TEXTS, nullable=False),
        *(pa.field(name, pa.string(), nullable=False) for name in ("content", "text")),
        pa.field("letters", _TEXTS, nullable=False),
        pa.field("options", _TEXTS, nullable=False),
        pa.field("letter", pa.string()),
        pa.field("answer", pa.string(), nullable=False),
    ]
)


def write_task_folder(file: MantisFile, folder: Path, images: Path | None, units: Mapping[str, str] | None = None) -> KitRows:
    """Write a benchmark as a task folder; return its rows and why other records are left out. The YAML is written last.

    `images` and `units` are those of `select_rows`; lmms-eval clusters its standard errors by unit.

    Raises:
        FormatError: the folder's name is no task name, the folder holds something else, or no record can be written.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", folder.name):
        raise FormatError(
            f"{folder}: its name would be the task's name; expected letters, digits, _ and - only: choose another --out"
        )
    config = folder / f"{folder.name}.yaml"
    _check_free(folder, config)
    chosen = select_rows(file, images, units=units)
    write_table(str(folder / DATA_NAME), pa.Table.from_pylist([build_doc(row) for row in chosen.rows], schema=SCHEMA))
    write_bytes(str(folder / FUNCTIONS_NAME), Path(__file__).with_name("task_functions.py").read_bytes())
    write_bytes(str(config), format_config(folder.name).encode())
    return chosen


def build_doc(row: KitRow) -> dict[str, Any]:
    """Return a row of `SCHEMA`; options are two lists of one length, as letters may have gaps and texts may repeat."""
    names = ("position", "key", "id", "source", "unit", "images", "content", "text", "letter", "answer")
    return {name: getattr(row, name) for name in names} | {
        "letters": list(row.options),
        "options": list(row.options.values()),
    }


def format_config(task: str) -> str:
    """Return the task's YAML; relative `data_files` are looked up beside it."""
    metrics = (("accuracy", True), ("undecided", False), ("rouge_l_recall", True), ("bleu", True))
    lines = [
        f"  - metric: medmim_{name}\n    aggregation: !function utils.mean_score\n    higher_is_better: {str(higher).lower()}\n"
        for name, higher in metrics
    ]
    return f"""{_MARK}
task: {json.dumps(task)}
dataset_path: parquet
dataset_kwargs:
  data_files:
    test: {DATA_NAME}
test_split: test
output_type: generate_until
doc_to_visual: !function utils.doc_to_visual
doc_to_text: !function utils.doc_to_text
doc_to_messages: !function utils.doc_to_messages
doc_to_target: !function utils.doc_to_target
process_results: !function utils.process_results
# the question as published; put an instruction into post_prompt where your model needs one, and say so
lmms_eval_specific_kwargs:
  default:
    pre_prompt: ""
    post_prompt: ""
generation_kwargs:
  max_new_tokens: {MAX_NEW_TOKENS}
  temperature: 0
  do_sample: false
  until: []  # left out, it would be a blank line, which cuts an answer of two paragraphs
metric_list:
{"".join(lines)}# standard errors by independent unit; where the benchmark tells none, by first image
cluster_key: unit
score_key: score
metadata:
  version: 1.0
"""


def _check_free(folder: Path, config: Path) -> None:
    """Raise FormatError where the folder holds anything but an earlier export."""
    if folder.is_file():
        raise FormatError(f"{folder}: is a file; expected a folder to write: choose another --out")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if not config.is_file() or not config.read_text(errors="replace").startswith(_MARK):
        raise FormatError(f"{folder}: holds other files, which are not overwritten: choose a new folder as --out")
