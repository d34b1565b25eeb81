"""The records of a synthetic LLaVA-Med question file in its order, with the quirks and defects that a reader must survive.

The first eight articles bear one oddity each, by position and never by chance; records that are defective as a whole come last.

Example:
    >>> entries = list(stream_entries(subjects=8, seed=1))
    >>> entries[0].record["id"], [fault.reason.value for fault in entries[0].faults], len(entries)
    ('99000004_F1', [], 20)
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pipelines.cohort.llava_med.cases import DOMAINS, Figure, draw_article
from pipelines.cohort.llava_med.talk import draw_talk
from pipelines.reasons import Reason

ABSENT, EMPTY, TRUNCATED, CONSTANT = (1, 0), (4, 1), (2, 2), (5, 2)
"""Figures (subject, 0-based place) whose file is spoilt."""


@dataclass(frozen=True)
class RecordFault:
    """What is wrong with a record, or with one of its pairs: then `turn` is the pair's first turn."""

    what: str
    reason: Reason
    turn: int | None = None


@dataclass(frozen=True)
class Entry:
    """One entry of the file and every rejection that it must cause."""

    record: Any
    faults: tuple[RecordFault, ...] = ()


_Spoil = Callable[[dict[str, Any]], tuple[RecordFault, ...]]
"""Changes a record in place; returns the faults that it has then."""


def stream_entries(subjects: int, seed: int) -> Iterator[Entry]:
    """Yield the entries of the file, one article in memory at a time."""
    for subject in range(subjects):
        for place, figure in enumerate(draw_article(seed, subject)):
            yield _make_entry(figure, seed, (subject, place))
    first = next(draw_article(seed, 0))
    yield from _list_defects(make_record(first, seed), seed)


def make_record(figure: Figure, seed: int, key: str = "conversations") -> dict[str, Any]:
    """Return the record of a figure, sound; `key` is what its list of turns is called."""
    rng = random.Random(f"llava_med {seed} {figure.pair_id} ")
    turns: list[dict[str, Any]] = []
    for question, answer in draw_talk(rng, figure.truth):
        turns += [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    first = turns[0]["value"]
    turns[0]["value"] = f"<image>\n{first}" if rng.random() < 0.5 else f"{first}\n<image>"
    domain = {name: name == figure.domain for name in DOMAINS}
    return {"id": figure.pair_id, "image": figure.image_name, "domain": domain, key: turns}


def _make_entry(figure: Figure, seed: int, place: tuple[int, int]) -> Entry:
    record = make_record(figure, seed)
    spoil = _SPOILT.get(place)
    return Entry(record, spoil(record) if spoil is not None else ())


def _reject_every_pair(what: str, reason: Reason) -> _Spoil:
    return lambda record: tuple(RecordFault(what, reason, turn) for turn in range(0, len(record["conversations"]), 2))


def _drop_domain(record: dict[str, Any]) -> tuple[RecordFault, ...]:
    del record["domain"]
    return ()


def _drop_first_pair(record: dict[str, Any]) -> tuple[RecordFault, ...]:
    """As the release's cleaning does: the mark <image> goes with the pair."""
    del record["conversations"][:2]
    return ()


def _empty_answer(record: dict[str, Any]) -> tuple[RecordFault, ...]:
    record["conversations"][1]["value"] = " "
    return (RecordFault("empty answer", Reason.FIELD_EMPTY, 0),)


def _drop_last_answer(record: dict[str, Any]) -> tuple[RecordFault, ...]:
    del record["conversations"][-1]
    return (RecordFault("odd number of turns", Reason.FIELD_MISSING, len(record["conversations"]) - 1),)


def _ask_twice(record: dict[str, Any]) -> tuple[RecordFault, ...]:
    record["conversations"].insert(2, {"from": "human", "value": "And what else?"})
    return (RecordFault("two human turns in a row", Reason.FIELD_MISSING, 2),)


def _rename_speaker(record: dict[str, Any]) -> tuple[RecordFault, ...]:
    record["conversations"][-1]["from"] = "bing"
    return (RecordFault("unknown speaker", Reason.UNKNOWN_VALUE, len(record["conversations"]) - 2),)


def _damage_text(record: dict[str, Any]) -> tuple[RecordFault, ...]:
    record["conversations"][1]["value"] += " \ufffd\ufffd"
    return (RecordFault("lost characters", Reason.TEXT_DAMAGED, 0),)


def _call_human_in_capitals(record: dict[str, Any]) -> tuple[RecordFault, ...]:
    record["conversations"][0]["from"] = "Human"
    return ()


_SPOILT: Mapping[tuple[int, int], _Spoil] = MappingProxyType(
    {
        ABSENT: _reject_every_pair("question about an absent figure", Reason.IMAGE_MISSING),
        EMPTY: _reject_every_pair("question about an empty file", Reason.IMAGE_NOT_USABLE),
        (2, 1): _drop_domain,
        (3, 0): _drop_first_pair,
        (4, 0): _empty_answer,
        (5, 0): _drop_last_answer,
        (5, 1): _ask_twice,
        (6, 0): _call_human_in_capitals,
        (7, 0): _rename_speaker,
        (7, 1): _damage_text,
    }
)


def _list_defects(good: dict[str, Any], seed: int) -> Iterator[Entry]:
    """Yield entries that repeat an id or are defective as a whole; `good` is the first record of the file."""
    first = next(draw_article(seed, 0))
    yield Entry(good, (RecordFault("record repeated", Reason.DUPLICATE_KEY),))
    other = make_record(first, seed)
    other["conversations"] = [
        {"from": "human", "value": "<image>\nIs this a drawing?"},
        {"from": "gpt", "value": "Yes, it was drawn by a program."},
    ]
    yield Entry(other)  # one id, another conversation: to be read
    yield Entry(good | {"id": "99999999_F1", "image": f"../{good['image']}"}, (RecordFault("unsafe name", Reason.UNSAFE_PATH),))
    yield Entry({"id": "99999999_F2", "conversations": []}, (RecordFault("record without image", Reason.FIELD_MISSING),))
    yield Entry("end of file", (RecordFault("no record", Reason.ROW_NOT_AN_OBJECT),))
