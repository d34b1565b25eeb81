import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records import Record
from pipelines.review.lots import Lot, divide_into_lots, lot_of, zero_acceptance_sample_size
from pipelines.vocabulary import Ability, AnswerType, Source, Split, SubTask


@pytest.mark.parametrize(("rate", "size"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.10, 29)])
def test_zero_acceptance_sizes_at_95_percent_are_the_published_ones(rate: float, size: int) -> None:
    assert zero_acceptance_sample_size(rate, 0.95) == size


@given(st.floats(0.001, 0.9), st.floats(0.5, 0.999))
def test_the_size_is_the_smallest_that_holds(rate: float, confidence: float) -> None:
    size = zero_acceptance_sample_size(rate, confidence)
    assert (1 - rate) ** size <= (1 - confidence) * (1 + 1e-6)
    assert (1 - rate) ** (size - 1) > (1 - confidence) * (1 - 1e-6)


def test_an_exact_power_is_not_rounded_up() -> None:
    assert [zero_acceptance_sample_size(0.5, 1 - 0.5**n) for n in range(1, 20)] == list(range(1, 20))


@pytest.mark.parametrize(("rate", "confidence"), [(0.0, 0.95), (1.0, 0.95), (0.05, 0.0), (0.05, 1.0), (5.0, 0.95)])
def test_what_is_no_share_is_refused(rate: float, confidence: float) -> None:
    with pytest.raises(ValueError, match=r"expected a share between 0 and 1"):
        zero_acceptance_sample_size(rate, confidence)


def test_a_lot_is_written_as_one_word(make_record: Callable[..., Record]) -> None:
    lot = lot_of(make_record(1, split=Split.HELD_OUT))
    assert str(lot) == "vqa_rad/held_out/coreference/located_question/closed/composed"
    assert lot == Lot(
        Source.VQA_RAD, Split.HELD_OUT, Ability.COREFERENCE, SubTask.LOCATED_QUESTION, AnswerType.CLOSED, "composed"
    )


def test_records_of_another_kind_are_another_lot(make_record: Callable[..., Record]) -> None:
    records = [
        make_record(1),
        make_record(2, split=Split.HELD_IN),
        make_record(3, answer_type=AnswerType.OPEN),
        make_record(4, generator="template"),
        make_record(5, ability=Ability.COMPARISON),
        make_record(6, subtask=SubTask.SHARED_FINDING),
        make_record(7),
    ]
    assert sorted(len(lot) for lot in divide_into_lots(records, seed=1).values()) == [1, 1, 1, 1, 1, 2]


def test_the_sampling_order_depends_on_the_seed_and_not_on_the_order_of_the_records(
    make_record: Callable[..., Record],
) -> None:
    records = [make_record(number) for number in range(50)]
    (ordered,) = divide_into_lots(records, seed=1).values()
    assert divide_into_lots(random.Random(7).sample(records, 50), seed=1) == {lot_of(records[0]): ordered}
    assert next(iter(divide_into_lots(records, seed=2).values())) != ordered


def test_a_record_that_leaves_does_not_reshuffle_the_others(make_record: Callable[..., Record]) -> None:
    records = [make_record(number) for number in range(50)]
    (ordered,) = divide_into_lots(records, seed=1).values()
    (fewer,) = divide_into_lots([record for record in records if record != ordered[3]], seed=1).values()
    assert fewer == ordered[:3] + ordered[4:]
