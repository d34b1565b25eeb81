import pytest

from benchmarks.rounds import Arms, Figure, measure


def test_arms_take_turns_after_one_warm_up_and_what_prepares_them_runs_once_before() -> None:
    calls: list[str] = []
    arms = Arms(
        ours=lambda: calls.append("ours"), baseline=lambda: calls.append("baseline"), prepare=lambda: calls.append("prepare")
    )
    assert measure(arms, rounds=2).rounds == 2
    assert calls == ["prepare", *(3 * ["ours", "baseline"])]


@pytest.mark.parametrize(("rounds", "expected"), [(5, 2), (1, 1)])
def test_long_arms_run_at_most_as_often_as_they_allow_and_are_not_warmed_up(rounds: int, expected: int) -> None:
    calls: list[str] = []
    assert measure(Arms(ours=lambda: calls.append("ours"), max_rounds=2), rounds).rounds == expected
    assert len(calls) == expected


def test_figure_is_taken_once_and_has_no_ratio() -> None:
    measured = measure(Figure(lambda: 1234.5), rounds=5)
    assert (measured.ours_s, measured.baseline_s, measured.ratio, measured.floor_ratio, measured.rounds) == (
        1234.5,
        None,
        None,
        None,
        1,
    )


def test_seconds_that_do_not_count_are_taken_from_the_baseline_alone() -> None:
    measured = measure(Arms(ours=lambda: None, baseline=lambda: None, uncounted=lambda: 100.0), rounds=1)
    assert measured.baseline_s is not None and -100 <= measured.baseline_s < -99
    assert 0 <= measured.ours_s < 1
