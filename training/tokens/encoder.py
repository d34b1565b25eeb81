"""Encodes examples chunk by chunk: one chat template, one tokeniser call and one look at each picture file for all of a chunk.

Example:
    >>> from pipelines.vocabulary import AnswerType
    >>> from training.models.new import make_processor
    >>> from training.recipe_parts import Data
    >>> encoder = ExampleEncoder(Path("."), make_processor("tiny", "tiny", ()), Data())
    >>> example = TrainingExample("r1", "demo", AnswerType.OPEN, "(image 1: <Image><image></Image>)Side?", "Left", ("no.png",))
    >>> [found.reason.value for _, found in encoder.encode([example])]
    ['image_missing']
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from training.messages import TrainingExample
from training.models.problem import BaseModelError
from training.recipe_parts import Data
from training.tokens.encoded import RejectionReason
from training.tokens.picture_store import Picture, PictureProblem, PictureStore
from training.tokens.prompts import Rendered, find_signs, render, write_messages
from training.tokens.shards import Sample

IGNORED = -100  # of labels: no loss is taken there
_CHUNK = 32  # examples


class Refusal(NamedTuple):
    """Why an example has no sample."""

    reason: RejectionReason
    detail: str


class ExampleEncoder:
    """Encodes examples for one processor."""

    def __init__(self, images_root: Path, processor: Any, limits: Data) -> None:
        self._processor, self._tokenizer, self._limits = processor, processor.tokenizer, limits
        self._signs = find_signs(processor)
        self._pictures = PictureStore(images_root, processor)
        self._image_ids = frozenset(processor.image_token_ids)
        self._n_of_text: dict[str, int] = {}
        self.n_image_tokens = 0  # of all samples so far

    def encode(self, examples: Iterable[TrainingExample]) -> Iterator[tuple[TrainingExample, Sample | Refusal]]:
        """Yield each example, in order, with its sample or with why it has none.

        Raises:
            BaseModelError: the chat template marks no answers or does not show every image.
        """
        rest = iter(examples)
        while chunk := list(islice(rest, _CHUNK)):
            yield from zip(chunk, self._encode_chunk(chunk), strict=True)

    def _encode_chunk(self, chunk: Sequence[TrainingExample]) -> list[Sample | Refusal]:
        refusals = [self._refuse(example) for example in chunk]
        named = [name for example, refusal in zip(chunk, refusals, strict=True) if refusal is None for name in example.images]
        at_hand = self._pictures.take(named)
        found: list[Sample | Refusal | None] = list(refusals)
        usable: list[tuple[int, list[Picture]]] = []
        for place, example in enumerate(chunk):
            if found[place] is None:
                shown = [at_hand[name] for name in example.images]
                problem = next((each for each in shown if isinstance(each, PictureProblem)), None)
                if problem is not None:
                    found[place] = Refusal(problem.reason, problem.detail)
                else:
                    usable.append((place, [each for each in shown if isinstance(each, Picture)]))
        samples = self._tokenise([chunk[place] for place, _ in usable], [shown for _, shown in usable])
        for (place, _), sample in zip(usable, samples, strict=True):
            found[place] = sample
        return [each for each in found if each is not None]

    def _refuse(self, example: TrainingExample) -> Refusal | None:
        """Return what is wrong with an example whatever its pictures are."""
        if example.n_images > self._limits.max_images:
            told = f"{example.n_images} images, data.max_images is {self._limits.max_images}"
            return Refusal(RejectionReason.TOO_MANY_IMAGES, told)
        for message in write_messages(example):
            for part in message["content"]:
                if sign := self._signs.search(part.get("text", "")):
                    return Refusal(
                        RejectionReason.SPECIAL_TOKEN, f"its text holds {sign[0]!r}, which the model reads as a sign"
                    )
        return None

    def _tokenise(self, examples: Sequence[TrainingExample], pictures: Sequence[list[Picture]]) -> list[Sample | Refusal]:
        if not examples:
            return []
        rendered = render(self._processor, [write_messages(example) for example in examples])
        multiplied = [self._multiply(each, shown) for each, shown in zip(rendered, pictures, strict=True)]
        start = self._tokenizer.bos_token
        encoded = self._tokenizer(
            [each.text for each in multiplied],
            add_special_tokens=not (start and multiplied[0].text.startswith(start)),
            return_offsets_mapping=True,
            return_attention_mask=False,
            verbose=False,  # of texts that are too long we tell ourselves
        )
        rows = zip(examples, pictures, multiplied, encoded["input_ids"], encoded["offset_mapping"], strict=True)
        return [self._make_sample(*row) for row in rows]

    def _multiply(self, rendered: Rendered, pictures: Sequence[Picture]) -> Rendered:
        """Return the text with as many image tokens as each picture takes; the answer comes after all of them."""
        between = rendered.text[: rendered.start].split(self._processor.image_token)
        if len(between) != len(pictures) + 1:
            raise BaseModelError(f"chat template: shows {len(between) - 1} of {len(pictures)} images; mend the template")
        prompt = between[0] + "".join(picture.text + rest for picture, rest in zip(pictures, between[1:], strict=True))
        return Rendered(prompt + rendered.text[rendered.start :], len(prompt), len(prompt) + rendered.end - rendered.start)

    def _make_sample(
        self,
        example: TrainingExample,
        pictures: Sequence[Picture],
        rendered: Rendered,
        ids: list[int],
        offsets: Sequence[tuple[int, int]],
    ) -> Sample | Refusal:
        if len(ids) > self._limits.max_tokens:
            return Refusal(RejectionReason.TOO_MANY_TOKENS, f"{len(ids)} tokens, data.max_tokens is {self._limits.max_tokens}")
        if any(first < rendered.start < last for first, last in offsets):
            return Refusal(RejectionReason.ANSWER_NOT_APART, "a token holds the end of the prompt and the start of the answer")
        n_image_tokens = sum(token in self._image_ids for token in ids)
        if n_image_tokens != (expected := sum(self._count(picture.text) for picture in pictures)):
            raise BaseModelError(f"{example.record_id}: {n_image_tokens} image tokens, its pictures take {expected}")
        self.n_image_tokens += n_image_tokens
        labels = [
            token if first < rendered.end and last > rendered.start else IGNORED
            for token, (first, last) in zip(ids, offsets, strict=True)
        ]
        return Sample(example.record_id, ids, labels, [picture.content for picture in pictures])

    def _count(self, text: str) -> int:
        """Return the image tokens that stand for one picture."""
        if text not in self._n_of_text:
            ids = self._tokenizer(text, add_special_tokens=False)["input_ids"]
            self._n_of_text[text] = sum(token in self._image_ids for token in ids)
        return self._n_of_text[text]
