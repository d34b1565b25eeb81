"""Rows as the stages before grouping return them: a small hand-made cohort, and the genuine VQA-RAD rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.keys import mint_id
from pipelines.records import RenderedImage, SubjectSplit
from pipelines.source_records import SourceImage, SourceQuestion
from pipelines.sources.vqa_rad.reader import read_vqa_rad
from pipelines.splits.draw import split_subjects
from pipelines.vocabulary import AnswerType, Modality, Organ, QuestionType, Source, Split
from tests.pipelines.made_rows import make_image


@dataclass(frozen=True)
class Rows:
    """What `compose_groups` is given."""

    questions: tuple[SourceQuestion, ...]
    images: tuple[RenderedImage, ...]
    splits: tuple[SubjectSplit, ...]


def _image(
    path: str, subject: str, modality: Modality | None = Modality.XRAY, organ: Organ | None = Organ.CHEST
) -> RenderedImage:
    return make_image(path, subject, mint_id("image", Source.VQA_RAD, path, 0), modality=modality, organ=organ)


def _question(row: int, path: str, question: str, answer: str, kind: QuestionType) -> SourceQuestion:
    return SourceQuestion(
        source=Source.VQA_RAD,
        question_id=f"question-{row}",
        row=row,
        subject_id=f"subject-{path}",
        study_id=f"study-{path}",
        image_path=path,
        organ=Organ.CHEST,
        question=question,
        answer=answer,
        answer_type=AnswerType.CLOSED if answer in ("yes", "no") else AnswerType.OPEN,
        question_types=(kind,),
        linked_id=f"link-{row}",
        question_as_found=question,
        answer_as_found=answer,
        repairs=(),
    )


def build_rows(n_per_split: int = 8) -> Rows:
    """Return chest images of distinct subjects in two splits, each with a heart, an effusion and a "where" question."""
    images: list[RenderedImage] = []
    questions: list[SourceQuestion] = []
    splits: list[SubjectSplit] = []
    hearts = ("Is the heart enlarged?", "Is there cardiomegaly?", "Does this patient have cardiomegaly?")
    for number in range(2 * n_per_split):
        path = f"images/{number}.jpg"
        images.append(_image(path, f"subject-{path}"))
        split = (Split.TRAIN, Split.HELD_OUT)[number % 2]
        splits.append(SubjectSplit(Source.VQA_RAD, f"subject-{path}", split, 1, split, f"subject-{path}"))
        answers = ("yes" if number % 4 < 2 else "no", "yes" if number % 8 < 2 else "no")
        sides = ("Right lung", "Left lung", "Bilateral")
        for text, answer, kind in (
            (hearts[number % 3], answers[0], QuestionType.SIZE),
            ("Is there a pleural effusion?", answers[1], QuestionType.PRESENCE),
            ("Which lung has the opacity?", sides[number // 2 % 3], QuestionType.POSITION),
            ("What is abnormal in this image?", f"finding {number}", QuestionType.ABNORMALITY),
        ):
            questions.append(_question(len(questions), path, text, answer, kind))
    return Rows(tuple(questions), tuple(images), tuple(splits))


@pytest.fixture
def small_rows() -> Rows:
    """Sixteen images of sixteen subjects, half of them held out."""
    return build_rows()


@pytest.fixture
def many_rows() -> Rows:
    """Forty images of forty subjects, half of them held out: enough for every kind of record."""
    return build_rows(20)


@pytest.fixture(scope="session")
def real_rows(vqa_rad_root: Path) -> Rows:
    """The genuine questions and images; pixels are told apart by file, for nothing here reads them."""
    corpus = read_vqa_rad(vqa_rad_root)
    subjects = sorted({study.subject_id for study in corpus.studies})
    splits = split_subjects(Source.VQA_RAD, subjects, {Split.TRAIN: 0.5, Split.HELD_OUT: 0.5}, seed=20250519)
    return Rows(corpus.questions, _as_rendered(corpus.images), tuple(splits))


def _as_rendered(images: Sequence[SourceImage]) -> tuple[RenderedImage, ...]:
    return tuple(_image(image.path, image.subject_id, image.modality, image.organ) for image in images)
