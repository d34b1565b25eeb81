"""Rows of tables: a test names what it is about, the rest is as good as any."""

from dataclasses import replace
from typing import Any

from pipelines.records import DatasetRecord, RenderedImage, Turn
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Ability, AnswerType, Origin, Role, Source, Split, SubTask

_CLOSED = DatasetRecord(
    id="rec-1",
    images=("a.png", "b.png"),
    conversation=(Turn(Role.USER, "<image><image>Which?\nA: left\nB: right\n"), Turn(Role.ASSISTANT, "B: right")),
    source="vqa_rad_located_question_closed",
    record_id="rec-1",
    digest="d",
    split=Split.TRAIN,
    ability=Ability.COREFERENCE,
    subtask=SubTask.LOCATED_QUESTION,
    answer_type=AnswerType.CLOSED,
    origin=Origin.COMPOSED,
    unit_id="u",
    subject_ids=("s", "t"),
    image_ids=("i", "j"),
    answer_class="right",
    evidence=(),
    data_class=DataClass.OPEN,
    is_synthetic=False,
)


def make_row(**changes: Any) -> DatasetRecord:
    """Return a closed training record of VQA-RAD about two images, with some fields changed."""
    return replace(_CLOSED, **changes)


def make_image(source_path: str, subject: str, image_id: str, **changes: Any) -> RenderedImage:
    """Return a rendered image of VQA-RAD of which nothing is known but its file and its subject, with some fields changed."""
    image = RenderedImage(
        source=Source.VQA_RAD,
        image_id=image_id,
        source_image_id=f"source-{source_path}",
        source_path=source_path,
        subject_id=subject,
        study_id=f"study-{subject}",
        modality=None,
        organ=None,
        view=None,
        laterality=None,
        sequence=None,
        image_type=None,
        plane=None,
        slice_index=None,
        path=f"rendered/{image_id}.png",
        width=64,
        height=48,
        sha256=f"file-{source_path}",
        pixel_sha256=f"pixels-{source_path}",
        duplicate_of=None,
        steps=(),
    )
    return replace(image, **changes)
