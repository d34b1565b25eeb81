"""The form of answers: OpenAI's strict subset, and what no schema can say."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from pipelines.calls.kinds import Rung
from pipelines.calls.question import Question, build_request
from pipelines.calls.request import Purpose
from pipelines.choices import Endpoint
from pipelines.generation.model.answer import Choice, Judgement, WrittenItem
from pipelines.generation.model.drafting import find_fault

# https://platform.openai.com/docs/guides/structured-outputs: keywords that strict mode knows; others turn the request away.
KNOWN = {"$defs", "$ref", "additionalProperties", "anyOf", "description", "items", "properties", "required", "type"}
GOOD = {
    "question": "How does the second image differ from the first image?",
    "right_answer": "It is better",
    "wrong_options": [{"answer_class": "stable", "text": "It is unchanged"}],
    "evidence": [{"image": 1, "quote": "Small\neffusion"}, {"image": None, "quote": "x"}],
}


def _objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for key in ("properties", "$defs"):
        for part in schema.get(key, {}).values():
            yield from _objects(part)
    for part in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from _objects(part)


@pytest.mark.parametrize("form", [WrittenItem, Choice, Judgement])
def test_every_form_is_of_the_strict_subset(form: type[BaseModel]) -> None:
    question = Question((), Purpose.WRITE, "item", "0" * 64, ({"role": "user", "content": "?"},))
    request = build_request(question, form, Endpoint(base_url="http://127.0.0.1:9/v1", model="m"), Rung.JSON_SCHEMA)
    parts = list(_objects(request.document["response_format"]["json_schema"]["schema"]))
    assert {key for part in parts for key in part} <= KNOWN
    for part in parts:
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert sorted(part["required"]) == sorted(part["properties"])


def test_a_good_answer_is_read_and_its_quotes_keep_their_line_breaks() -> None:
    assert WrittenItem.model_validate(GOOD).evidence[0].quote == "Small\neffusion"


@pytest.mark.parametrize(
    "change",
    [
        {"letter": "A"},
        {"question": "  "},
        {"question": "Two\nlines?"},
        {"right_answer": "doubled  space"},
        {"wrong_options": [{"answer_class": "stable"}]},
        {"wrong_options": [{"answer_class": "stable", "text": "x", "letter": "B"}]},
        {"evidence": [{"image": "first", "quote": "x"}]},
        {"evidence": [{"image": 1, "quote": " "}]},
        {"evidence": [{"image": 0, "quote": "x"}]},
        {"evidence": [{"image": 10**30, "quote": "x"}]},  # no column of a table holds it
        {"question": "Which\u200bone?"},
        {"right_answer": "stable\x00"},
        {"right_answer": "stable\ud800"},
    ],
)
def test_what_is_not_of_the_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WrittenItem.model_validate({**GOOD, **change}, strict=True)


def test_a_missing_field_is_refused() -> None:
    for key in GOOD:
        with pytest.raises(ValidationError):
            WrittenItem.model_validate({name: value for name, value in GOOD.items() if name != key})


@pytest.mark.parametrize("wrong", [(), ("worsening",), ("stable", "worsening"), ("stable", "stable")])
def test_options_of_other_classes_than_asked_are_a_fault(wrong: tuple[str, ...]) -> None:
    fault = find_fault(wrong, WrittenItem.model_validate(GOOD))
    assert fault is not None and "got the classes stable" in fault


def test_the_classes_may_come_in_any_order() -> None:
    two = [{"answer_class": name, "text": f"It is {name}"} for name in ("worsening", "stable")]
    assert find_fault(("stable", "worsening"), WrittenItem.model_validate({**GOOD, "wrong_options": two})) is None
