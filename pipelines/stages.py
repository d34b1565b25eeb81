"""The whole story in ten functions: from a download to a data set. Read this file first.

Each function is one stage, pure but for the files that it reads and the image files that it writes; `assets/` runs the
same functions under Dagster. What a stage drops comes back as rejections, so that in = out + rejected.

Example:
    >>> from pipelines.vocabulary import Source
    >>> [source.value for source in readable_sources()]
    ['embed', 'lumiere', 'ms_cxr_t', 'odir', 'vqa_rad', 'llava_med']
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.assembly import assemble
from pipelines.choices import SplitShares
from pipelines.generation.composed import generate_composed
from pipelines.grouping.composed import compose_groups
from pipelines.grouping.ungrouped import leave_ungrouped
from pipelines.outcome import Outcome
from pipelines.progress import Say
from pipelines.records import DatasetRecord, ImageGroup, Record, RenderedImage, ReviewDecision, SubjectSplit
from pipelines.rendering.images import RenderOutcome, render_images
from pipelines.review.plan import Approval, ReviewPlan, apply_plan
from pipelines.settings import Settings
from pipelines.source_records import SourceImage, SourceQuestion, Study
from pipelines.sources.corpus import Corpus, mark_synthetic
from pipelines.sources.registry import READERS
from pipelines.sources.synthetic_marker import is_synthetic
from pipelines.splits import linked_subjects, split_subjects
from pipelines.validation.rules import validate_records
from pipelines.vocabulary import Source, Split


def readable_sources() -> list[Source]:
    """Return the sources that have a reader, in the order of the vocabulary."""
    return [source for source in Source if source in READERS]


def read_source(source: Source, settings: Settings) -> Corpus:
    """1. Read a download: studies, labels, questions and image files as found, each bad row a rejection."""
    folders = settings.source_folders(source)
    corpus = READERS[source](folders, settings.reading)
    return mark_synthetic(corpus) if is_synthetic(folders.tables) else corpus


def render_source(
    source: Source,
    images: Sequence[SourceImage],
    previous: Sequence[RenderedImage],
    settings: Settings,
    say: Say | None = None,
) -> RenderOutcome:
    """2. Make every image, and the chosen slices of every volume, an 8-bit PNG; what is there and whole is kept."""
    root, storage = settings.source_folders(source).images, Path(settings.storage_root)
    return render_images(images, root, storage, settings.rendering, previous=previous, say=say)


def draw_splits(
    source: Source, studies: Iterable[Study], images: Sequence[RenderedImage], settings: Settings
) -> list[SubjectSplit]:
    """3. Decide for every subject where it may be used, before any question exists."""
    shares: SplitShares = getattr(settings.splits, source.value)
    subjects = sorted({study.subject_id for study in studies})
    return split_subjects(source, subjects, shares.as_mapping(), settings.splits.seed, linked_subjects(images))


def group_images(
    source: Source,
    questions: Sequence[SourceQuestion],
    images: Sequence[RenderedImage],
    splits: Sequence[SubjectSplit],
    settings: Settings,
) -> Outcome[ImageGroup]:
    """4. Put two or three images together that a question can be asked about, within one split."""
    if source is not Source.VQA_RAD:
        return leave_ungrouped(images, "images of this source are read and rendered; no rule groups them yet")
    return compose_groups(questions, images, splits, settings.grouping)


def generate_records(groups: Sequence[ImageGroup], questions: Sequence[SourceQuestion], settings: Settings) -> Outcome[Record]:
    """5. Write the questions and answers of each group; closed keys come from facts, letters from a seeded shuffle."""
    outcome = generate_composed(groups, questions, settings.generation)
    if not any(question.is_synthetic for question in questions):
        return outcome
    return replace(outcome, rows=tuple(replace(record, is_synthetic=True) for record in outcome.rows))


def validate_candidates(
    candidates: Sequence[Record], groups: Sequence[ImageGroup], images: Sequence[RenderedImage]
) -> Outcome[Record]:
    """6. Keep the records that pass every rule; the others name the rule that they broke."""
    return validate_records(candidates, groups, images)


def approve_records(validated: Sequence[Record], decisions: Sequence[ReviewDecision], settings: Settings) -> Approval:
    """7. Apply the review plan to the reviewers' decisions; short coverage is told, never overlooked."""
    from_cohort = bool(validated) and all(record.is_synthetic for record in validated)
    return apply_plan(validated, decisions, ReviewPlan.from_settings(settings.review), from_cohort)


def assemble_records(approved: Iterable[Record], images: Iterable[RenderedImage]) -> list[DatasetRecord]:
    """8. Turn approved records into conversations with image paths, ordered by record_id."""
    return assemble(approved, images)


def select_training(records: Iterable[DatasetRecord]) -> list[DatasetRecord]:
    """9. The records that a model may learn from."""
    return [record for record in records if record.split is Split.TRAIN]


def select_benchmark(records: Iterable[DatasetRecord]) -> list[DatasetRecord]:
    """10. The records that a model is judged by."""
    return [record for record in records if record.split is not Split.TRAIN]
