from pathlib import Path

import pytest

from pipelines.generation.composed.wordings import TEMPLATES, load_places, load_statements, load_stems
from pipelines.grouping.vqa_rad.finding import FindingKind
from pipelines.validation.facts import read_truth
from pipelines.validation.ordinals import read_mentions
from pipelines.validation.text import normalise
from pipelines.vocabulary import AnswerType, SubTask

WORDS = {"shown": "a pneumothorax", "subject": "the heart", "verb": "is", "state": "enlarged", "count": "two"}
TRUTHS = ((True, True), (True, False), (False, True), (False, False))
STEMS = [
    (SubTask.LOCATED_QUESTION, AnswerType.CLOSED),
    (SubTask.SHARED_FINDING, AnswerType.CLOSED),
    (SubTask.SHARED_FINDING, AnswerType.OPEN),
]


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize(("subtask", "answer_type"), STEMS)
def test_each_kind_of_finding_has_a_dozen_stems_that_speak_of_all_images(subtask, answer_type, kind) -> None:
    stems = [stem.format(**WORDS) for stem in load_stems(subtask, kind, answer_type)]
    assert len({normalise(stem) for stem in stems}) == len(stems) >= 12
    assert [stem for stem in stems if read_mentions(stem).covered(2) != {0, 1} or stem[-1] not in "?."] == []


@pytest.mark.parametrize("style", range(4))
@pytest.mark.parametrize("kind", FindingKind)
def test_each_statement_claims_its_own_truth_and_no_style_tells_which(kind: FindingKind, style: int) -> None:
    statements = [text.format(**WORDS) for text in load_statements(kind, style)]
    assert [read_truth(text) for text in statements] == list(TRUTHS)
    assert max(map(len, statements)) - min(map(len, statements)) <= 14


def test_there_are_four_styles_of_everything() -> None:
    assert all(len({load_statements(kind, style) for style in range(4)}) == 4 for kind in FindingKind)
    places = [load_places(style).format(place="second", number=2) for style in range(4)]
    assert len(set(places)) == 4
    assert all(read_mentions(place).positions == {1} for place in places)


def test_every_sub_task_has_a_file() -> None:
    assert {path.stem for path in Path(TEMPLATES).glob("*.yaml")} == {str(subtask) for subtask in SubTask}
