"""Validation at the size of the paper's data set: 83,200 records of all sub-tasks, in wordings that repeat and in their own.

The groups are those of a synthetic download of every source, copied as other people with other pictures until there are enough;
the records are written by the generators. That a copy keeps every rule is checked before anything is measured: a record that
falls early is cheap to judge.

Example:
    >>> own_word(1), own_word(61)
    ('bebaba', 'bebeba')
"""

import dataclasses
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from benchmarks.rounds import Arms, Figure
from pipelines import stages, tables
from pipelines.cohort.writers import write_cohort
from pipelines.generation.record import build_records, digest_shown
from pipelines.keys import digest
from pipelines.records import ImageGroup, Quote, Record, RenderedImage
from pipelines.settings import Settings
from pipelines.source_records import SourceQuestion
from pipelines.validation.context import Context
from pipelines.validation.rules import validate_records
from pipelines.vocabulary import Source
from pipelines.writers import choose_writer

SIZE = 83_200  # records, as Med-MIM has them (arXiv 2505.19031)
_SUBJECTS = {
    Source.EMBED: 24,
    Source.LUMIERE: 8,
    Source.MS_CXR_T: 24,
    Source.ODIR: 40,
    Source.VQA_RAD: 24,
    Source.LLAVA_MED: 24,
}
_MARGIN = 1.1  # what is written of many copies varies a little with the balance of their answers
_MOST_FALLEN = 0.02  # share of the records that a rule may reject


@dataclass(frozen=True)
class Cohort:
    """Groups of one source, with their images and questions."""

    groups: list[ImageGroup]
    images: list[RenderedImage]
    questions: list[SourceQuestion]
    settings: Settings


@dataclass(frozen=True)
class Rows:
    """What validation is given."""

    records: tuple[Record, ...]
    groups: tuple[ImageGroup, ...]
    images: tuple[RenderedImage, ...]

    def validate(self) -> int:
        """Return how many records pass."""
        return len(validate_records(self.records, self.groups, self.images).rows)


def build_benchmarks(scratch: Path) -> Mapping[str, Arms | Figure]:
    """Return the arms by benchmark name; the rows are made when they are first needed."""
    base = cache(lambda: list(group_cohorts(scratch, _SUBJECTS)))
    once, twice = cache(lambda: write_rows(base(), SIZE)), cache(lambda: write_rows(base(), 2 * SIZE))
    own = cache(lambda: put_into_own_words(once()))
    return {
        "validate_83k": Arms(ours=lambda: once().validate(), floor=_round_trip(once), prepare=_check(once), max_rounds=3),
        "validate_83k_own_words": Arms(
            ours=lambda: own().validate(), floor=_round_trip(own), prepare=_check(own), max_rounds=3
        ),
        # Above 1 / 1.2 the ratio means that time grows no worse than linearly within 20 %.
        "validate_166k_growth": Arms(
            ours=lambda: twice().validate(),
            baseline=lambda: (once().validate(), once().validate()),
            prepare=_check(twice),
            max_rounds=2,
        ),
    }


def put_into_own_words(rows: Rows) -> Rows:
    """Return the records as a model writes those of templates: no two questions are equal, each quotes its first image."""
    context = Context.of(rows.groups, rows.images)
    written = tuple(
        _as_model(record, context, number) if record.generator == "template" else record
        for number, record in enumerate(rows.records)
    )
    return replace(rows, records=written)


