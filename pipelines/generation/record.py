"""Drafts become records: code gives the letters, the options' order and the digest that reviewers' decisions are bound to.

Example:
    >>> build_records([], seed=1)
    []
"""

from collections.abc import Iterable, Sequence

from pipelines.generation.draft import Draft
from pipelines.generation.letters import LETTERS, assign_letters, lay_out_options
from pipelines.keys import digest
from pipelines.records import Record
from pipelines.terms_of_use import DataClass


def build_records(drafts: Iterable[Draft], seed: int, former: Iterable[Record] = ()) -> list[Record]:
    """Return one record per draft, ordered by record_id and version; letters are balanced over the drafts given together.

    A draft that has a letter keeps it.

    A further version keeps the letter of the `former` one, so that rewriting does not undo the balance.
    """
    drafts = list(drafts)
    kept = {record.record_id: record.letter for record in former if record.letter is not None}
    letters = assign_letters([draft for draft in drafts if draft.letter is None], seed)
    letters |= {draft.record_id: draft.letter for draft in drafts if draft.letter is not None}
    for draft in drafts:
        letter = kept.get(draft.record_id)
        if letter is not None and LETTERS.index(letter) <= len(draft.distractors):
            letters[draft.record_id] = letter
    records = [_build_record(draft, letters.get(draft.record_id), seed) for draft in drafts]
    return sorted(records, key=lambda record: (record.record_id, record.version))


def digest_shown(question: str, options: Sequence[str], letter: str | None, answer: str, image_ids: Sequence[str]) -> str:
    """Return the digest of everything that a reviewer is shown: a decision is bound to it."""
    return digest([question, list(options), letter, answer, list(image_ids)])


def _build_record(draft: Draft, letter: str | None, seed: int) -> Record:
    group = draft.group
    options = () if letter is None else lay_out_options(draft, letter, seed)
    return Record(
        source=group.source,
        record_id=draft.record_id,
        version=draft.version,
        digest=digest_shown(draft.question, options, letter, draft.answer, group.image_ids),
        group_id=group.group_id,
        origin=group.origin,
        ability=group.ability,
        subtask=group.subtask,
        answer_type=draft.answer_type,
        split=group.split,
        image_ids=group.image_ids,
        subject_ids=group.subject_ids,
        unit_id=group.unit_id,
        question=draft.question,
        options=options,
        letter=letter,
        answer=draft.answer,
        evidence=draft.evidence,
        flags=draft.flags,
        generator=draft.generator,
        template_id=draft.template_id,
        template_hash=digest(draft.template),
        ledger_key=draft.ledger_key,
        asked=group.asked,
        answer_class=draft.answer_class,
        option_classes=tuple(draft.class_of[option] for option in options),
        quotes=draft.quotes,
        data_class=DataClass.CREDENTIALED,  # until the policy says less: see stages.generate_records
        is_synthetic=group.is_synthetic,
    )
