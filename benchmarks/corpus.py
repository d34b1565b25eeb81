"""The corpus of the synthetic cohort: rendering against a plain loop, and what Dagster costs per partition.

Example:
    >>> sorted(build_benchmarks.__annotations__)
    ['return', 'scratch']
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
from PIL import Image

from assets.definitions import build_defs
from benchmarks.rounds import Arms
from pipelines import stages, tables
from pipelines.choices import SourceRoots
from pipelines.cohort.vqa_rad.writer import write_vqa_rad
from pipelines.settings import Settings
from pipelines.sources.corpus import Corpus
from pipelines.vocabulary import Source

SUBJECTS = 60
SEED = 1


def build_benchmarks(scratch: Path) -> Mapping[str, Arms]:
    """Return the arms by benchmark name; everything is written under a scratch folder."""
    root = scratch / "vqa_rad"
    write_vqa_rad(root, subjects=SUBJECTS, seed=SEED)
    settings = Settings(storage_root=str(scratch / "storage"), sources=SourceRoots(vqa_rad=root))
    corpus = stages.read_source(Source.VQA_RAD, settings)
    return {
        "jpeg_rgb_png": Arms(
            ours=lambda: _render(corpus, settings),
            baseline=lambda: _convert_plainly(corpus, root, scratch / "plain"),
            floor=lambda: _decode_only(corpus, root),
        ),
        "orchestrator_per_partition": Arms(ours=lambda: _run_job(settings), floor=lambda: _run_stages(settings)),
    }


def _render(corpus: Corpus, settings: Settings) -> None:
    shutil.rmtree(Path(settings.storage_root) / "rendered", ignore_errors=True)
    stages.render_source(Source.VQA_RAD, corpus.images, (), settings)


def _convert_plainly(corpus: Corpus, root: Path, target: Path) -> None:
    """What a user writes first: one image after another, default PNG."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for image in corpus.images:
        if image.is_readable:
            try:
                Image.open(root / image.path).convert("RGB").save(target / f"{image.source_image_id}.png")
            except OSError:
                continue


def _decode_only(corpus: Corpus, root: Path) -> None:
    for image in corpus.images:
        try:
            Image.open(root / image.path).load()
        except OSError:
            continue


def _run_job(settings: Settings) -> None:
    shutil.rmtree(settings.storage_root, ignore_errors=True)
    quiet = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        job = build_defs(settings).resolve_job_def("build_corpus")
        result = job.execute_in_process(partition_key="vqa_rad", instance=instance, run_config=quiet)
    if not result.success:
        raise RuntimeError("build_corpus failed on the synthetic cohort; run make demo to see why")


def _run_stages(settings: Settings) -> None:
    """The same stages without Dagster and without tables."""
    shutil.rmtree(settings.storage_root, ignore_errors=True)
    corpus = stages.read_source(Source.VQA_RAD, settings)
    images = stages.render_source(Source.VQA_RAD, corpus.images, (), settings).rows
    rows = tables.RENDERED_IMAGES.to_arrow(images)
    splits = stages.draw_splits(Source.VQA_RAD, {study.subject_id for study in corpus.studies}, rows, settings)
    drawn = tables.SUBJECT_SPLITS.to_arrow(splits)
    found = {"questions": tables.QUESTIONS.to_arrow(corpus.questions), "images": rows, "splits": drawn}
    groups = tables.IMAGE_GROUPS.to_rows(stages.group_images(Source.VQA_RAD, found, settings).groups)
    records = stages.generate_records(groups, corpus.questions, images, (), settings).records
    stages.validate_candidates(records, groups, images)
