import pytest

from pipelines.reasons import Reason
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.vqa_rad.rows import parse_row
from pipelines.vocabulary import AnswerType, Organ, QuestionType


@pytest.mark.parametrize(
    ("changes", "expected", "repairs"),
    [
        ({"answer": "Yes"}, {"answer": "yes", "answer_as_found": "Yes"}, ("yes_no_case",)),
        ({"answer": "NO."}, {"answer": "no"}, ("yes_no_case",)),
        ({"answer": "yes"}, {"answer": "yes"}, ()),
        ({"answer": "Maybe"}, {"answer": "Maybe"}, ()),
        ({"answer": "Yes", "answer_type": "OPEN"}, {"answer": "Yes", "answer_type": AnswerType.OPEN}, ()),
        ({"answer": 4, "answer_type": "OPEN"}, {"answer": "4", "answer_as_found": "4"}, ("answer_from_number",)),
        ({"answer": 0, "answer_type": "OPEN"}, {"answer": "0"}, ("answer_from_number",)),
        ({"answer": 3.0, "answer_type": "OPEN"}, {"answer": "3", "answer_as_found": "3.0"}, ("answer_from_number",)),
        ({"answer": 3.4, "answer_type": "OPEN"}, {"answer": "3.4"}, ("answer_from_number",)),
        ({"answer": True}, {"answer": "yes", "answer_as_found": "true"}, ("answer_from_boolean",)),
        ({"answer": False}, {"answer": "no"}, ("answer_from_boolean",)),
        ({"answer": "yes", "answer_type": "CLOSED "}, {"answer_type": AnswerType.CLOSED}, ("answer_type_stripped",)),
        ({"answer": "yes", "answer_type": "Closed"}, {"answer_type": AnswerType.CLOSED}, ("answer_type_case",)),
        ({"answer": "yes", "image_organ": " HEAD"}, {"organ": Organ.HEAD}, ("image_organ_stripped",)),
        (
            {"answer": "yes", "question_type": "PRSE"},
            {"question_types": (QuestionType.PRESENCE,)},
            ("question_type_alias",),
        ),
        ({"answer": "yes", "question_type": "Other"}, {"question_types": (QuestionType.OTHER,)}, ("question_type_alias",)),
        (
            {"answer": "yes", "question_type": "PRES, ATTRIB"},
            {"question_types": (QuestionType.PRESENCE, QuestionType.ATTRIBUTE)},
            (),
        ),
        ({"answer": 10**400, "answer_type": "OPEN"}, {"answer": f"1{'0' * 400}"}, ("answer_from_number",)),
        ({"answer": "yes", "qid": "0"}, {"qid": "0"}, ()),
        ({"answer": "yes", "qid": 9.0}, {"qid": "9"}, ("qid_from_number",)),
        ({"answer": "yes", "qid_linked_id": float("nan")}, {"linked_id": None}, ()),
        ({"answer": "yes", "question_type": "PRES, "}, {"question_types": (QuestionType.PRESENCE,)}, ("question_type_alias",)),
        ({"answer": "yes", "qid_linked_id": "NULL"}, {"linked_id": None}, ()),
        ({"answer": "yes", "phrase_type": "test_freeform"}, {"linked_id": "link-0"}, ()),
        (
            {"answer": "yes", "question": "Is  it\ufffds? "},
            {"question": "Is it's?", "question_as_found": "Is  it\ufffds? "},
            ("edge_space", "inner_space", "replacement_character"),
        ),
    ],
)
def test_a_spelling_of_real_files_is_read_and_its_repairs_are_named(row, changes, expected, repairs):
    parsed = parse_row(0, row(**changes))
    assert {name: getattr(parsed, name) for name in expected} == expected
    assert parsed.repairs == repairs


def test_a_row_without_rephrase_relation_and_frame_is_whole(row):
    raw = {key: value for key, value in row().items() if not key.startswith("question_") or key == "question_type"}
    assert parse_row(3, raw).position == 3


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({"question": "NULL"}, Reason.FIELD_EMPTY, "question: got 'NULL'"),
        ({"answer": None}, Reason.FIELD_EMPTY, "answer: got None"),
        ({"answer": "  "}, Reason.FIELD_EMPTY, "answer"),
        ({"answer": "\u200b \ufeff"}, Reason.FIELD_EMPTY, "answer"),
        ({"question_type": ","}, Reason.UNKNOWN_VALUE, "question_type"),
        ({"qid": float("inf")}, Reason.FIELD_WRONG_TYPE, "qid: got inf"),
        ({"image_case_url": ""}, Reason.FIELD_EMPTY, "image_case_url"),
        ({"answer": ["yes"]}, Reason.FIELD_WRONG_TYPE, "answer: got ['yes'], expected text"),
        ({"answer": float("nan")}, Reason.FIELD_WRONG_TYPE, "answer: got nan"),
        ({"question": 5}, Reason.FIELD_WRONG_TYPE, "question: got 5"),
        ({"qid": True}, Reason.FIELD_WRONG_TYPE, "qid: got True"),
        ({"qid": 1.5}, Reason.FIELD_WRONG_TYPE, "qid: got 1.5"),
        ({"image_organ": "LEG"}, Reason.UNKNOWN_VALUE, "'LEG' is not one of HEAD, CHEST, ABD"),
        ({"answer_type": "HALF"}, Reason.UNKNOWN_VALUE, "is not one of CLOSED, OPEN"),
        ({"question_type": "PRES, MOOD"}, Reason.UNKNOWN_VALUE, "'MOOD' in 'PRES, MOOD' is not one of PRES, POS"),
        ({"question": "a\x00b"}, Reason.TEXT_DAMAGED, "question"),
        ({"image_name": "\ud800.jpg"}, Reason.TEXT_DAMAGED, "image_name"),
        ({"qid_linked_id": 7}, Reason.FIELD_WRONG_TYPE, "qid_linked_id: got 7"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_with_what_was_found(row, changes, reason, words):
    with pytest.raises(RowProblem) as caught:
        parse_row(0, row(**changes))
    assert caught.value.reason is reason
    assert words in caught.value.detail


@pytest.mark.parametrize(
    "key", ["qid", "image_name", "image_case_url", "image_organ", "question", "question_type", "answer", "answer_type"]
)
def test_a_row_that_lacks_a_key_is_told_which(row, key):
    raw = row()
    del raw[key]
    with pytest.raises(RowProblem, match=f"field_missing: {key}"):
        parse_row(0, raw)


@pytest.mark.parametrize("raw", [None, 3, "text", [1]])
def test_a_row_that_is_no_object_is_told(raw):
    with pytest.raises(RowProblem, match="row_not_an_object"):
        parse_row(0, raw)
