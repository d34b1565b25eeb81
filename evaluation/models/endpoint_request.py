r"""A prompt as a chat completion: each image under its number, then question and options.

What is sent is the part that OpenAI, Azure, vLLM and llama.cpp have in common. `store` goes to OpenAI alone, where it says that
nothing is to be kept; `detail` only where the options choose one, since others do not know it.

Example:
    >>> from evaluation.models.options import PromptForm
    >>> prompt = Prompt("answer-1", "r1", "Which?\nA: left\nB: right\n", (), ("A", "B"), ())
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> form = AskingForm(endpoint, OpenAiOptions(prompt=PromptForm.DIRECT), seed=7)
    >>> form.build(prompt, {}).document["messages"][0]["content"].splitlines()[-1]
    'Answer with the letter of the right option only.'
    >>> form.describe_decoding()
    'greedy, at most 700 tokens'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.models.drawing import Drawing
from evaluation.models.model import Prompt
from evaluation.models.options import OpenAiOptions
from evaluation.models.question_text import write_question
from pipelines.calls.question import is_openai
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.choices import Endpoint
from pipelines.score_records import ImageUse
from pipelines.vocabulary import Source

AUTO_DETAIL = "auto"


@dataclass(frozen=True)
class AskingForm:
    """How one endpoint is asked: everything beside the prompt that decides a request."""

    endpoint: Endpoint
    options: OpenAiOptions
    seed: int

    def list_drawings(self, prompt: Prompt) -> tuple[Drawing, ...]:
        """Return the images of a prompt as they are sent, in order; ValueError where the model takes none and it has some."""
        if not prompt.images:
            return ()
        if self.options.images is ImageUse.NONE:
            raise ValueError(f"the model takes no images, got a prompt with {len(prompt.images)}; ask it blind only")
        groups = (prompt.images,) if self.options.images is ImageUse.ONE else tuple((image,) for image in prompt.images)
        return tuple(Drawing(group, self.options.longest_side, self.seed) for group in groups)

    def build(self, prompt: Prompt, names: Mapping[Drawing, str]) -> CallRequest:
        """Return the request of a prompt; `names` has what stands for each of its drawings in a body that is kept.

        Data of nobody knows whom (`sources` is None) are taken for data of every source.
        """
        drawings = self.list_drawings(prompt)
        body: dict[str, Any] = {
            "model": self.endpoint.model,
            "messages": [{"role": "user", "content": self._write_content(prompt, [names[one] for one in drawings])}],
            "max_completion_tokens": self.endpoint.max_completion_tokens,
            "seed": self.seed,
        }
        if self.endpoint.temperature is not None:
            body["temperature"] = 0
        if is_openai(self.endpoint):
            body["store"] = False
        return CallRequest(
            sources=tuple(Source) if prompt.sources is None else prompt.sources,
            purpose=Purpose.ANSWER,
            item=f"{prompt.record_key} {prompt.key}",
            prompt_hash=prompt.digest,
            body=canonical_body(body),
            images={names[drawing]: drawing.encode for drawing in drawings},
        )

    def describe_decoding(self) -> str:
        """Return how answers are made, for the card; greedy unless the settings leave the temperature to the endpoint."""
        most = f"at most {self.endpoint.max_completion_tokens:,} tokens"
        if self.endpoint.temperature is None:
            return f"as the endpoint decides, seed {self.seed}, {most}"
        return f"greedy, {most}"

    def _write_content(self, prompt: Prompt, names: list[str]) -> str | list[dict[str, Any]]:
        text = write_question(prompt, self.options.prompt)
        if not names:
            return text  # some servers of text models know no parts
        parts: list[dict[str, Any]] = []
        for number, name in enumerate(names, start=1):
            if self.options.images is ImageUse.MANY:  # a canvas has its numbers printed on it
                parts.append({"type": "text", "text": f"Image {number}:"})
            parts.append({"type": "image_url", "image_url": self._refer_to(name)})
        return [*parts, {"type": "text", "text": text}]

    def _refer_to(self, name: str) -> dict[str, str]:
        return {"url": name} if self.options.detail == AUTO_DETAIL else {"url": name, "detail": self.options.detail}
