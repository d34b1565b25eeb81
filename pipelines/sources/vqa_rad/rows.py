"""One row of the VQA-RAD file: checked field by field, normalised, every repair named.

`phrase_type`, `evaluation`, `question_rephrase`, `question_relation` and `question_frame` are not read: the first two tell how
the release was made, the others repeat what the paraphrase rows hold.

Example:
    >>> raw = {"qid": 7, "image_name": "synpic1.jpg", "image_case_url": "https://example.org/case?id=1"}
    >>> raw |= {"image_organ": "CHEST", "question": "Is it large?", "question_type": "SIZE"}
    >>> row = parse_row(7, {**raw, "answer": "Yes", "answer_type": "CLOSED "})
    >>> row.answer, row.repairs
    ('yes', ('answer_type_stripped', 'yes_no_case'))
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pipelines.reasons import Reason
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.text_repair import is_damaged, repair_text
from pipelines.sources.vqa_rad.layout import drop_image_folder
from pipelines.sources.vqa_rad.vocabulary import (
    ANSWER_TYPES,
    MISSPELT_QUESTION_TYPES,
    NULL,
    ORGANS,
    QUESTION_TYPES,
)
from pipelines.vocabulary import AnswerType, Organ, QuestionType

Code = TypeVar("Code")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"  # zero-width characters, which str.strip leaves


@dataclass(frozen=True)
class Row:
    """One valid row; position is 0-based."""

    position: int
    qid: str
    image_name: str
    case_url: str
    organ: Organ
    question: str
    answer: str
    answer_type: AnswerType
    question_types: tuple[QuestionType, ...]
    linked_id: str | None
    question_as_found: str
    answer_as_found: str
    repairs: tuple[str, ...]


def parse_row(position: int, raw: object) -> Row:
    """Return the typed row.

    Raises:
        RowProblem: no object, or a field that is missing, empty, of a wrong type, of an unknown value or damaged.
    """
    if not isinstance(raw, dict):
        raise RowProblem(Reason.ROW_NOT_AN_OBJECT, f"got {_show(raw)}, expected an object with the keys of a question")
    repairs: list[str] = []
    question_as_found = _read_text(raw, "question")
    answer_as_found, answer = _read_answer(raw, repairs)
    answer_type = _read_code(raw, "answer_type", ANSWER_TYPES, repairs)
    return Row(
        position=position,
        qid=_read_qid(raw, repairs),
        image_name=_read_image_name(raw, repairs),
        case_url=_read_text(raw, "image_case_url").strip(),
        organ=_read_code(raw, "image_organ", ORGANS, repairs),
        question=_repair("question", question_as_found, repairs),
        answer=_fold_yes_no(_repair("answer", answer, repairs), answer_type, repairs),
        answer_type=answer_type,
        question_types=_read_question_types(raw, repairs),
        linked_id=_read_optional_text(raw, "qid_linked_id"),
        question_as_found=question_as_found,
        answer_as_found=answer_as_found,
        repairs=tuple(dict.fromkeys(repairs)),
    )


def _read_value(raw: Mapping[str, object], key: str) -> object:
    if key not in raw:
        raise RowProblem(Reason.FIELD_MISSING, f"{key}: the row lacks this key; add it or leave the row out")
    value = raw[key]
    if value is None or (isinstance(value, str) and _is_blank(value)):
        raise RowProblem(Reason.FIELD_EMPTY, f"{key}: got {_show(value)}, expected a value")
    return value


def _is_blank(text: str) -> bool:
    return "".join(text.split()).strip(_INVISIBLE) in ("", NULL)


def _read_text(raw: Mapping[str, object], key: str) -> str:
    value = _read_value(raw, key)
    if not isinstance(value, str):
        raise RowProblem(Reason.FIELD_WRONG_TYPE, f"{key}: got {_show(value)}, expected text")
    return _refuse_surrogates(key, value)


def _read_optional_text(raw: Mapping[str, object], key: str) -> str | None:
    value = raw.get(key)
    is_nan = isinstance(value, float) and math.isnan(value)  # what pandas writes for "no value"
    if value is None or is_nan or (isinstance(value, str) and _is_blank(value)):
        return None
    return _read_text(raw, key).strip()


def _read_image_name(raw: Mapping[str, object], repairs: list[str]) -> str:
    found = _read_text(raw, "image_name").strip()
    name = drop_image_folder(found)
    if name != found:
        repairs.append("image_name_folder")
    return name


def _read_qid(raw: Mapping[str, object], repairs: list[str]) -> str:
    value = _read_value(raw, "qid")
    if isinstance(value, float) and value.is_integer():  # pandas turns a column with one gap into floats
        repairs.append("qid_from_number")
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise RowProblem(Reason.FIELD_WRONG_TYPE, f"qid: got {_show(value)}, expected a whole number or text")
    return _refuse_surrogates("qid", str(value).strip())


def _read_answer(raw: Mapping[str, object], repairs: list[str]) -> tuple[str, str]:
    """Return the answer's text as found and as text to work on: spreadsheets turn "4" into a number, "Yes" into true."""
    value = _read_value(raw, "answer")
    if isinstance(value, bool):
        repairs.append("answer_from_boolean")
        return str(value).lower(), "yes" if value else "no"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        repairs.append("answer_from_number")
        return str(value), f"{value:.12g}" if isinstance(value, float) else str(value)
    text = _read_text(raw, "answer")
    return text, text


