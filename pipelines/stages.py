"""The whole story in eleven functions: from a download to a data set. Read this file first.

Each function is one stage, pure but for the files that it reads and the image files that it writes; `assets/` runs the
same functions under Dagster. What a stage drops comes back as rejections, so that in = out + rejected.

Example:
    >>> from pipelines.vocabulary import Source
    >>> [source.value for source in readable_sources()]
    ['embed', 'lumiere', 'ms_cxr_t', 'odir', 'vqa_rad', 'llava_med']
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from pipelines import second_opinions
from pipelines.assembly import assemble
from pipelines.choices import SplitShares
from pipelines.governance.classify import classify_records
from pipelines.governance.policy import load_policy
from pipelines.grouping.database import TableData
from pipelines.grouping.group import Grouped, group_source
from pipelines.grouping.lumiere.common_grid import require_common_grid
from pipelines.grouping.registry import RULES
from pipelines.grouping.vqa_rad.group import group_by_meaning
from pipelines.outcome import Outcome
from pipelines.progress import Say
from pipelines.records import DatasetRecord, ImageGroup, Record, RenderedImage, ReviewDecision, SubjectSplit
from pipelines.refinement import Written, write_and_refine
from pipelines.rendering.images import RenderOutcome, render_images
from pipelines.review.plan import Approval, ReviewPlan, apply_plan
from pipelines.second_opinions import SecondOpinions
from pipelines.settings import Settings
from pipelines.source_records import SourceImage, SourceQuestion
from pipelines.sources.corpus import Corpus, mark_synthetic
from pipelines.sources.registry import READERS
from pipelines.sources.synthetic_marker import are_synthetic
from pipelines.splits.draw import split_subjects
from pipelines.splits.links import link_subjects
from pipelines.splits.withholding import reject_withheld, withhold_twins
from pipelines.validation.rules import validate_records
from pipelines.vocabulary import Source, Split
from pipelines.writers import AskOf, choose_writer


def readable_sources() -> list[Source]:
    """Return the sources that have a reader, in the order of the vocabulary."""
    return [source for source in Source if source in READERS]


def read_source(source: Source, settings: Settings) -> Corpus:
    """1. Read a download: studies, labels, questions and image files as found, each bad row a rejection."""
    folders = settings.source_folders(source)
    corpus = READERS[source](folders, settings.reading)
    return mark_synthetic(corpus) if are_synthetic(folders) else corpus


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


def draw_splits(source: Source, subject_ids: Iterable[str], images: pa.Table, settings: Settings) -> list[SubjectSplit]:
    """3. Decide for every subject where it may be used, before any question exists.

    `images` are rows of rendered/images: subjects of which one looks the same are one person.
    """
    shares: SplitShares = getattr(settings.splits, source.value)
    return split_subjects(source, subject_ids, shares.as_mapping(), settings.splits.seed, link_subjects(images))


def group_images(source: Source, found: Mapping[str, TableData], settings: Settings) -> Grouped:
    """4. Put two or three images together that a question can be asked about, within one split.

    `found` has the source's tables, or the files that hold them, by the names of `grouping.database.RELATIONS`.
    """
    if source is Source.VQA_RAD:
        return group_by_meaning(found, settings.grouping)
    if source is Source.LUMIERE:
        require_common_grid(settings.reading.lumiere.grid)
    return group_source(source, RULES[source], found, settings.grouping)


def generate_records(
    groups: Sequence[ImageGroup],
    questions: Sequence[SourceQuestion],
    images: Sequence[RenderedImage],
    decisions: Sequence[ReviewDecision],
    settings: Settings,
    ask_of: AskOf | None = None,
) -> Written:
    """5. Write the questions and answers of each group; closed keys come from facts, letters from a seeded shuffle.

    What the validators or a reviewer of `decisions` reject is written anew, a few times. `ask_of` calls models where one
    writes (`pipelines.model_calls.open_calls`).
    """
    written = write_and_refine(groups, choose_writer(questions, settings, ask_of), images, decisions, settings.generation)
    return replace(written, records=classify_records(written.records, load_policy(settings.policy)))


def validate_candidates(
    candidates: Sequence[Record], groups: Sequence[ImageGroup], images: Sequence[RenderedImage]
) -> Outcome[Record]:
    """6. Keep the records that pass every rule; the others name the rule that they broke."""
    return validate_records(candidates, groups, images)


def ask_second_opinions(
    validated: Sequence[Record], groups: Sequence[ImageGroup], settings: Settings, ask_of: AskOf | None = None
) -> SecondOpinions:
    """7. Let other models judge what passed, and try to solve it blind, where the settings name them."""
    return second_opinions.ask_second_opinions(validated, groups, settings, ask_of)


def approve_records(validated: Sequence[Record], decisions: Sequence[ReviewDecision], settings: Settings) -> Approval:
    """8. Apply the review plan to the reviewers' decisions; short coverage is told, never overlooked."""
    from_cohort = bool(validated) and all(record.is_synthetic for record in validated)
    return apply_plan(validated, decisions, ReviewPlan.from_settings(settings.review), from_cohort)


def assemble_records(approved: Iterable[Record], images: Iterable[RenderedImage]) -> list[DatasetRecord]:
    """9. Turn approved records into conversations with image paths, ordered by record_id."""
    return assemble(approved, images)


def select_training(records: Sequence[DatasetRecord], images: pa.Table) -> Outcome[DatasetRecord]:
    """10. The records that a model may learn from; those that show an image of another source's benchmark are withheld.

    `images` are rows of rendered/images: of every image that the records show.
    """
    training = [record for record in records if record.split is Split.TRAIN]
    kept, withheld = withhold_twins(training, select_benchmark(records), images)
    return Outcome(tuple(kept), tuple(reject_withheld(one) for one in withheld))


def select_benchmark(records: Iterable[DatasetRecord]) -> list[DatasetRecord]:
    """11. The records that a model is judged by."""
    return [record for record in records if record.split is not Split.TRAIN]
