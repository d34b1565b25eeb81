"""A made-up data set of all six sources and thirteen sub-tasks, drawn from a seed, as rows and as tables."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import pyarrow as pa
import pytest

from pipelines import tables
from pipelines.formats.closed_question import format_closed_question, letter_at
from pipelines.records import DatasetRecord, ImageGroup, RenderedImage, Turn
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Ability, AnswerType, ImageOrder, ImageRole, Modality, Origin, Role, Source, Split, SubTask


@dataclass(frozen=True)
class Rule:
    """How the groups of one sub-task look."""

    source: Source
    ability: Ability
    order: ImageOrder
    asked: tuple[str | None, ...]
    labels: tuple[str, ...]  # none: the place of the asked image
    sizes: tuple[int, ...] = (2,)
    origin: Origin = Origin.INHERENT


VIEWS, SEQUENCES, FINDINGS = ("CC", "MLO"), ("T1", "CT1", "T2", "FLAIR"), ("edema", "effusion", "pneumonia")
RULES = {
    SubTask.LOCATED_QUESTION: Rule(
        *(Source.VQA_RAD, Ability.COREFERENCE, ImageOrder.SHUFFLED, ("presence mass",), ("yes", "no", "left lung")),
        sizes=(2, 3),
        origin=Origin.COMPOSED,
    ),
    SubTask.SHARED_FINDING: Rule(
        *(Source.LLAVA_MED, Ability.COMPARISON, ImageOrder.SHUFFLED, ("presence mass",), ("yes, no", "no, no")),
        origin=Origin.COMPOSED,
    ),
    SubTask.SUSPICIOUS_IMAGE: Rule(Source.EMBED, Ability.COREFERENCE, ImageOrder.SHUFFLED, (None,), (), (2, 3)),
    SubTask.VIEW_IDENTIFICATION: Rule(Source.EMBED, Ability.COREFERENCE, ImageOrder.SHUFFLED, VIEWS, (), (2, 3)),
    SubTask.TWO_VIEW_ASSESSMENT: Rule(Source.EMBED, Ability.REASONING, ImageOrder.FIXED, (None,), tuple("ANBPSMK")),
    SubTask.NEXT_ASSESSMENT: Rule(Source.EMBED, Ability.TEMPORAL, ImageOrder.CHRONOLOGICAL, (None,), tuple("ANBP"), (2, 3)),
    SubTask.SEQUENCE_IDENTIFICATION: Rule(Source.LUMIERE, Ability.COREFERENCE, ImageOrder.SHUFFLED, SEQUENCES, (), (2, 3)),
    SubTask.RESECTION_EXTENT: Rule(
        Source.LUMIERE, Ability.COMPARISON, ImageOrder.CHRONOLOGICAL, (None,), ("complete", "partial")
    ),
    SubTask.VISIT_PROGRESSION: Rule(
        Source.LUMIERE, Ability.TEMPORAL, ImageOrder.CHRONOLOGICAL, (None,), ("stable", "worsening")
    ),
    SubTask.NEXT_STATUS: Rule(Source.LUMIERE, Ability.TEMPORAL, ImageOrder.CHRONOLOGICAL, (None,), ("stable", "worsening")),
    SubTask.FINDING_PROGRESSION: Rule(
        *(Source.MS_CXR_T, Ability.COMPARISON, ImageOrder.CHRONOLOGICAL, FINDINGS, ("improving", "stable", "worsening"))
    ),
    SubTask.EYE_DIAGNOSIS: Rule(
        Source.ODIR, Ability.COREFERENCE, ImageOrder.FIXED, ("L", "R"), ("normal fundus", "glaucoma", "cataract")
    ),
    SubTask.SAME_DIAGNOSIS: Rule(Source.ODIR, Ability.COMPARISON, ImageOrder.FIXED, (None,), ("same", "different")),
}
MODALITIES: dict[Source, tuple[Modality | None, ...]] = {
    Source.EMBED: (Modality.MAMMOGRAPHY,),
    Source.LUMIERE: (Modality.MRI,),
    Source.MS_CXR_T: (Modality.XRAY,),
    Source.ODIR: (Modality.FUNDUS,),
    Source.VQA_RAD: (Modality.XRAY, Modality.CT, Modality.MRI, None),
    Source.LLAVA_MED: (Modality.HISTOLOGY, Modality.GROSS_PATHOLOGY, Modality.CT),
}
SPLITS = {Source.ODIR: (Split.HELD_OUT,), Source.VQA_RAD: (Split.TRAIN, Split.HELD_OUT)}


@dataclass(frozen=True)
class Dataset:
    """Groups, images and records, as rows and as the tables that are counted."""

    groups: tuple[ImageGroup, ...]
    images: tuple[RenderedImage, ...]
    records: tuple[DatasetRecord, ...]

    def by_source(self) -> tuple[dict[str, pa.Table], dict[str, pa.Table], pa.Table]:
        """Return what `summarise_dataset` is given."""
        return (
            {name: tables.IMAGE_GROUPS.to_arrow(row for row in self.groups if row.source == name) for name in Source},
            {name: tables.RENDERED_IMAGES.to_arrow(row for row in self.images if row.source == name) for name in Source},
            tables.BENCHMARK.to_arrow(self.records),
        )


BLANK_IMAGE = RenderedImage(
    *(Source.EMBED, "", "", "", "", "", None, None, None, None, None, None, None, None, "", 64, 64, "", "", None, ())
)


def draw_dataset(
    seed: int, n_groups: int = 120, share_recorded: float = 0.6, subtasks: tuple[SubTask, ...] = tuple(RULES)
) -> Dataset:
    """Return groups of the sub-tasks in turn, their images, and closed or open records of some of them."""
    chance = random.Random(seed)
    images: dict[str, RenderedImage] = {}
    groups = [_draw_group(chance, number, subtasks[number % len(subtasks)], images) for number in range(n_groups)]
    records = [_record_of(chance, group) for group in groups if chance.random() < share_recorded]
    return Dataset(tuple(groups), tuple(images.values()), tuple(records))


def _draw_group(chance: random.Random, number: int, subtask: SubTask, images: dict[str, RenderedImage]) -> ImageGroup:
    rule = RULES[subtask]
    size, n_subjects = chance.choice(rule.sizes), 8
    first = chance.randrange(n_subjects)
    is_composed = rule.origin is Origin.COMPOSED
    subjects = [f"{rule.source}-{(first + step * is_composed) % n_subjects}" for step in range(size)]
    splits = SPLITS.get(rule.source, (Split.TRAIN, Split.HELD_IN))
    split = splits[0] if is_composed else splits[first % len(splits)]
    image_ids = tuple(f"{subject}-image-{chance.randrange(3)}-{step}" for step, subject in enumerate(subjects))
    for image_id, subject in zip(image_ids, subjects, strict=True):
        modality = chance.choice(MODALITIES[rule.source])
        images.setdefault(
            image_id, replace(BLANK_IMAGE, source=rule.source, image_id=image_id, subject_id=subject, modality=modality)
        )
    place = chance.randrange(size)
    is_placed = rule.order is ImageOrder.SHUFFLED and subtask is not SubTask.SHARED_FINDING
    roles = [ImageRole.ASKED if not is_placed or step == place else ImageRole.BESIDE for step in range(size)]
    return ImageGroup(
        source=rule.source,
        group_id=f"group-{number}",
        origin=rule.origin,
        ability=rule.ability,
        subtask=subtask,
        split=split,
        image_ids=image_ids,
        subject_ids=tuple(subjects),
        unit_id=f"{subjects[0]}-visits-{chance.randrange(3)}",
        facts=(),
        rule="",
        order=rule.order,
        roles=tuple(roles),
        asked=chance.choice(rule.asked),
        label=chance.choice(rule.labels) if rule.labels else str(place + 1),
        days_since_first=(None,) * size,
        is_synthetic=True,
    )


def _record_of(chance: random.Random, group: ImageGroup) -> DatasetRecord:
    answer_type = chance.choice(list(AnswerType))
    n_options = chance.choice((2, 3, 4, 7))
    question, answer = "What changed?\nA: is no option alone", "Nothing."
    if answer_type is AnswerType.CLOSED:
        question = format_closed_question("Which?", [f"option {place}" for place in range(n_options)])
        place = chance.randrange(n_options)
        answer = f"{letter_at(place)}: option {place}"
    return DatasetRecord(
        id=group.group_id,
        images=group.image_ids,
        conversation=(Turn(Role.USER, "<image>" * len(group.image_ids) + question), Turn(Role.ASSISTANT, answer)),
        source=f"{group.source}_{group.subtask}_{answer_type}",
        record_id=f"record-{group.group_id}",
        digest="",
        split=group.split,
        ability=group.ability,
        subtask=group.subtask,
        answer_type=answer_type,
        origin=group.origin,
        unit_id=group.unit_id,
        subject_ids=group.subject_ids,
        image_ids=group.image_ids,
        answer_class=group.label,
        evidence=(),
        data_class=DataClass.OPEN,
        is_synthetic=group.is_synthetic,
    )


@pytest.fixture(scope="session")
def draw() -> Callable[..., Dataset]:
    """The function that draws a data set from a seed."""
    return draw_dataset


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """One data set of every source and sub-task."""
    return draw_dataset(seed=1, n_groups=390)
