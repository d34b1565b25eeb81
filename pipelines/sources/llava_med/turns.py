r"""Pairs the turns of one conversation: each human turn with the answer that follows it, each bad pair a problem of its own.

`<image>` stands before or after the text of the first human turn, at random; it is taken out, and a repair tells its place.

Example:
    >>> turns = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A chest film."}]
    >>> pairs, problems = pair_turns(turns)
    >>> pairs[0].question, pairs[0].repairs, problems
    ('What is it?', ('image_token_first',), [])
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pipelines.reasons import Reason

IMAGE_MARK = "<image>"
"""Where LLaVA puts the image's embedding."""
_DAMAGE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffd\ud800-\udfff]")  # lost, control and half characters
_SHOWN = 40


class _Speaker(StrEnum):
    HUMAN = "human"
    GPT = "gpt"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Pair:
    """One question and its answer; `turn` is the question's 0-based place in the conversation."""

    turn: int
    question: str
    answer: str
    question_as_found: str
    answer_as_found: str
    repairs: tuple[str, ...]


class TurnProblem(ValueError):
    """One pair that cannot be used: where it begins, the reason and what was found."""

    def __init__(self, turn: int, reason: Reason, detail: str) -> None:
        super().__init__(f"turn {turn}: {reason}: {detail}")
        self.turn = turn
        self.reason = reason
        self.detail = detail


def pair_turns(turns: Sequence[object]) -> tuple[list[Pair], list[TurnProblem]]:
    """Return the pairs that can be used, and a problem for each that cannot; a lone turn counts as one pair."""
    speakers = [_tell_speaker(turn) for turn in turns]
    first = speakers.index(_Speaker.HUMAN) if _Speaker.HUMAN in speakers else -1
    pairs: list[Pair] = []
    problems: list[TurnProblem] = []
    place = 0
    while place < len(turns):
        # A turn of unknown speaker is taken for the part that is wanting, so that it spoils one pair and no other.
        is_whole = speakers[place] is not _Speaker.GPT and speakers[place + 1 : place + 2] not in ([], [_Speaker.HUMAN])
        width = 1 + is_whole
        try:
            pairs.append(_make_pair(turns[place : place + width], speakers[place : place + width], place, first))
        except TurnProblem as problem:
            problems.append(problem)
        place += width
    if pairs and not any(IMAGE_MARK in _peek(turn) for turn in turns):
        pairs[0] = replace(pairs[0], repairs=(*pairs[0].repairs, "image_token_absent"))
    return pairs, problems


def is_damaged(text: str) -> bool:
    """Return whether a text holds lost characters, control characters or lone surrogates; quick on long texts."""
    return _DAMAGE.search(text) is not None


def _tell_speaker(turn: object) -> _Speaker:
    found = turn.get("from") if isinstance(turn, dict) else None
    folded = found.strip().casefold() if isinstance(found, str) else ""
    return _Speaker(folded) if folded in (_Speaker.HUMAN, _Speaker.GPT) else _Speaker.UNKNOWN


def _make_pair(turns: Sequence[object], speakers: Sequence[_Speaker], place: int, first: int) -> Pair:
    if _Speaker.UNKNOWN in speakers:
        raise _describe_unknown(place, turns[speakers.index(_Speaker.UNKNOWN)])
    if len(turns) == 1:
        lacks = "no answer follows it" if speakers[0] is _Speaker.HUMAN else "no question goes before it"
        raise TurnProblem(place, Reason.FIELD_MISSING, f"a turn of {speakers[0]} alone: {lacks}")
    repairs: list[str] = []
    question_as_found, answer_as_found = (_read_value(turn, place) for turn in turns)
    question = _clean(question_as_found, "image_token_later" if place != first else None, repairs)
    answer = _clean(answer_as_found, "image_token_in_answer", repairs)
    for speaker, text in zip(speakers, (question, answer), strict=True):
        if not text:
            raise TurnProblem(place, Reason.FIELD_EMPTY, f"value of {speaker}: nothing is left but {IMAGE_MARK} and spaces")
    if any(isinstance(turn, dict) and turn["from"] not in (_Speaker.HUMAN, _Speaker.GPT) for turn in turns):
        repairs.append("from_case")
    return Pair(place, question, answer, question_as_found, answer_as_found, tuple(dict.fromkeys(repairs)))


def _describe_unknown(place: int, turn: object) -> TurnProblem:
    if not isinstance(turn, dict):
        return TurnProblem(place, Reason.ROW_NOT_AN_OBJECT, f"got {show(turn)}, expected an object with from and value")
    if "from" not in turn:
        return TurnProblem(place, Reason.FIELD_MISSING, "from: the turn lacks this key")
    return TurnProblem(place, Reason.UNKNOWN_VALUE, f"from: {show(turn['from'])} is neither human nor gpt")


def _read_value(turn: object, place: int) -> str:
    value = turn.get("value") if isinstance(turn, dict) else None
    if value is None:
        raise TurnProblem(place, Reason.FIELD_MISSING, "value: a turn of this pair has none")
    if not isinstance(value, str):
        raise TurnProblem(place, Reason.FIELD_WRONG_TYPE, f"value: got {type(value).__name__}, expected text")
    if is_damaged(value):
        raise TurnProblem(place, Reason.TEXT_DAMAGED, "value: holds characters that were lost, or control characters")
    return value


def _clean(text: str, mark_repair: str | None, repairs: list[str]) -> str:
    """Return the text without outer spaces and image marks; where `mark_repair` is None, the repair tells the mark's place."""
    stripped = text.strip()
    if IMAGE_MARK not in stripped:
        if stripped != text:
            repairs.append("edge_space")
        return stripped
    repairs.append(mark_repair or f"image_token_{_tell_place(stripped)}")
    return " ".join(part for piece in stripped.split(IMAGE_MARK) if (part := piece.strip()))


def _tell_place(text: str) -> str:
    if text.startswith(IMAGE_MARK):
        return "first"
    return "last" if text.endswith(IMAGE_MARK) else "inside"


def _peek(turn: object) -> str:
    value = turn.get("value") if isinstance(turn, dict) else None
    return value if isinstance(value, str) else ""


def show(value: object) -> str:
    """Return a short printable form of a value for a message."""
    shown = ascii(value)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."
