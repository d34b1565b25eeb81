"""Released records that show a subject of our training records are counted."""

from pipelines.records import DatasetRecord
from pipelines.released import count_trained_on
from pipelines.score_records import ReleasedRecord
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Ability, AnswerType, Origin, Split, SubTask


def released(position: int, *subjects: str) -> ReleasedRecord:
    return ReleasedRecord("rad", position, f"VQA_RAD{position}", ("a.png", "b.png"), (), None, subjects[0], subjects)


def trained(*subjects: str) -> DatasetRecord:
    return DatasetRecord(
        id="record-1",
        images=("a.png", "b.png"),
        conversation=(),
        source="vqa_rad",
        record_id="record-1",
        digest="0",
        split=Split.TRAIN,
        ability=Ability.COREFERENCE,
        subtask=SubTask.LOCATED_QUESTION,
        answer_type=AnswerType.OPEN,
        origin=Origin.COMPOSED,
        unit_id=subjects[0],
        subject_ids=subjects,
        image_ids=("image-1", "image-2"),
        data_class=DataClass.OPEN,
        is_synthetic=False,
    )


def test_one_shared_subject_at_any_place_counts_a_record_once() -> None:
    rows = [released(0, "p", "q"), released(1, "q", "r"), released(2, "s", "t"), released(3, "r", "q")]
    assert count_trained_on(rows, [trained("x", "q"), trained("q", "y")]) == 3
    assert count_trained_on(rows, []) == 0
