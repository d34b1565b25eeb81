import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.rendering.perceptual_hash import LOOKS_THE_SAME, measure_distance
from pipelines.splits.leaks import find_leaks
from pipelines.splits.twins import Twin, find_twins
from pipelines.vocabulary import LinkKind, Split


@pytest.fixture
def images(tabulate, make_hash):
    return tabulate(
        [
            ("i1", "s1", "p1", make_hash(1)),
            ("i2", "s2", "p2", make_hash(2)),
            ("i3", "s3", "p1", make_hash(1)),
            ("i4", "s2", "p4", None),
            ("i5", "s5", "p5", make_hash(1, 6, 14)),
            ("i6", "s6", "p6", make_hash(1, 6, 22)),
        ]
    )


@pytest.fixture
def train(make_record):
    return [make_record("r", Split.TRAIN, ("s1",), ("i1",))]


def test_disjoint_sides_leak_nothing(train, images, make_record):
    assert find_leaks(train, [make_record("b", Split.HELD_OUT, ("s2",), ("i2", "i4"))], images).is_clean
    assert find_leaks(train, [make_record("b", Split.HELD_OUT, ("s6",), ("i6",))], images).is_clean


@pytest.mark.parametrize(
    ("subjects", "shown", "expected"),
    [
        (("s1",), ("i2",), (("s1",), (), (), ())),
        (("s9",), ("i1",), ((), ("i1",), ("p1",), ())),
        (("s3",), ("i3",), ((), (), ("p1",), ())),
        (("s5",), ("i2", "i5"), ((), (), (), (Twin("i1", "i5", LinkKind.NEAR_DUPLICATE, 14),))),
    ],
    ids=["same subject, other image", "same image", "same pixels under another key", "looks the same"],
)
def test_each_kind_of_leak_is_found(subjects, shown, expected, train, images, make_record):
    leaks = find_leaks(train, [make_record("b", Split.HELD_OUT, subjects, shown)], images)
    assert (leaks.shared_subjects, leaks.shared_images, leaks.shared_pixels, leaks.near_duplicates) == expected
    assert not leaks.is_clean


def test_a_record_whose_image_was_not_rendered_cannot_be_compared(images, make_record):
    with pytest.raises(ValueError, match=r"1 images .* \(first: unknown\)"):
        find_leaks([make_record("r", Split.TRAIN, ("s1",), ("unknown",))], [], images)


def test_images_that_no_record_uses_leak_nothing(train, images, make_record):
    """i3 and i5 are copies of what is trained on; they matter only where a benchmark shows them."""
    assert find_leaks(train, [make_record("b", Split.HELD_IN, ("s2",), ("i2",))], images).is_clean


flips = st.sampled_from([0, 4, 10, 11, 20])


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_the_twin_of_an_image_is_the_nearest_that_comparing_all_with_all_finds(tabulate, make_hash, data):
    hashes = st.one_of(st.none(), st.builds(make_hash, st.integers(0, 2), flips, flips, st.integers(0, 3)))
    sides = st.sets(st.sampled_from(["train", "benchmark"]))
    rows = data.draw(st.lists(st.tuples(st.integers(0, 30), hashes, sides), max_size=20))
    known = {f"i{place}": (f"p{pixels}", found) for place, (pixels, found, _) in enumerate(rows)}
    train, benchmark = (
        [f"i{place}" for place, (_, _, chosen) in enumerate(rows) if side in chosen] for side in ("train", "benchmark")
    )
    found = find_twins(train, benchmark, tabulate([(image, "s", *looks) for image, looks in known.items()]))
    expected = {}
    for image in train:
        for other in benchmark:
            is_same = known[image][0] == known[other][0]
            distance = 0 if is_same else measure_distance(known[image][1], known[other][1])
            if distance <= LOOKS_THE_SAME:
                expected.setdefault(image, set()).add((distance, not is_same))
    assert {twin.image_id: (twin.distance, twin.kind is LinkKind.NEAR_DUPLICATE) for twin in found} == {
        image: min(near) for image, near in expected.items()
    }
    for twin in found:
        (pixels, own), (its_pixels, its) = known[twin.image_id], known[twin.benchmark_image_id]
        assert twin.benchmark_image_id in benchmark
        assert (twin.kind is LinkKind.SAME_PIXELS) == (pixels == its_pixels)
        assert pixels == its_pixels or twin.distance == measure_distance(own, its)
