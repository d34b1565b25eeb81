"""One request to a language model, and its key: the hash of everything that decides the answer.

The key covers the whole body (model, messages, response format, sampling), whose text is in it, which prompt it was built
from, and the sample's index: two samples of one prompt are two requests, and a request that changed in any way is a new one.
Images stand in the body by their hash (`pipelines.calls.images_in_bodies`).
`custom_id` of a Batch file is the key.

Example:
    >>> body = canonical_body({"model": "m", "messages": []})
    >>> request = CallRequest((Source.ODIR,), Purpose.WRITE, "group-1", "0" * 64, body)
    >>> request.key == CallRequest((Source.ODIR,), Purpose.WRITE, "group-1", "0" * 64, body, sample_index=1).key
    False
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from pipelines.calls.images_in_bodies import LoadImage, put_images_in
from pipelines.keys import mint_id
from pipelines.vocabulary import Source

CHAT_COMPLETIONS = "/v1/chat/completions"


class Purpose(StrEnum):
    """What a model is asked to do."""

    WRITE = "write"  # a question with its answer
    REPAIR = "repair"  # an answer of the wrong form again
    REWRITE = "rewrite"  # a rejected record again
    JUDGE = "judge"  # derive the key from the sources, blind to it
    SOLVE_BLIND = "solve_blind"  # answer without any source
    JUDGE_CHOICE = "judge_choice"  # read which option an answer chose, blind to the key
    ANSWER = "answer"  # a question of a benchmark


@dataclass(frozen=True)
class CallRequest:
    """One request; `body` is what is sent, as canonical JSON, and holds prompt text: it never reaches a log or metadata."""

    sources: tuple[Source, ...]  # whose data is in the prompt: where it may go depends on all of them
    purpose: Purpose
    item: str  # group or record that it is for
    prompt_hash: str  # of the prompt's reviewed text file
    body: str  # canonical JSON of a chat completion request, see `canonical_body`
    sample_index: int = 0
    images: Mapping[str, LoadImage] = field(default_factory=dict, compare=False)  # by their names in the body; for who sends

    @cached_property
    def key(self) -> str:
        """Key of the request: equal for equal requests only."""
        sources = tuple(sorted(str(source) for source in self.sources))
        return mint_id("call", sources, str(self.purpose), self.item, self.prompt_hash, self.body, self.sample_index)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The body as a JSON object."""
        return json.loads(self.body)

    @property
    def model(self) -> str:
        """The model that is asked."""
        return str(self.document["model"])

    def render(self) -> bytes:
        """Return the body as it is sent, images in it; ImageChangedError where one is no longer what the body names."""
        body = self.body.encode()
        return put_images_in(body, self.images) if self.images else body

    def __repr__(self) -> str:
        """Name the request without its text."""
        return f"CallRequest({self.key}, {self.purpose}, {self.item})"


def canonical_body(body: Mapping[str, Any]) -> str:
    """Return a request body as canonical JSON: keys sorted, no spaces, UTF-8 as it is."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
