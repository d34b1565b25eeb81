"""Keeps closed domain items honest: no foregone value, no distractor that is never right.

Within a split and domain, the surplus of a dominant value is asked openly instead, and the options are the values that occur.

Example:
    >>> balance_domains([], seed=1)
    []
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.generation.draft import Draft, TemplateKind
from pipelines.generation.located import as_open
from pipelines.grouping.ordering import in_hash_order

MAX_DOMINANCE = 2  # the most frequent value is keyed at most this many times as often as all others together


def balance_domains(drafts: Sequence[Draft], seed: int) -> list[Draft]:
    """Return the drafts in their order, domain items made open or given fewer options where the split asks for it."""
    members: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.kind is TemplateKind.LOCATED_DOMAIN:
            members[_stratum(draft)].append(draft)
    surplus = {draft.record_id for same in members.values() for draft in _surplus(same, seed)}
    live: defaultdict[str, set[str]] = defaultdict(set)
    for stratum, same in members.items():
        live[stratum] = {draft.answer for draft in same if draft.record_id not in surplus}
    return [_settle(draft, surplus, live[_stratum(draft)]) for draft in drafts]


def _stratum(draft: Draft) -> str:
    return f"{draft.group.split}|{draft.answer_class.split(':')[0]}"


def _surplus(drafts: Iterable[Draft], seed: int) -> list[Draft]:
    ordered = in_hash_order(drafts, seed, lambda draft: draft.record_id)
    [(dominant, count)] = Counter(draft.answer for draft in ordered).most_common(1)
    allowed = MAX_DOMINANCE * (len(ordered) - count)
    return [draft for draft in ordered if draft.answer == dominant][allowed:]


def _settle(draft: Draft, surplus: set[str], live: set[str]) -> Draft:
    if draft.kind is not TemplateKind.LOCATED_DOMAIN:
        return draft
    distractors = tuple(text for text in draft.distractors if text in live)
    if draft.record_id in surplus or not distractors:
        return as_open(draft.group, draft.question, draft.flags)
    return replace(draft, distractors=distractors)
