import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import tables
from pipelines.records import SubjectLink
from pipelines.splits.draw import split_subjects
from pipelines.splits.links import PersonLink
from pipelines.vocabulary import LinkKind, Source, Split

HALVES = {Split.TRAIN: 0.5, Split.HELD_OUT: 0.5}
THIRDS = {Split.TRAIN: 0.4, Split.HELD_IN: 0.3, Split.HELD_OUT: 0.3}
STRICTNESS = list(Split)
subject_sets = st.sets(st.text("abcdef0123", min_size=1, max_size=4), max_size=12)
pair_lists = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=6)


def link(pair, distance=0, kind=LinkKind.SAME_PIXELS):
    first, second = sorted(pair)
    return PersonLink(kind, first, f"image-of-{first}", second, f"image-of-{second}", distance)


def links_of(pairs):
    return [link(pair) for pair in sorted({tuple(sorted(pair)) for pair in pairs}) if pair[0] != pair[1]]


def split_of(*arguments, **options):
    return {row.subject_id: row.split for row in split_subjects(Source.VQA_RAD, *arguments, **options)}


@settings(deadline=None)  # a busy machine is no failure
@given(subject_sets, subject_sets, st.integers(0, 5))
def test_adding_subjects_moves_no_former_one(former, added, seed):
    before = split_of(former, THIRDS, seed)
    after = split_of(former | added, THIRDS, seed)
    assert {subject: after[subject] for subject in former} == before


