import json

import pytest

from evaluation.answer_files.predictions import match_predictions, parse_predictions
from evaluation.imports.json_list import load_elements
from evaluation.imports.problem import ForeignFileError


def test_a_list_whose_elements_name_their_items_is_read_in_any_order(make_item) -> None:
    items = [make_item("a"), make_item("b", position=1)]
    text = json.dumps([{"id": "b", "response": "2", "correct": True}, {"id": "a", "response": "1", "correct": False}])
    assert match_predictions(parse_predictions(text, "results.json"), items) == ({"a": "1", "b": "2"}, ())


@pytest.mark.parametrize("text", ['[{"response": "A"}]', '[{"id": null, "response": "A"}]', "[1]", '["a"]'])
def test_a_list_without_ids_is_refused_because_workers_lists_are_merged_in_any_order(text: str) -> None:
    with pytest.raises(ForeignFileError, match=r"element 0 .*merge such lists in any order"):
        load_elements(text, ("id", "index"))


@pytest.mark.parametrize("text", ["[", "[" * 100_000, '[{"id": "a"}, ]'])
def test_a_list_that_is_no_json_is_told(text: str) -> None:
    with pytest.raises(ForeignFileError, match="JSON list that cannot be read"):
        load_elements(text, ("id",))