def own_word(number: int) -> str:
    """Return a word that no rule knows, another one for each number below 216,000."""
    syllables = [f"{consonant}{vowel}" for consonant in "bdfgklmnprst" for vowel in "aeiou"]
    return "".join(syllables[number // 60**place % 60] for place in range(3))


def _as_model(record: Record, context: Context, number: int) -> Record:
    word = own_word(number)
    question = f"For the reader called {word}: {record.question}"
    texts = context.sources_of(record.group_id)[0]
    quotes = (Quote(0, texts[0]),)
    sealed = digest_shown(question, record.options, record.letter, record.answer, record.image_ids)
    return replace(record, question=question, digest=sealed, quotes=quotes, generator="openai:benchmark")


def group_cohorts(scratch: Path, subjects_of: Mapping[Source, int]) -> Iterator[Cohort]:
    """Yield the groups of a synthetic download of each source, with what their records are written of."""
    for source, subjects in subjects_of.items():
        write_cohort(scratch, {source: subjects})
        sections = {"storage_root": str(scratch / "storage"), "sources": {source.value: scratch / source.value}}
        settings = Settings(**sections)
        corpus = stages.read_source(source, settings)
        images = stages.render_source(source, corpus.images, [], settings).rows
        found = {
            "studies": tables.STUDIES.to_arrow(corpus.studies),
            "labels": tables.LABELS.to_arrow(corpus.labels),
            "questions": tables.QUESTIONS.to_arrow(corpus.questions),
            "images": tables.RENDERED_IMAGES.to_arrow(images),
        }
        subject_ids = {study.subject_id for study in corpus.studies}
        splits = stages.draw_splits(source, subject_ids, found["images"], settings)
        found["splits"] = tables.SUBJECT_SPLITS.to_arrow(splits)
        groups = tables.IMAGE_GROUPS.to_rows(stages.group_images(source, found, settings).groups)
        yield Cohort(groups, list(images), list(corpus.questions), settings)


def write_rows(base: Sequence[Cohort], size: int) -> Rows:
    """Return so many records, of as many copies of each cohort as it takes, with their groups and images."""
    records: list[Record] = []
    groups: list[ImageGroup] = []
    images: list[RenderedImage] = []
    n_per_copy = sum(len(_write_copies(cohort, 2).records) for cohort in base) // 2
    n_copies = math.ceil(_MARGIN * size / n_per_copy)
    for cohort in base:
        made = _write_copies(cohort, n_copies)
        records += made.records
        groups += made.groups
        images += made.images
    # In the order of their hashes, so that what is cut off is of every source.
    return Rows(tuple(sorted(records, key=lambda record: record.record_id)[:size]), tuple(groups), tuple(images))


def _write_copies(cohort: Cohort, n_copies: int) -> Rows:
    groups = [_copy_group(group, copy) for copy in range(n_copies) for group in cohort.groups]
    images = [_copy_image(image, copy) for copy in range(n_copies) for image in cohort.images]
    drafts = choose_writer(cohort.questions, cohort.settings, None).write(groups).rows
    return Rows(tuple(build_records(drafts, cohort.settings.generation.seed)), tuple(groups), tuple(images))


def _copy_group(group: ImageGroup, copy: int) -> ImageGroup:
    return replace(
        group,
        group_id=f"group-{digest([group.group_id, copy])[:20]}",
        unit_id=f"{group.unit_id}-{copy}",
        subject_ids=tuple(f"{subject_id}-{copy}" for subject_id in group.subject_ids),
        image_ids=tuple(f"{image_id}-{copy}" for image_id in group.image_ids),
    )


def _copy_image(image: RenderedImage, copy: int) -> RenderedImage:
    return replace(
        image,
        image_id=f"{image.image_id}-{copy}",
        subject_id=f"{image.subject_id}-{copy}",
        pixel_sha256=f"{image.pixel_sha256}-{copy}",
    )


def _round_trip(rows: Callable[[], Rows]) -> Callable[[], object]:
    """Return the floor: every record to JSON and back, which any way to look at it must do at least."""
    return lambda: [json.loads(json.dumps(dataclasses.asdict(record))) for record in rows().records]


def _check(rows: Callable[[], Rows]) -> Callable[[], object]:
    def check() -> None:
        given = rows()
        outcome = validate_records(given.records, given.groups, given.images)
        if len(outcome.rejections) > _MOST_FALLEN * len(given.records):
            raise RuntimeError(f"{len(outcome.rejections):,} of {len(given.records):,} fall: {outcome.reason_counts()}")

    return check
