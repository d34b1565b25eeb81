import pyarrow as pa
import pytest

from pipelines.splits.leaks import find_leaks
from pipelines.splits.twins import Twin
from pipelines.splits.withholding import withhold_twins
from pipelines.vocabulary import LinkKind, Source, Split


@pytest.fixture
def images(tabulate, make_hash):
    films = [
        ("film-1", "s1", "p1", make_hash(1)),
        ("film-2", "s2", "p2", make_hash(2)),
        ("film-3", "s3", "p3", make_hash(1, 5)),
    ]
    figures = [
        ("figure-0", "t0", "q0", make_hash(9)),
        ("figure-1", "t1", "p1", make_hash(1)),
        ("figure-2", "t2", "q2", make_hash(2, 8, 8)),
        ("figure-3", "t3", "q3", make_hash(2, 26, 0)),
    ]
    return pa.concat_tables([tabulate(films), tabulate(figures, Source.LLAVA_MED)])


@pytest.fixture
def benchmark(make_record):
    return [make_record("held out", Split.HELD_OUT, ("s1", "s2"), ("film-1", "film-2"))]


def test_training_records_that_show_an_image_of_another_sources_benchmark_are_withheld(images, benchmark, make_record):
    train = [make_record(f"r{number}", Split.TRAIN, (f"t{number}",), (f"figure-{number}",)) for number in range(4)]
    kept, withheld = withhold_twins(train, benchmark, images)
    assert [record.record_id for record in kept] == ["r0", "r3"]
    assert [(one.record.record_id, one.twin) for one in withheld] == [
        ("r1", Twin("figure-1", "film-1", LinkKind.SAME_PIXELS, 0)),
        ("r2", Twin("figure-2", "film-2", LinkKind.NEAR_DUPLICATE, 8)),
    ]
    assert not find_leaks(train, benchmark, images).is_clean and find_leaks(kept, benchmark, images).is_clean


def test_one_image_of_several_is_enough(images, benchmark, make_record):
    train = [make_record("r", Split.TRAIN, ("t0", "t1"), ("figure-0", "figure-1"))]
    assert withhold_twins(train, benchmark, images)[0] == []


def test_a_leak_within_one_source_is_not_withheld_but_found(images, benchmark, make_record):
    train = [make_record("r", Split.TRAIN, ("s3",), ("film-3",))]
    kept, withheld = withhold_twins(train, benchmark, images)
    assert kept == train and withheld == []
    leaks = find_leaks(kept, benchmark, images)
    assert leaks.near_duplicates == (Twin("film-3", "film-1", LinkKind.NEAR_DUPLICATE, 5),)


def test_a_nearer_twin_in_its_own_source_does_not_hide_that_of_another_one(images, make_record):
    train = [make_record("r", Split.TRAIN, ("t2",), ("figure-2",))]
    own = make_record("own", Split.HELD_IN, ("t2",), ("figure-2",))
    foreign = make_record("foreign", Split.HELD_OUT, ("s2",), ("film-2",))
    _, withheld = withhold_twins(train, [own, foreign], images)
    assert [one.twin.benchmark_image_id for one in withheld] == ["film-2"]


def test_without_a_benchmark_everything_is_kept_in_its_order(images, make_record):
    train = [make_record(name, Split.TRAIN, ("t0",), ("figure-0",)) for name in "cab"]
    assert withhold_twins(train, [], images) == (train, [])


def test_a_record_whose_image_was_not_rendered_cannot_be_compared(images, benchmark, make_record):
    with pytest.raises(ValueError, match=r"1 images .* \(first: unknown\)"):
        withhold_twins([make_record("r", Split.TRAIN, ("t",), ("unknown",))], benchmark, images)
