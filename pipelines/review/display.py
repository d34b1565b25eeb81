"""What the review commands print: the list of items, one item in full, the state of each lot.

Example:
    >>> shorten("Is there a pleural effusion in the second image?", 24)
    'Is there a pleural ...'
"""

from collections.abc import Mapping, Sequence

from pipelines.records import Fact, Quote, ReviewDecision
from pipelines.review.desk import MIN_DIGEST_PREFIX
from pipelines.review.inspection import InspectedItem, InspectedLot, ItemState
from pipelines.vocabulary import AnswerType

QUESTION_WIDTH = 48
_HEADER = ("ITEM", "DIGEST", "SPLIT", "ABILITY", "ANSWER", "STATE", "QUESTION")


def format_list(rows: Sequence[tuple[InspectedLot, InspectedItem]], n_reviewers: int) -> str:
    """Return a table with one line per item, under a header; "" for no items."""
    if not rows:
        return ""
    cells = [_HEADER, *(_cells(lot, item, n_reviewers) for lot, item in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def describe_state(lot: InspectedLot, item: InspectedItem, n_reviewers: int) -> str:
    """Return an item's state in a few words: "pending", "approved 1 of 2", "rejected (leak)"."""
    if item.state is ItemState.REJECTED:
        return f"rejected ({', '.join(str(decision.reason) for decision in item.standing.rejects)})"
    if item.state is ItemState.ACCEPTED:
        return "accepted by sample"
    if item.state is ItemState.WAITING:
        return "not sampled"
    n_approvals = item.standing.n_approvals
    return f"approved {n_approvals} of {n_reviewers if lot.lot.is_benchmark else 1}" if n_approvals else "pending"


def format_item(item: InspectedItem, paths: Mapping[str, str], events: Sequence[ReviewDecision]) -> str:
    """Return everything that a reviewer judges: question, options, key, evidence, image files by id, decisions so far."""
    record = item.record
    kind = (record.source, record.split, record.ability, record.subtask, record.answer_type, record.generator)
    lines = [
        f"item      {record.record_id}, version {record.version}",
        f"digest    {record.digest}",
        f"kind      {', '.join(kind)}",
        *(
            f"image {number}   {paths.get(image_id, f'{image_id}: not rendered')}"
            for number, image_id in enumerate(record.image_ids, start=1)
        ),
        f"question  {record.question}",
        *(f"          {chr(ord('A') + place)}: {option}" for place, option in enumerate(record.options)),
        f"answer    {record.answer if record.answer_type is AnswerType.OPEN else f'{record.letter}: {record.answer}'}",
        *(f"evidence  {_name_place(fact)}: {fact.code} = {fact.value} ({fact.said_by})" for fact in record.evidence),
        *(f"quote     {_name_place(quote)}: {quote.text}" for quote in record.quotes),
        *(f"warning   {flag}" for flag in record.flags),
        *(_event(event, item) for event in events),
    ]
    return "\n".join(lines) if events else "\n".join([*lines, "decision  none yet"])


def _name_place(said: Fact | Quote) -> str:
    return "not shown" if said.image_index is None else f"image {said.image_index + 1}"


def shorten(text: str, width: int) -> str:
    """Return text on one line, cut at a word's end where it is longer than `width` characters."""
    line = " ".join(text.split())
    if len(line) <= width:
        return line
    head, space, _ = line[: width - 3].rpartition(" ")
    return f"{head} ..." if space else f"{line[: width - 4]} ..."


def _cells(lot: InspectedLot, item: InspectedItem, n_reviewers: int) -> tuple[str, ...]:
    record = item.record
    return (
        record.record_id,
        record.digest[:MIN_DIGEST_PREFIX],
        record.split,
        record.ability,
        record.answer_type,
        describe_state(lot, item, n_reviewers),
        shorten(record.question, QUESTION_WIDTH),
    )


def _event(event: ReviewDecision, item: InspectedItem) -> str:
    parts = [f"decision  event {event.event_id}, {event.time[:16]}Z, {event.reviewer}: {event.verdict}"]
    parts += [f" ({event.reason})"] if event.reason else []
    parts += [f": {event.comment}"] if event.comment else []
    parts += [" [synthetic]"] if event.is_synthetic else []
    if event.item_digest != item.record.digest:
        parts.append(" [about another text of the item, does not count]")
    elif event not in item.standing.decisions:
        parts.append(" [replaced by a later decision]")
    return "".join(parts)
