"""What can be grouped: the usable images with what their questions say, each question under its meaning.

Example:
    >>> gather_images([], [], [])
    ([], [])
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.grouping.vqa_rad.meaning import meaning_of, terms_of
from pipelines.records import Fact, RenderedImage, SubjectSplit
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import Split

YES, NO = "yes", "no"
# A reference answer that refuses to answer, or asks back, teaches and tests nothing.
_NO_ANSWER = re.compile(r"(?:not sure|maybe|unknown|unsure|n/?a|nan|null|none given|not seen here)[.?]?|.*\?", re.IGNORECASE)
_ALTERNATIVES = re.compile(r"\b(?:or|vs)\b|^can you name|^evidence", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """One question of an image, with its meaning and content terms."""

    question: SourceQuestion
    meaning: str
    terms: frozenset[str]

    @property
    def is_yes_no(self) -> bool:
        """True where the answer is yes or no."""
        return self.question.answer in (YES, NO)

    def as_fact(self, image_index: int) -> Fact:
        """Return the typed fact that this question's answer states about the image at a place of a group."""
        return Fact(image_index, self.question.question_id, self.meaning, self.question.answer)


@dataclass(frozen=True)
class Candidate:
    """One usable image and its questions, one per meaning, in the order of their rows."""

    image: RenderedImage
    split: Split
    person_id: str  # shared by subjects of which one image looks the same
    asked: tuple[Asked, ...]

    @property
    def pool(self) -> str:
        """Name of the images among which partners are sought: those of the same split and organ."""
        return f"{self.split}, {self.image.organ or 'any organ'}"

    def under(self, meaning: str) -> Asked | None:
        """Return the question of that meaning, None where the image has none."""
        return next((asked for asked in self.asked if asked.meaning == meaning), None)


def gather_images(
    questions: Sequence[SourceQuestion], images: Sequence[RenderedImage], splits: Sequence[SubjectSplit]
) -> tuple[list[Candidate], list[tuple[RenderedImage, str]]]:
    """Return the images that can be grouped, ordered by id, and the others with the cause.

    Questions whose answer refuses, or does not fit, are never asked. An image whose pixels equal an earlier image's, or whose
    subject has no split, cannot be grouped.
    """
    split_of = {row.subject_id: row for row in splits}
    questions_of = _group_by_image(questions)
    usable: list[Candidate] = []
    unusable: list[tuple[RenderedImage, str]] = []
    for image in sorted(images, key=lambda one: one.image_id):
        cause = _why_unusable(image, split_of, questions_of)
        if cause is not None:
            unusable.append((image, cause))
            continue
        subject = split_of[image.subject_id]
        asked = _one_per_meaning(questions_of[image.source_path])
        usable.append(Candidate(image, subject.split, subject.person_id, asked))
    return usable, unusable


def answers_its_question(question: SourceQuestion) -> bool:
    """Return whether the kind of answer fits: yes or no to a yes/no question, something else to every other one.

    "Where ...? Yes" and "Is there contrast in the bowel? In the bowel" do not; "Is it left or right? Left" does.
    """
    is_whether = meaning_of(question.question).startswith("whether:")
    if question.answer in (YES, NO):
        return is_whether
    return not is_whether or _ALTERNATIVES.search(question.question) is not None


def _why_unusable(
    image: RenderedImage, split_of: Mapping[str, SubjectSplit], questions_of: Mapping[str, Sequence[SourceQuestion]]
) -> str | None:
    if image.duplicate_of is not None:
        return f"its pixels equal those of {image.duplicate_of}, which stands for both"
    if image.subject_id not in split_of:
        return f"its subject {image.subject_id} has no split; draw the splits from the same studies"
    return None if questions_of.get(image.source_path) else "no usable question is about it"


def _group_by_image(questions: Iterable[SourceQuestion]) -> dict[str, list[SourceQuestion]]:
    found: defaultdict[str, list[SourceQuestion]] = defaultdict(list)
    for question in sorted(questions, key=lambda one: (one.row, one.question_id)):
        if not _NO_ANSWER.fullmatch(question.answer.strip()) and answers_its_question(question):
            found[question.image_path].append(question)
    return found


def _one_per_meaning(questions: Sequence[SourceQuestion]) -> tuple[Asked, ...]:
    """Keep the first question of each meaning and of each set of paraphrases; none where yes and no contradict."""
    by_meaning: defaultdict[str, list[SourceQuestion]] = defaultdict(list)
    for question in questions:
        by_meaning[meaning_of(question.question)].append(question)
    kept: list[Asked] = []
    links_taken: set[str] = set()
    for meaning, same in by_meaning.items():
        if {YES, NO} <= {question.answer for question in same}:
            continue
        first = same[0]
        if first.linked_id in links_taken:
            continue
        links_taken.update(question.linked_id for question in same if question.linked_id is not None)
        kept.append(Asked(first, meaning, frozenset(terms_of(first.question))))
    return tuple(kept)
