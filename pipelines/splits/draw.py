"""Draws for every subject where it may be used, before any group or question exists.

A subject's draw is a hash, so it depends on that subject, the source and the seed alone: a larger download moves nobody,
unless it holds an image by which two subjects turn out to be one person; those take the strictest of their draws.

Example:
    >>> shares = {Split.TRAIN: 0.5, Split.HELD_OUT: 0.5}
    >>> [row.split.value for row in split_subjects(Source.VQA_RAD, ["subject-a", "subject-b"], shares, seed=1)]
    ['held_out', 'train']
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pipelines.keys import digest
from pipelines.linkage import join_linked
from pipelines.records import SubjectLink, SubjectSplit
from pipelines.splits.links import PersonLink
from pipelines.vocabulary import Source, Split

_STRICTNESS = {split: place for place, split in enumerate(Split)}  # Split is declared from the mildest to the strictest
_DRAW_HEX_DIGITS = 13  # 52 bits: exact as a float


def split_subjects(
    source: Source,
    subject_ids: Iterable[str],
    shares: Mapping[Split, float],
    seed: int,
    links: Iterable[PersonLink] = (),
) -> list[SubjectSplit]:
    """Return one row per distinct subject, ordered by subject_id.

    `links` join subjects that are one person in truth; those take the strictest of their own draws, so that a link can only
    ever take a subject out of training. `shares` are expected shares and sum to 1.

    Raises:
        ValueError: a share below 0, or shares that do not sum to 1.
    """
    _check_shares(shares)
    known = list(links)
    subjects = sorted(set(subject_ids))
    person_of = join_linked(subjects, ((link.subject_id, link.other_subject_id) for link in known))
    drawn = {subject: _split_at(_draw(seed, source, subject), shares) for subject in person_of}
    strictest: dict[str, Split] = {}
    for subject, person in person_of.items():
        strictest[person] = max(strictest.get(person, drawn[subject]), drawn[subject], key=_STRICTNESS.__getitem__)
    told = _tell_links(known)
    return [
        SubjectSplit(source, subject, strictest[person], seed, drawn[subject], person, told.get(subject, ()))
        for subject in subjects
        for person in [person_of[subject]]
    ]


def _tell_links(links: Iterable[PersonLink]) -> dict[str, tuple[SubjectLink, ...]]:
    """Return for each linked subject its links, as seen from it, ordered by the other subject."""
    told: defaultdict[str, set[SubjectLink]] = defaultdict(set)
    for link in links:
        mine, its = (link.subject_id, link.image_id), (link.other_subject_id, link.other_image_id)
        for (subject, image), (other_subject, other_image) in ((mine, its), (its, mine)):
            told[subject].add(SubjectLink(link.kind, other_subject, image, other_image, link.distance))
    return {
        subject: tuple(sorted(seen, key=lambda one: (one.subject_id, one.distance, one.kind, one.image_id, one.other_image_id)))
        for subject, seen in told.items()
    }


def _check_shares(shares: Mapping[Split, float]) -> None:
    told = ", ".join(f"{split}={share:g}" for split, share in shares.items())
    if any(share < 0 for share in shares.values()):
        raise ValueError(f"shares of the splits: got {told}, expected none below 0")
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise ValueError(f"shares of the splits: got {told or 'none'}, expected that they sum to 1")


def _draw(seed: int, source: Source, subject_id: str) -> float:
    """Return a number in [0, 1) that looks uniform over subjects."""
    return int(digest(["split", seed, source, subject_id])[:_DRAW_HEX_DIGITS], 16) / 16**_DRAW_HEX_DIGITS


def _split_at(draw: float, shares: Mapping[Split, float]) -> Split:
    """Return the split whose stretch of [0, 1) holds the draw; stretches lie in order of strictness."""
    usable = [split for split in Split if shares.get(split, 0) > 0]
    upper = 0.0
    for split in usable:
        upper += shares[split]
        if draw < upper:
            return split
    return usable[-1]  # the shares' sum may fall short of 1 by a rounding error
