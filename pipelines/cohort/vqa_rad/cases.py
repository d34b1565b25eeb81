"""The cases of a synthetic VQA-RAD: drawn subjects and the rows that ask about them, before any quirk is put in.

Example:
    >>> case = draw_case(seed=1, subject=0)
    >>> case.image_name == draw_case(seed=1, subject=0).image_name, len(case.rows) >= 8
    (True, True)
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.cohort.phantoms.abdomen import draw_abdomen
from pipelines.cohort.phantoms.chest import draw_chest
from pipelines.cohort.phantoms.head import draw_head
from pipelines.cohort.phantoms.truth import Truth, draw_truth
from pipelines.cohort.vqa_rad.topic import Answer, Topic
from pipelines.cohort.vqa_rad.topics import FINDING_TOPICS, topics_by_chance
from pipelines.vocabulary import Organ

RawRow = dict[str, Any]
"""One row as the file holds it: the 14 keys of VQA-RAD."""

_CASE_ADDRESS = "https://cohort.invalid/case?id="
ORGANS = (Organ.HEAD, Organ.CHEST, Organ.ABDOMEN)  # subjects take them in turn
_ORGAN_CODES = {Organ.CHEST: "CHEST", Organ.HEAD: "HEAD", Organ.ABDOMEN: "ABD"}
_DRAW = {Organ.CHEST: draw_chest, Organ.HEAD: draw_head, Organ.ABDOMEN: draw_abdomen}
_N_TOPICS_BY_CHANCE = 4
_PARAPHRASE_SHARE = 0.3
_USUAL_WORDING_SHARE = 0.7
_YES = ("Yes", "Yes", "yes", "yes", "YES")
_NO = ("No", "No", "no")


@dataclass(frozen=True)
class Case:
    """One drawn subject with its case address, its image and the rows about it."""

    subject: int
    address: str
    image_name: str
    truth: Truth
    canvas_seed: int
    rows: tuple[RawRow, ...]

    def draw(self) -> bytes:
        """Return the image as JPEG."""
        return _DRAW[self.truth.organ](self.truth, self.canvas_seed)


def draw_case(seed: int, subject: int) -> Case:
    """Return the case of one subject; it depends on the seed and the subject's number alone."""
    rng = random.Random(f"vqa_rad {seed} {subject}")
    organ = ORGANS[subject % len(ORGANS)]
    truth = draw_truth(rng, organ)
    address = _CASE_ADDRESS + str(uuid.UUID(int=rng.getrandbits(128), version=4))
    image_name = f"synpic{10_000 + 37 * subject + rng.randrange(37)}.jpg"
    return Case(
        subject=subject,
        address=address,
        image_name=image_name,
        truth=truth,
        canvas_seed=rng.getrandbits(32),
        rows=tuple(_ask(rng, truth, address, image_name)),
    )


def _ask(rng: random.Random, truth: Truth, address: str, image_name: str) -> Iterator[RawRow]:
    others = [topic for topic in topics_by_chance(truth.organ) if topic.answer(truth) is not None]
    chosen = rng.sample(others, min(_N_TOPICS_BY_CHANCE, len(others)))
    for topic in (*FINDING_TOPICS[truth.organ], *chosen):
        usual, other = topic.wordings if rng.random() < _USUAL_WORDING_SHARE else topic.wordings[::-1]
        linked_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        is_paraphrased = rng.random() < _PARAPHRASE_SHARE
        is_test = rng.random() < 0.2
        for wording, rephrase in ((usual, other), (other, usual))[: 1 + is_paraphrased]:
            phrase_type = ("test_" if is_test else "") + ("freeform" if wording == usual else "para")
            yield _make_row(rng, topic, truth) | {
                "phrase_type": phrase_type,
                "qid_linked_id": linked_id,
                "image_case_url": address,
                "image_name": image_name,
                "question": wording,
                "question_rephrase": rephrase if is_paraphrased else "NULL",
                "question_relation": "strict agreement" if is_paraphrased else "NULL",
            }


def _make_row(rng: random.Random, topic: Topic, truth: Truth) -> RawRow:
    """Return all 14 keys in the file's order; the caller fills in what only it knows."""
    return {
        "qid": 0,
        "phrase_type": "freeform",
        "qid_linked_id": "NULL",
        "image_case_url": "",
        "image_name": "",
        "image_organ": _ORGAN_CODES[truth.organ],
        "evaluation": rng.choice(["evaluated", "not evaluated", "given"]),
        "question": "",
        "question_rephrase": "NULL",
        "question_relation": "NULL",
        "question_frame": "NULL",
        "question_type": topic.code,
        "answer": _write_answer(rng, topic.answer(truth)),
        "answer_type": topic.answer_type.value.upper(),
    }


def _write_answer(rng: random.Random, answer: Answer) -> str | int | None:
    """Return the answer in the file's manner: yes and no in several casings, counts as numbers or as text."""
    if isinstance(answer, bool):
        return rng.choice(_YES if answer else _NO)
    if isinstance(answer, int):
        return rng.choice([answer, str(answer)])
    return answer
