"""Checks across records: one id for different contents, one record twice, one question with other answers.

Example:
    >>> find_sameness([]) == []
    True
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from pipelines.audit.kinds import Kind
from pipelines.audit.records import AuditedRecord, Finding, shorten
from pipelines.formats.reference import fold

_Key = TypeVar("_Key", bound=Hashable)


def find_sameness(records: Sequence[AuditedRecord]) -> list[Finding]:
    """Return collisions, duplicates and contradictions among all records of all files, in the order of the records."""
    found = [*_find_collisions(records), *_find_duplicates(records), *_find_contradictions(records)]
    return sorted(found, key=lambda finding: finding.origin)


def _content(record: AuditedRecord) -> tuple[object, ...]:
    return record.image_keys, record.exchanges


def _find_collisions(records: Sequence[AuditedRecord]) -> Iterator[Finding]:
    """Every record that shares its id with another content; 7 and "7" are one id."""
    for name, group in _group((record.id.strip(), record) for record in records if record.id.strip()).items():
        contents = _count_by_scope(group, _content)
        if len(contents[None]) == 1:
            continue
        images = _count_by_scope(group, lambda record: frozenset(record.image_keys))
        for record in group:
            file = record.origin.file
            is_beside = len(contents[file]) > 1
            is_other_images = len(images[file if is_beside else None]) > 1
            variant = f"{'other images' if is_other_images else 'other text'}, {'in one file' if is_beside else 'across files'}"
            detail = f"id {shorten(name)[:40]!r} stands on {len(contents[None])} contents"
            yield Finding(Kind.ID_COLLISION, record.origin, variant, detail)


def _count_by_scope(
    group: Sequence[AuditedRecord], key: Callable[[AuditedRecord], Hashable]
) -> Mapping[int | None, set[Hashable]]:
    """Return what differs within each file, and under None among all files."""
    scopes: defaultdict[int | None, set[Hashable]] = defaultdict(set)
    for record in group:
        value = key(record)
        scopes[None].add(value)
        scopes[record.origin.file].add(value)
    return scopes


def _find_duplicates(records: Sequence[AuditedRecord]) -> Iterator[Finding]:
    """Every record but the first of those with the same images and conversation."""
    for group in _group((_content(record), record) for record in records if record.exchanges).values():
        first = group[0]
        for record in group[1:]:
            where = "in one file" if record.origin.file == first.origin.file else "across files"
            what = (
                f"as record {first.origin.place}"
                if where == "in one file"
                else f"as a record with id {shorten(first.id)[:30]!r}"
            )
            yield Finding(Kind.DUPLICATE_RECORD, record.origin, where, what)


def _find_contradictions(records: Sequence[AuditedRecord]) -> Iterator[Finding]:
    """Every record of a set that asks one thing and has several answers, compared without letters.

    Later turns of a conversation are compared together with all that went before them: "What else?" is another question
    each time.
    """
    asked: defaultdict[tuple[object, ...], list[tuple[AuditedRecord, str, bool]]] = defaultdict(list)
    for record in records:
        history: tuple[str, ...] = ()
        for question in record.questions:
            answer = question.answer_text
            if answer and record.images:
                options = frozenset(fold(text) for text in question.texts)
                key = (record.image_keys, history, fold(question.stem), options)
                asked[key].append((record, answer, question.is_closed))
            history = (*history, question.stem, answer)
    for group in asked.values():
        answers = sorted({answer for _, answer, _ in group})
        if len(answers) > 1:
            for record, answer, is_closed in group:
                other = answers[0] if answers[0] != answer else answers[1]
                detail = f"{shorten(answer)[:36]!r} and {shorten(other)[:36]!r}"
                yield Finding(Kind.CONTRADICTORY_ANSWERS, record.origin, "closed" if is_closed else "open", detail)


def _group(pairs: Iterable[tuple[_Key, AuditedRecord]]) -> Mapping[_Key, list[AuditedRecord]]:
    groups: defaultdict[_Key, list[AuditedRecord]] = defaultdict(list)
    for key, record in pairs:
        groups[key].append(record)
    return {key: group for key, group in groups.items() if len(group) > 1}
