"""Keeps closed domain items honest: no foregone value, no distractor that is never right.

Within a split and domain, the surplus of a dominant value is asked openly instead, and the options are the values that occur.

Example:
    >>> balance_domains([], seed=1)
    []
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pipelines.generation.composed.located import as_open
from pipelines.generation.draft import Draft, TemplateKind
from pipelines.grouping.ordering import in_hash_order

MAX_SHARE = 2 / 3  # of the most frequent of two values; of k values MAX_EXCESS / k
MAX_EXCESS = 1.5


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


def _surplus(drafts: Sequence[Draft], seed: int) -> list[Draft]:
    """Return, in hash order, what each value has beyond its share; what one loses may put another above its own."""
    kept = Counter(draft.answer for draft in drafts)
    share = min(MAX_SHARE, MAX_EXCESS / max(2, len(kept)))
    while True:
        value, count = max(kept.items(), key=lambda item: (item[1], item[0]))
        allowed = int(share / (1 - share) * (kept.total() - count) + 1e-9)
        if count <= allowed:
            break
        kept[value] = allowed
    ordered = in_hash_order(drafts, seed, lambda draft: draft.record_id)
    return [draft for value in kept for draft in [one for one in ordered if one.answer == value][kept[value] :]]


def _settle(draft: Draft, surplus: set[str], live: set[str]) -> Draft:
    if draft.kind is not TemplateKind.LOCATED_DOMAIN:
        return draft
    others = [pair for pair in zip(draft.distractors, draft.distractor_classes, strict=True) if pair[0] in live]
    if draft.record_id in surplus or not others:
        return as_open(draft.group, draft.question, draft.flags)
    return replace(draft, distractors=tuple(text for text, _ in others), distractor_classes=tuple(one for _, one in others))
