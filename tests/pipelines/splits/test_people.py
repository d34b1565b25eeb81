from itertools import pairwise

import pytest

from pipelines.splits.draw import split_subjects
from pipelines.splits.links import PersonLink
from pipelines.splits.people import SUSPICIOUS_SUBJECTS, summarise_people
from pipelines.vocabulary import LinkKind, Source, Split

SHARES = {Split.TRAIN: 0.5, Split.HELD_OUT: 0.5}


def chain(subjects, kind=LinkKind.NEAR_DUPLICATE):
    return [PersonLink(kind, one, f"i{one}", two, f"i{two}", 3) for one, two in pairwise(subjects)]


def test_links_moves_and_the_largest_person_are_counted():
    subjects = [f"s{number:02}" for number in range(20)]
    links = [*chain(subjects[:3]), *chain(subjects[5:9]), *chain(subjects[10:12], LinkKind.SAME_PIXELS)]
    splits = split_subjects(Source.ODIR, subjects, SHARES, 1, links)
    summary = summarise_people(splits)
    assert (summary.n_subjects, summary.n_people, summary.n_linked_subjects) == (20, 20 - 2 - 3 - 1, 9)
    assert summary.n_links == {LinkKind.NEAR_DUPLICATE: 5, LinkKind.SAME_PIXELS: 1}
    assert (summary.largest_person, summary.largest_person_id) == (4, "s05")
    moved = sum(row.split is not row.drawn for row in splits)
    assert summary.n_moved == {Split.TRAIN: moved, Split.HELD_IN: 0, Split.HELD_OUT: 0} and moved > 0


@pytest.mark.parametrize(("size", "is_suspicious"), [(SUSPICIOUS_SUBJECTS, False), (SUSPICIOUS_SUBJECTS + 1, True)])
def test_a_person_of_more_subjects_than_is_to_be_believed_is_suspicious(size, is_suspicious):
    subjects = [f"s{number:02}" for number in range(40)]
    summary = summarise_people(split_subjects(Source.ODIR, subjects, SHARES, 1, chain(subjects[:size])))
    assert (summary.largest_person, summary.is_suspicious) == (size, is_suspicious)


def test_without_subjects_there_is_no_largest_person():
    summary = summarise_people([])
    assert (summary.largest_person, summary.largest_person_id, summary.is_suspicious) == (0, None, False)
