"""A card goes with the answers that it was written for, and with no others."""

import json

import pytest

from evaluation.answer_files.cards import name_card, read_card, write_card
from evaluation.answer_files.predictions import PredictionError
from pipelines.score_records import ImageUse, ModelCard

CARD = ModelCard("p", "transformers", "m@1", "d1", "greedy", ImageUse.ONE, "published", ("torch 2",), 7, ("one canvas",))


def save(folder, digest="d1"):
    path = folder / "p.jsonl"
    path.write_text(f"{json.dumps({'id': 'r', 'output': 'A', 'model': digest})}\n")
    write_card(path, CARD)
    return path


def test_a_card_comes_back_as_it_was_under_the_name_in_the_table(tmp_path):
    card = read_card(save(tmp_path), "mine")
    assert card is not None and card == ModelCard("mine", *[getattr(CARD, name) for name in CARD.__slots__[1:]])


def test_a_card_of_other_answers_is_not_read(tmp_path):
    assert read_card(save(tmp_path, digest="d2"), "mine") is None
    assert read_card(tmp_path / "none.jsonl", "mine") is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"model": "m"}'])
def test_a_broken_card_is_told_and_not_passed_over(tmp_path, content):
    path = save(tmp_path)
    name_card(path).write_text(content)
    with pytest.raises(PredictionError, match="is no model's card"):
        read_card(path, "mine")
