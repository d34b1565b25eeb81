"""How many tokens a request may use, told before it is sent and without any model's tokenizer.

Four characters of English make about one token in the tokenizers of today's models (OpenAI's rule of thumb,
https://platform.openai.com/tokenizer); a character beyond ASCII counts as one token, since other scripts take up to that.

Example:
    >>> body = '{"max_completion_tokens":50,"messages":[{"content":"Which image shows the lesion?","role":"user"}],"model":"m"}'
    >>> estimate_tokens(body)
    TokenEstimate(prompt=12, most_completion=50)
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_MESSAGE = 4  # what chat templates put around a message: role and separators


@dataclass(frozen=True, slots=True)
class TokenEstimate:
    """Tokens of one request: about so many in, and at most so many out."""

    prompt: int
    most_completion: int | None  # None where the body sets no limit


def estimate_tokens(body: str) -> TokenEstimate:
    """Return the tokens of a chat completion request, given as its JSON body.

    Text of messages and the answer's schema count; images in messages do not, for their tokens depend on the model.
    """
    document: Mapping[str, Any] = json.loads(body)
    messages = document.get("messages", [])
    texts = [text for message in messages for text in _texts_of(message)]
    if "response_format" in document:
        texts.append(json.dumps(document["response_format"], ensure_ascii=False, separators=(",", ":")))
    most = document.get("max_completion_tokens", document.get("max_tokens"))
    return TokenEstimate(count_tokens("".join(texts)) + TOKENS_PER_MESSAGE * len(messages), most)


def count_tokens(text: str) -> int:
    """Return about how many tokens a text has."""
    n_ascii = sum(map(str.isascii, text)) if not text.isascii() else len(text)
    return math.ceil(n_ascii / CHARACTERS_PER_TOKEN) + len(text) - n_ascii


def _texts_of(message: Mapping[str, Any]) -> Iterator[str]:
    content = message.get("content")
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else []:
        if isinstance(part.get("text"), str):
            yield part["text"]
