"""Letters of the options: shuffled by code with a seed, each letter keyed equally often, unpredictable from the rest.

Within a stratum (split, sub-task, number of options) the records stand in an order by answer class and hash; block by block,
each block of n records gets a seeded permutation of the n letters. Counts of two letters thus differ by at most one in the
stratum, and by at most two within each answer class.

Example:
    >>> letters_in_order(4, n_options=2, seed=7, stratum="train") in (["A", "B", "A", "B"], ["A", "B", "B", "A"],
    ...     ["B", "A", "A", "B"], ["B", "A", "B", "A"])
    True
"""

import random
from collections import defaultdict
from collections.abc import Iterable

from pipelines.generation.draft import Draft
from pipelines.grouping.ordering import hash_number, in_hash_order

LETTERS = "ABCDEFG"


def assign_letters(drafts: Iterable[Draft], seed: int) -> dict[str, str]:
    """Return the letter of the key by record_id, for closed drafts."""
    strata: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.distractors:
            strata[f"{draft.group.split}|{draft.group.subtask}|{len(draft.distractors) + 1}"].append(draft)
    assigned: dict[str, str] = {}
    for stratum, members in sorted(strata.items()):
        ordered = in_hash_order(members, seed, lambda draft: draft.record_id)
        ordered.sort(key=lambda draft: (draft.kind, draft.answer_class))
        letters = letters_in_order(len(ordered), len(ordered[0].distractors) + 1, seed, stratum)
        assigned |= {draft.record_id: letter for draft, letter in zip(ordered, letters, strict=True)}
    return assigned


def letters_in_order(n_records: int, n_options: int, seed: int, stratum: str) -> list[str]:
    """Return one letter per record: consecutive blocks, each a seeded permutation of the first n letters."""
    letters: list[str] = []
    while len(letters) < n_records:
        block = list(LETTERS[:n_options])
        random.Random(hash_number(seed, stratum, len(letters))).shuffle(block)
        letters += block
    return letters[:n_records]


def lay_out_options(draft: Draft, letter: str, seed: int) -> tuple[str, ...]:
    """Return the options with the key at its letter and the distractors around it in hash order."""
    options = in_hash_order(draft.distractors, seed, lambda text: f"{draft.record_id}|{text}")
    options.insert(LETTERS.index(letter), draft.answer)
    return tuple(options)