def _read_code(raw: Mapping[str, object], key: str, codes: Mapping[str, Code], repairs: list[str]) -> Code:
    found = _read_text(raw, key)
    stripped = found.strip()
    if stripped != found:
        repairs.append(f"{key}_stripped")
    if stripped.upper() != stripped:
        repairs.append(f"{key}_case")
    if stripped.upper() not in codes:
        raise RowProblem(Reason.UNKNOWN_VALUE, f"{key}: {_show(found)} is not one of {', '.join(codes)}")
    return codes[stripped.upper()]


def _read_question_types(raw: Mapping[str, object], repairs: list[str]) -> tuple[QuestionType, ...]:
    found = _read_text(raw, "question_type")
    parts = [part.strip() for part in found.split(",")]
    codes = [part.upper() for part in parts if part] or [""]
    unknown = [code for code in codes if code not in QUESTION_TYPES]
    if unknown:
        known = ", ".join(code for code in QUESTION_TYPES if code not in MISSPELT_QUESTION_TYPES)
        raise RowProblem(Reason.UNKNOWN_VALUE, f"question_type: {_show(unknown[0])} in {_show(found)} is not one of {known}")
    if not MISSPELT_QUESTION_TYPES.isdisjoint(codes) or found != found.upper() or "" in parts:
        repairs.append("question_type_alias")
    return tuple(dict.fromkeys(QUESTION_TYPES[code] for code in codes))


def _repair(key: str, text: str, repairs: list[str]) -> str:
    repaired, names = repair_text(text)
    repairs.extend(names)
    if is_damaged(repaired):
        raise RowProblem(Reason.TEXT_DAMAGED, f"{key}: {_show(text)} holds characters that were lost or control characters")
    return repaired


def _fold_yes_no(answer: str, answer_type: AnswerType, repairs: list[str]) -> str:
    folded = answer.rstrip(".").casefold()
    if answer_type is not AnswerType.CLOSED or folded not in ("yes", "no") or folded == answer:
        return answer
    repairs.append("yes_no_case")
    return folded


def _refuse_surrogates(key: str, text: str) -> str:
    """Lone surrogates are legal in JSON escapes and cannot be written as UTF-8 by any table."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise RowProblem(Reason.TEXT_DAMAGED, f"{key}: {_show(text)} holds a lone surrogate, half of a lost character")
    return text


def _show(value: object) -> str:
    shown = ascii(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
