"""A model reads only what no rule can, and what it reads counts."""

import pytest

from evaluation.choice import Choice, ChoiceRule
from evaluation.scores.scorecard import score_model
from evaluation.scores.undecided import UndecidedReader, open_reader
from pipelines.score_records import Prediction
from pipelines.settings import Settings, SettingsError

OPTIONS = {"A": "left lung", "B": "right lung"}
HEDGE = "Hard to say, the side towards the heart's apex perhaps."


@pytest.fixture
def items(make_item):
    return [make_item(f"r{place}", options=OPTIONS, letter="B", position=place) for place in range(3)]


def score(items, outputs, reader):
    predictions = [Prediction("m", "b", item.key, output) for item, output in zip(items, outputs, strict=True)]
    return score_model("m", {"b": items}, predictions, preset="ci_offline", draws=10, reader=reader)


def test_only_undecided_answers_are_shown_to_the_judge_and_its_letter_counts(items):
    shown = []

    def read(undecided):
        shown.extend(undecided)
        return {one.item: Choice("B", ChoiceRule.JUDGE, "apex") for one in undecided}

    card = score(items, [HEDGE, "A", " "], UndecidedReader("judge-1", read))
    assert [one.output for one in shown] == [HEDGE]
    published = card.scores[0]
    assert (published.value, published.n_unparsed) == (pytest.approx(1 / 3), 1)
    assert [answer.rule for answer in card.answers] == ["judge", "whole", "undecided"]


def test_scores_with_a_judge_have_another_protocol(items):
    alone, judged = (
        score(items, ["A", "B", "A"], reader).scores[0].protocol
        for reader in (None, UndecidedReader("judge-1", lambda undecided: {}))
    )
    assert alone != judged and "undecided answers read by judge-1" in judged


def test_the_judge_of_a_settings_file_must_be_one_of_its_endpoints():
    with (
        pytest.raises(SettingsError, match="endpoint: got 'nobody'"),
        open_reader(Settings(evaluation={"choice_judge": "nobody"}), None),
    ):
        pass