@settings(deadline=None, max_examples=20)
@given(st.integers(10, 400), st.integers(0, 5), st.sampled_from(list(Source)))
def test_a_tenth_of_new_subjects_moves_no_old_one(n_old, seed, source):
    old = [f"subject-{number}" for number in range(n_old)]
    new = [f"subject-{number}" for number in range(n_old, n_old + -(-n_old // 10))]
    before = split_subjects(source, old, THIRDS, seed)
    after = {row.subject_id: row for row in split_subjects(source, new + old, THIRDS, seed)}
    assert len(after) == len(old) + len(new) and [after[row.subject_id] for row in before] == before


@settings(deadline=None, max_examples=60)
@given(pair_lists, pair_lists, st.integers(0, 5))
def test_a_link_that_is_found_later_moves_nobody_to_a_milder_split_and_none_but_those_it_joins(known, found, seed):
    before = split_subjects(Source.VQA_RAD, "abcdef", THIRDS, seed, links_of(known))
    after = {row.subject_id: row for row in split_subjects(Source.VQA_RAD, "abcdef", THIRDS, seed, links_of(known + found))}
    joined = {after[name].person_id for pair in found for name in pair}
    for row in before:
        now = after[row.subject_id]
        assert STRICTNESS.index(now.split) >= STRICTNESS.index(row.split) and now.drawn == row.drawn
        assert now.split == row.split or now.person_id in joined


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.text("abc", min_size=1, max_size=3)), st.integers(0, 5))
def test_order_and_repetition_of_subjects_do_not_matter(subjects, seed):
    rows = split_subjects(Source.VQA_RAD, subjects, THIRDS, seed)
    assert rows == split_subjects(Source.VQA_RAD, reversed(subjects * 2), THIRDS, seed)
    assert [row.subject_id for row in rows] == sorted(set(subjects))


@settings(deadline=None)  # a busy machine is no failure
@given(subject_sets, pair_lists, st.integers(0, 5))
def test_linked_subjects_share_a_split_and_a_link_never_makes_it_milder(others, pairs, seed):
    subjects = others | set("abcdef")
    alone, linked = split_of(subjects, THIRDS, seed), split_of(subjects, THIRDS, seed, links=links_of(pairs))
    for first, second in pairs:
        assert linked[first] == linked[second]
    assert all(STRICTNESS.index(linked[subject]) >= STRICTNESS.index(alone[subject]) for subject in subjects)
    untouched = subjects - {name for pair in pairs for name in pair}
    assert {subject: linked[subject] for subject in untouched} == {subject: alone[subject] for subject in untouched}


@settings(deadline=None, max_examples=60)
@given(pair_lists, st.integers(0, 5))
def test_the_table_says_who_is_one_person_what_each_drew_and_why(pairs, seed):
    alone = split_of("abcdef", THIRDS, seed)
    rows = {row.subject_id: row for row in split_subjects(Source.VQA_RAD, "abcdef", THIRDS, seed, links_of(pairs))}
    assert {name: row.drawn for name, row in rows.items()} == alone
    for name, row in rows.items():
        person = [other for other in rows.values() if other.person_id == row.person_id]
        assert row.person_id == min(other.subject_id for other in person)
        assert row.split == max((other.drawn for other in person), key=STRICTNESS.index)
        assert bool(row.links) == (len(person) > 1)
        assert [one.subject_id for one in row.links] == sorted({one.subject_id for one in row.links} - {name})
        for one in row.links:
            back = SubjectLink(one.kind, name, one.other_image_id, one.image_id, one.distance)
            assert one.image_id == f"image-of-{name}" and back in rows[one.subject_id].links


def test_a_linked_subject_takes_the_strictest_draw_of_all_that_it_is_linked_to():
    alone = split_of([f"s{i}" for i in range(40)], THIRDS, 7)
    train = next(subject for subject, split in alone.items() if split is Split.TRAIN)
    held_in = next(subject for subject, split in alone.items() if split is Split.HELD_IN)
    held_out = next(subject for subject, split in alone.items() if split is Split.HELD_OUT)
    linked = split_of(alone, THIRDS, 7, links=[link((train, held_in)), link((held_in, held_out))])
    assert linked[train] is linked[held_in] is linked[held_out] is Split.HELD_OUT


def test_links_survive_the_table():
    rows = split_subjects(Source.VQA_RAD, "abc", HALVES, 1, [link("ab", 12, LinkKind.NEAR_DUPLICATE)])
    assert rows[0].links == (SubjectLink(LinkKind.NEAR_DUPLICATE, "b", "image-of-a", "image-of-b", 12),)
    assert tables.SUBJECT_SPLITS.to_rows(tables.SUBJECT_SPLITS.to_arrow(rows)) == rows


def test_shares_are_met_and_seed_and_source_change_the_draw():
    subjects = [f"subject-{i}" for i in range(4000)]
    drawn = split_of(subjects, THIRDS, 3)
    shares = {split: list(drawn.values()).count(split) / len(subjects) for split in Split}
    assert all(abs(shares[split] - THIRDS[split]) < 0.03 for split in Split)  # 4 standard errors
    assert drawn != split_of(subjects, THIRDS, 4)
    assert drawn != {row.subject_id: row.split for row in split_subjects(Source.ODIR, subjects, THIRDS, 3)}


@settings(deadline=None)  # a busy machine is no failure
@given(subject_sets, st.floats(0, 1), st.floats(0, 1))
def test_a_larger_benchmark_share_takes_subjects_out_of_training_and_puts_none_in(subjects, one, other):
    small, large = sorted((one, other))
    with_small = split_of(subjects, {Split.TRAIN: 1 - small, Split.HELD_OUT: small}, 1)
    with_large = split_of(subjects, {Split.TRAIN: 1 - large, Split.HELD_OUT: large}, 1)
    held_out = {subject for subject, split in with_small.items() if split is Split.HELD_OUT}
    assert all(with_large[subject] is Split.HELD_OUT for subject in held_out)


@pytest.mark.parametrize("only", list(Split))
def test_a_share_of_one_takes_everyone_and_a_share_of_zero_no_one(only):
    shares = {split: float(split is only) for split in Split}
    assert set(split_of([f"s{i}" for i in range(200)], shares, 1).values()) == {only}


def test_no_subjects_give_no_rows():
    assert split_subjects(Source.VQA_RAD, [], HALVES, 1) == []


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({Split.TRAIN: 0.5}, "got train=0.5, expected that they sum to 1"),
        ({Split.TRAIN: 1.5, Split.HELD_OUT: -0.5}, "expected none below 0"),
        ({}, "got none, expected that they sum to 1"),
    ],
)
def test_shares_that_cannot_be_are_refused(shares, message):
    with pytest.raises(ValueError, match=message):
        split_subjects(Source.VQA_RAD, ["a"], shares, 1)
