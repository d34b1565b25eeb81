"""Checks one record of a LLaVA-Med question file: its id, its image's name, its domains and its list of turns.

Example:
    >>> turns = [{"from": "human", "value": "What is it?"}, {"from": "gpt", "value": "A film."}]
    >>> record = parse_record(0, {"id": "99000000_F1", "image": "99000000_F1.jpg", "conversatons": turns})
    >>> record.image_name, record.spelling, record.domains is None
    ('99000000_F1.jpg', 'conversatons', True)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.reasons import Reason
from pipelines.safe_path import is_plain_name
from pipelines.sources.llava_med.turns import is_damaged, show
from pipelines.sources.row_problem import RowProblem

USUAL_SPELLING = "conversations"
# The alignment file spells its key wrongly; the singular is met in copies.
_SPELLINGS = (USUAL_SPELLING, "conversatons", "conversation")
_IMAGE_FOLDER = "images"


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record whose frame is sound; its turns are yet to be looked at."""

    row: int  # 0-based
    record_id: str
    image_name: str  # a plain file name
    domains: tuple[str, ...] | None  # those that are true; None where the record tells none
    turns: Sequence[object]
    spelling: str  # of the key that holds the turns
    repairs: tuple[str, ...]


def parse_record(row: int, entry: object) -> RawRecord:
    """Return the record's frame.

    Raises:
        RowProblem: no object, or an id, an image or a conversation that is missing, empty, of a wrong type or unsafe.
    """
    if not isinstance(entry, dict):
        raise RowProblem(Reason.ROW_NOT_AN_OBJECT, f"got {show(entry)}, expected an object with id, image, conversations")
    repairs: list[str] = []
    record_id = _read_id(entry, repairs)
    image_name = _read_image(entry, repairs)
    spelling, turns = _read_turns(entry)
    return RawRecord(row, record_id, image_name, _read_domains(entry.get("domain")), turns, spelling, tuple(repairs))


def _read_domains(value: object) -> tuple[str, ...] | None:
    """Return the names of the domains that are true, in the file's order; None where nothing can be read from the value."""
    if isinstance(value, str) and value.strip():
        return (value.strip().casefold(),)
    if not isinstance(value, Mapping) or not value:
        return None
    return tuple(str(name).strip().casefold() for name, flag in value.items() if _is_true(flag))


def _is_true(flag: object) -> bool:
    return flag is True or flag == 1 or (isinstance(flag, str) and flag.strip().casefold() == "true")


def _read_id(entry: Mapping[str, object], repairs: list[str]) -> str:
    value = entry.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        repairs.append("id_from_number")
        value = str(value)
    return _check_text("id", value, repairs)


def _read_image(entry: Mapping[str, object], repairs: list[str]) -> str:
    found = _check_text("image", entry.get("image"), repairs)
    *folders, name = found.split("/")
    if folders and _is_image_folder(folders):
        repairs.append("image_folder")
        found = name
    if not is_plain_name(found):
        detail = f"image: {show(found)} is no plain file name; folders, drives and '..' are refused"
        raise RowProblem(Reason.UNSAFE_PATH, detail)
    return found


def _is_image_folder(folders: Sequence[str]) -> bool:
    """Return whether it is the folder that the name is given in: that of the file itself, or one called images below it."""
    below = [part for part in folders if part != "."]
    return not below or (below[-1].casefold() == _IMAGE_FOLDER and all(is_plain_name(part) for part in below))


def _check_text(key: str, value: object, repairs: list[str]) -> str:
    if value is None:
        raise RowProblem(Reason.FIELD_MISSING, f"{key}: the record has none")
    if not isinstance(value, str):
        raise RowProblem(Reason.FIELD_WRONG_TYPE, f"{key}: got {type(value).__name__}, expected text")
    if is_damaged(value):
        raise RowProblem(Reason.TEXT_DAMAGED, f"{key}: {show(value)} holds lost or control characters")
    stripped = value.strip()
    if not stripped:
        raise RowProblem(Reason.FIELD_EMPTY, f"{key}: got {show(value)}, expected a value")
    if stripped != value:
        repairs.append(f"{key}_stripped")
    return stripped


def _read_turns(entry: Mapping[str, object]) -> tuple[str, Sequence[object]]:
    spelling = next((key for key in _SPELLINGS if entry.get(key) is not None), None)
    if spelling is None:
        raise RowProblem(Reason.FIELD_MISSING, f"the record has none of {', '.join(_SPELLINGS)}")
    turns = entry[spelling]
    if not isinstance(turns, list):
        raise RowProblem(Reason.FIELD_WRONG_TYPE, f"{spelling}: got {type(turns).__name__}, expected a list of turns")
    if not turns:
        raise RowProblem(Reason.FIELD_EMPTY, f"{spelling}: the list holds 0 turns")
    return spelling, turns
