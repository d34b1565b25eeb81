"""How many tokens a request may use, told before it is sent and without any model's tokenizer.

Four characters of English make about one token in the tokenizers of today's models (OpenAI's rule of thumb,
https://platform.openai.com/tokenizer); a character beyond ASCII counts as one token, since other scripts take up to that.
An image counts as the most that it can take, whatever its size (https://platform.openai.com/docs/guides/images-vision): of
GPT-4o, 85 and 170 for each of at most 8 tiles; of GPT-4.1, 1,536 patches; some small models weigh theirs.

Example:
    >>> body = '{"max_completion_tokens":50,"messages":[{"content":"Which image shows the lesion?","role":"user"}],"model":"m"}'
    >>> estimate_tokens(body)
    TokenEstimate(prompt=12, most_completion=50, n_images=0)
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_MESSAGE = 4  # what chat templates put around a message: role and separators
TOKENS_PER_IMAGE = 1536  # at the most: GPT-4.1's patches; GPT-4o's tiles come to 1,445
# Models match exactly, as in the price list. A tile of 4o-mini weighs 5,667 and the whole image 2,833; a patch 1.62 and 2.46.
_MOST_PER_IMAGE = MappingProxyType(
    {
        "gpt-4o-mini": 48_169,
        "gpt-4o-mini-2024-07-18": 48_169,
        "gpt-4.1-mini": 2_489,
        "gpt-4.1-mini-2025-04-14": 2_489,
        "gpt-4.1-nano": 3_779,
        "gpt-4.1-nano-2025-04-14": 3_779,
    }
)


@dataclass(frozen=True, slots=True)
class TokenEstimate:
    """Tokens of one request: about so many in, and at most so many out."""

    prompt: int
    most_completion: int | None  # None where the body sets no limit
    n_images: int = 0  # counted in `prompt`


def estimate_tokens(body: str) -> TokenEstimate:
    """Return the tokens of a chat completion request, given as its JSON body.

    Text of messages, the answer's schema and images count; an image at the most that its model may take for one.
    """
    document: Mapping[str, Any] = json.loads(body)
    messages = document.get("messages", [])
    texts = [text for message in messages for text in _texts_of(message)]
    if "response_format" in document:
        texts.append(json.dumps(document["response_format"], ensure_ascii=False, separators=(",", ":")))
    most = document.get("max_completion_tokens", document.get("max_tokens"))
    n_images = sum(part.get("type") == "image_url" for message in messages for part in _parts_of(message))
    per_image = _MOST_PER_IMAGE.get(str(document.get("model")), TOKENS_PER_IMAGE)
    prompt = count_tokens("".join(texts)) + TOKENS_PER_MESSAGE * len(messages) + n_images * per_image
    return TokenEstimate(prompt, most, n_images)


def count_tokens(text: str) -> int:
    """Return about how many tokens a text has."""
    n_ascii = sum(map(str.isascii, text)) if not text.isascii() else len(text)
    return math.ceil(n_ascii / CHARACTERS_PER_TOKEN) + len(text) - n_ascii


def _texts_of(message: Mapping[str, Any]) -> Iterator[str]:
    content = message.get("content")
    if isinstance(content, str):
        yield content
    for part in _parts_of(message):
        if isinstance(part.get("text"), str):
            yield part["text"]


def _parts_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = message.get("content")
    return content if isinstance(content, list) else []
