"""A question to a model, and the request that puts it: held to a form on one of three rungs.

What is sent is the common part of OpenAI's, Azure's, vLLM's and llama.cpp's chat completions. `store` goes to OpenAI alone,
where it says that nothing is to be kept: others turn fields away that they do not know. Lower rungs tell the schema in words,
at the end of the last user message, since some models' templates know no system message.

Example:
    >>> class Place(BaseModel):
    ...     image: int
    >>> question = Question((Source.ODIR,), Purpose.WRITE, "group-1", "0" * 64, ({"role": "user", "content": "Which?"},))
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> body = build_request(question, Place, endpoint, Rung.JSON_SCHEMA).document
    >>> body["response_format"]["json_schema"]["strict"], body["max_completion_tokens"], "store" in body
    (True, 700, False)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from pipelines.calls.kinds import ApiKind, Rung
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.choices import Endpoint
from pipelines.keys import digest
from pipelines.vocabulary import Source

OPENAI_DOMAIN = "openai.com"  # https://api.openai.com, https://eu.api.openai.com
# Strict schemas of OpenAI's have no such bounds; pydantic checks them all the same.
UNSENT_BOUNDS = frozenset({"minLength", "maxLength", "default", "title"})


@dataclass(frozen=True)
class Question:
    """What a model is asked, for which item, and whose text is in it."""

    sources: tuple[Source, ...]  # empty for synthetic data
    purpose: Purpose
    item: str  # group or record; the answer is found under it
    prompt_hash: str  # of the prompt's reviewed text file
    messages: tuple[Mapping[str, str], ...] = field(repr=False)  # {"role": "user", "content": "..."}
    sample_index: int = 0


def build_request(question: Question, schema: type[BaseModel], endpoint: Endpoint, rung: Rung) -> CallRequest:
    """Return the request that puts a question on one rung; equal arguments give equal requests, byte for byte."""
    form = _build_schema(schema)
    messages = question.messages if rung is Rung.JSON_SCHEMA else _tell_schema(question.messages, form)
    body: dict[str, Any] = {
        "model": endpoint.model,
        "messages": [dict(message) for message in messages],
        "max_completion_tokens": endpoint.max_completion_tokens,
        "seed": int(digest([question.item, question.sample_index])[:7], 16),  # differs by sample; below 2^28
    }
    if endpoint.temperature is not None:
        body["temperature"] = endpoint.temperature
    if rung is Rung.JSON_SCHEMA:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": schema.__name__, "schema": form, "strict": True},
        }
    elif rung is Rung.JSON_OBJECT:
        body["response_format"] = {"type": "json_object"}
    if is_openai(endpoint):
        body["store"] = False
    return CallRequest(
        question.sources, question.purpose, question.item, question.prompt_hash, canonical_body(body), question.sample_index
    )


def is_openai(endpoint: Endpoint) -> bool:
    """Tell whether an endpoint is OpenAI's own."""
    host = urlsplit(endpoint.base_url).hostname or ""
    return endpoint.api is ApiKind.OPENAI and (host == OPENAI_DOMAIN or host.endswith("." + OPENAI_DOMAIN))


def _build_schema(schema: type[BaseModel]) -> Mapping[str, Any]:
    """A pydantic model's JSON schema in OpenAI's strict subset: every field required, no others."""
    from openai import pydantic_function_tool

    parameters = pydantic_function_tool(schema)["function"].get("parameters", {})
    return _drop_bounds(parameters)


def _drop_bounds(part: Any, is_named: bool = False) -> Any:
    """Remove unsent keywords; the keys of `properties` and `$defs` are names, not keywords."""
    if isinstance(part, list):
        return [_drop_bounds(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = part if is_named else {key: value for key, value in part.items() if key not in UNSENT_BOUNDS}
    return {key: _drop_bounds(value, not is_named and key in ("properties", "$defs")) for key, value in kept.items()}


def _tell_schema(messages: tuple[Mapping[str, str], ...], form: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    told = "Answer with one JSON object of this JSON schema, and with nothing else:\n" + json.dumps(form, sort_keys=True)
    last = max((place for place, message in enumerate(messages) if message["role"] == "user"), default=None)
    if last is None:
        return (*messages, {"role": "user", "content": told})
    asked = {"role": "user", "content": f"{messages[last]['content']}\n\n{told}"}
    return (*messages[:last], asked, *messages[last + 1 :])
