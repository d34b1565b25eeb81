"""Benchmarks that others released, imported against the images at hand.

Example:
    >>> released_benchmark.key.to_user_string()
    'evaluation/released_benchmark'
"""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import fan_in, key_of, optional
from assets.partitions import ALL_IN_ONE_RUN
from assets.publishing import Results, contract_checks, publish
from evaluation.benchmark import items_from_released
from evaluation.published import find_column
from pipelines import tables
from pipelines.released import ImportedReleases, ReleasedError, count_trained_on, import_every_release
from pipelines.settings import Settings
from pipelines.vocabulary import AnswerType, Source

NAME = "evaluation/released_benchmark"
KEY = key_of(NAME)
CHECKS = {
    "ids_name_their_rows": "Each image that a file names stands at the row that its id names; else the file was rearranged.",
    "subjects_are_not_trained_on": "No record shows a subject of dataset/instructions; else a model trained on that set "
    "has seen whom it is asked about.",
    "images_are_at_hand": "Every image that a file names was found; records that lack one are asked blind only, and have no "
    "sighted score. Set sources.*, or evaluation.released_images to the folder that the file's image names lead from.",
    "n_is_as_published": "A file of the paper, known by its name, holds as many closed and open items as the paper says.",
}


@dg.asset(
    key=KEY,
    group_name="evaluation",
    code_version="2",
    kinds={"parquet"},
    check_specs=[
        *contract_checks(NAME, is_counted=True),
        *(dg.AssetCheckSpec(name, asset=KEY, description=text) for name, text in CHECKS.items()),
    ],
    ins={
        "rendered": fan_in("rendered/images"),
        "questions": fan_in("raw/questions"),
        "instructions": optional("dataset/instructions"),
    },
    backfill_policy=ALL_IN_ONE_RUN,
)
def released_benchmark(
    rendered: dict[str, pa.Table],
    questions: dict[str, pa.Table],
    instructions: pa.Table,
    settings: dg.ResourceParam[Settings],
) -> Results:
    """Released benchmarks that the settings name, their images found in a folder of the settings or among the rendered ones."""
    chosen = settings.evaluation
    asked = questions.get(Source.VQA_RAD)
    with told_plainly():
        _check_folders(chosen.released_images)
        imported = import_every_release(
            chosen.released,
            chosen.released_images,
            {Source(source): tables.RENDERED_IMAGES.to_rows(table) for source, table in rendered.items()}
            if chosen.released
            else {},
            [] if asked is None else tables.QUESTIONS.to_rows(asked),
        )
    n_trained_on = count_trained_on(imported.rows, tables.INSTRUCTIONS.to_rows(instructions))
    checks = [
        _warn(
            "ids_name_their_rows",
            imported.n_images == imported.n_images_at_row,
            {"images": imported.n_images, "at the row that the id names": imported.n_images_at_row},
        ),
        _warn(  # nothing is wrong with either table; a score of a model trained here would be
            "subjects_are_not_trained_on",
            n_trained_on == 0,
            {"records": len(imported.rows), "records that show a subject of dataset/instructions": n_trained_on},
        ),
        _warn(
            "images_are_at_hand",
            imported.n_without_images == 0,
            {"records": len(imported.rows), "records that can be asked blind only": imported.n_without_images},
        ),
        _check_size(imported, chosen.released),
    ]
    yield publish(NAME, tables.RELEASED_BENCHMARK.to_arrow(imported.rows), [imported.count], checks=checks)


def _check_folders(folders: Mapping[str, Path]) -> None:
    """Raise ReleasedError for a folder that is not there: without it every score would be blind."""
    for name, folder in folders.items():
        if not folder.expanduser().is_dir():
            raise ReleasedError(
                f"evaluation.released_images.{name}: {folder} is no folder; give the one that the image names of that file "
                "lead from, or leave the key out"
            )


def _check_size(imported: ImportedReleases, files: Mapping[str, Path]) -> dg.AssetCheckResult:
    """Compare the closed and open items of files that are the paper's, by their names, with the paper's counts."""
    found: dict[str, str] = {}
    is_as_published = True
    for name, path in files.items():
        column = find_column(path.stem)
        if column is None:
            continue
        items = items_from_released([row for row in imported.rows if row.benchmark == name])
        n_closed = sum(item.answer_type is AnswerType.CLOSED for item in items)
        is_as_published &= (n_closed, len(items) - n_closed) == (column.n_closed, column.n_open)
        found[name] = (
            f"{n_closed} closed and {len(items) - n_closed} open; {column.title} has {column.n_closed} and {column.n_open}"
        )
    return _warn("n_is_as_published", is_as_published, found or {"files of the paper": 0})


def _warn(name: str, passed: bool, metadata: Mapping[str, str | int]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name, asset_key=KEY, passed=passed, severity=dg.AssetCheckSeverity.WARN, metadata=dict(metadata)
    )
