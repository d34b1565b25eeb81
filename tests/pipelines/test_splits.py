import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.records import DatasetRecord, RenderedImage
from pipelines.splits import find_leaks, linked_subjects, split_subjects
from pipelines.vocabulary import Ability, AnswerType, Origin, Source, Split, SubTask

HALVES = {Split.TRAIN: 0.5, Split.HELD_OUT: 0.5}
THIRDS = {Split.TRAIN: 0.4, Split.HELD_IN: 0.3, Split.HELD_OUT: 0.3}
STRICTNESS = list(Split)
subject_sets = st.sets(st.text("abcdef0123", min_size=1, max_size=4), max_size=12)


def split_of(*arguments, **options):
    return {row.subject_id: row.split for row in split_subjects(Source.VQA_RAD, *arguments, **options)}


@settings(deadline=None)  # a busy machine is no failure
@given(subject_sets, subject_sets, st.integers(0, 5))
def test_adding_subjects_moves_no_former_one(former, added, seed):
    before = split_of(former, THIRDS, seed)
    after = split_of(former | added, THIRDS, seed)
    assert {subject: after[subject] for subject in former} == before


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.text("abc", min_size=1, max_size=3)), st.integers(0, 5))
def test_order_and_repetition_of_subjects_do_not_matter(subjects, seed):
    rows = split_subjects(Source.VQA_RAD, subjects, THIRDS, seed)
    assert rows == split_subjects(Source.VQA_RAD, reversed(subjects * 2), THIRDS, seed)
    assert [row.subject_id for row in rows] == sorted(set(subjects))


@settings(deadline=None)  # a busy machine is no failure
@given(subject_sets, st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=6), st.integers(0, 5))
def test_linked_subjects_share_a_split_and_a_link_never_makes_it_milder(others, links, seed):
    subjects = others | set("abcdef")
    alone, linked = split_of(subjects, THIRDS, seed), split_of(subjects, THIRDS, seed, same_person=links)
    for first, second in links:
        assert linked[first] == linked[second]
    assert all(STRICTNESS.index(linked[subject]) >= STRICTNESS.index(alone[subject]) for subject in subjects)
    untouched = subjects - {name for link in links for name in link}
    assert {subject: linked[subject] for subject in untouched} == {subject: alone[subject] for subject in untouched}


@settings(deadline=None)  # a busy machine is no failure
@given(subject_sets, st.floats(0, 1), st.floats(0, 1))
def test_a_larger_benchmark_share_takes_subjects_out_of_training_and_puts_none_in(subjects, one, other):
    small, large = sorted((one, other))
    with_small = split_of(subjects, {Split.TRAIN: 1 - small, Split.HELD_OUT: small}, 1)
    with_large = split_of(subjects, {Split.TRAIN: 1 - large, Split.HELD_OUT: large}, 1)
    held_out = {subject for subject, split in with_small.items() if split is Split.HELD_OUT}
    assert all(with_large[subject] is Split.HELD_OUT for subject in held_out)


def test_a_linked_subject_takes_the_strictest_draw_of_all_that_it_is_linked_to():
    alone = split_of([f"s{i}" for i in range(40)], THIRDS, 7)
    train = next(subject for subject, split in alone.items() if split is Split.TRAIN)
    held_in = next(subject for subject, split in alone.items() if split is Split.HELD_IN)
    held_out = next(subject for subject, split in alone.items() if split is Split.HELD_OUT)
    linked = split_of(alone, THIRDS, 7, same_person=[(train, held_in), (held_in, held_out)])
    assert linked[train] is linked[held_in] is linked[held_out] is Split.HELD_OUT


def test_shares_are_met_and_seed_and_source_change_the_draw():
    subjects = [f"subject-{i}" for i in range(4000)]
    drawn = split_of(subjects, THIRDS, 3)
    shares = {split: list(drawn.values()).count(split) / len(subjects) for split in Split}
    assert all(abs(shares[split] - THIRDS[split]) < 0.03 for split in Split)  # 4 standard errors
    assert drawn != split_of(subjects, THIRDS, 4)
    assert drawn != {row.subject_id: row.split for row in split_subjects(Source.ODIR, subjects, THIRDS, 3)}


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


def image(image_id, subject, pixels):
    return RenderedImage(
        source=Source.VQA_RAD,
        image_id=image_id,
        source_image_id=image_id,
        source_path=f"{image_id}.jpg",
        subject_id=subject,
        study_id="study",
        modality=None,
        organ=None,
        view=None,
        laterality=None,
        sequence=None,
        image_type=None,
        plane=None,
        slice_index=None,
        path=f"{image_id}.png",
        width=1,
        height=1,
        sha256="0",
        pixel_sha256=pixels,
        duplicate_of=None,
        steps=(),
    )


def record(split, subjects, images):
    return DatasetRecord(
        id="r",
        images=images,
        conversation=(),
        source="x",
        record_id="r",
        digest="d",
        split=split,
        ability=Ability.COREFERENCE,
        subtask=SubTask.LOCATED_QUESTION,
        answer_type=AnswerType.OPEN,
        origin=Origin.COMPOSED,
        unit_id="u",
        subject_ids=subjects,
        image_ids=images,
        is_synthetic=True,
    )


IMAGES = [image("i1", "s1", "p1"), image("i2", "s2", "p2"), image("i3", "s3", "p1"), image("i4", "s2", "p4")]


def test_subjects_with_equal_pixels_are_linked_and_repeats_within_one_subject_are_not():
    repeats = [*IMAGES, image("i5", "s1", "p1"), image("i6", "s0", "p1")]
    assert linked_subjects(repeats) == [("s0", "s1"), ("s0", "s3")]
    assert linked_subjects([image("a", "s", "p"), image("b", "s", "p")]) == []


def test_disjoint_sides_leak_nothing():
    leaks = find_leaks([record(Split.TRAIN, ("s1",), ("i1",))], [record(Split.HELD_OUT, ("s2",), ("i2",))], IMAGES)
    assert leaks.is_clean


@pytest.mark.parametrize(
    ("benchmark", "expected"),
    [
        ((("s1",), ("i2",)), (("s1",), (), ())),
        ((("s9",), ("i1",)), ((), ("i1",), ("p1",))),
        ((("s3",), ("i3",)), ((), (), ("p1",))),
    ],
    ids=["same subject, other image", "same image", "same pixels under another key"],
)
def test_each_kind_of_leak_is_found(benchmark, expected):
    leaks = find_leaks([record(Split.TRAIN, ("s1",), ("i1",))], [record(Split.HELD_OUT, *benchmark)], IMAGES)
    assert (leaks.shared_subjects, leaks.shared_images, leaks.shared_pixels) == expected
    assert not leaks.is_clean


def test_a_record_whose_image_was_not_rendered_cannot_be_compared():
    with pytest.raises(ValueError, match=r"1 images .* \(first: unknown\)"):
        find_leaks([record(Split.TRAIN, ("s1",), ("unknown",))], [], IMAGES)
