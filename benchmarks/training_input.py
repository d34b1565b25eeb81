"""From pictures and texts to a training batch: encoded samples and their collation, against a plain loop over files.

The plain loop is what one writes first and what every epoch then pays: open each picture with Pillow, give messages and
pictures to the processor (chat template, resize, normalise, tokenise with the answer's mask), pad. Both give the same tensors,
which is checked before anything is measured. The floor unpacks the kept pictures and does nothing with them.

Example:
    >>> sorted(build_benchmarks.__annotations__)
    ['return', 'scratch']
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.rounds import Arms
from pipelines.interleave import interleave
from pipelines.vocabulary import AnswerType
from training.messages import TrainingExample
from training.recipe import load_recipe
from training.tokens.batches import Collator, open_samples
from training.tokens.encode import encode_examples
from training.tokens.encoder import IGNORED
from training.tokens.pictures import unpack_picture
from training.tokens.prompts import write_messages

if TYPE_CHECKING:
    from datasets import Dataset
    from torch import Tensor

SEED = 20250519
_N_IMAGES = 2  # of each example: one gray, one in colour
_QUESTION = "How has the pleural effusion changed?\nA: Stable\nB: Worsening\nC: Improving\n"
_ANSWERS = ("A: Stable", "B: Worsening", "C: Improving")


def build_benchmarks(scratch: Path) -> Mapping[str, Arms]:
    """Return the arms by benchmark name: SigLIP's 384 px with patches of 14, and the tiny model's 32 px with patches of 8."""
    settings = {
        "training_input": InputBenchmark(scratch / "384", side=384, patch=14, n_examples=16, batch=4),
        "training_input_tiny": InputBenchmark(scratch / "32", side=32, patch=8, n_examples=256, batch=32),
    }
    return {
        name: Arms(ours=each.collate, baseline=each.process, floor=each.unpack, prepare=each.check)
        for name, each in settings.items()
    }


@dataclass(frozen=True)
class InputBenchmark:
    """Examples with noisy pictures of the model's own size, as files and as encoded samples."""

    folder: Path
    side: int  # px
    patch: int  # px
    n_examples: int
    batch: int

    @cached_property
    def examples(self) -> list[TrainingExample]:
        """The examples; their files are written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return [self._write_example(number) for number in range(self.n_examples)]

    @cached_property
    def processor(self) -> Any:
        """LLaVA's processor with SigLIP's pictures."""
        from transformers import LlavaProcessor, SiglipImageProcessorPil

        from training.models.new import make_processor

        made = make_processor("tiny", "tiny", [_QUESTION, *_ANSWERS])
        return LlavaProcessor(
            image_processor=SiglipImageProcessorPil(size={"height": self.side, "width": self.side}),
            tokenizer=made.tokenizer,
            patch_size=self.patch,
            vision_feature_select_strategy="full",
            num_additional_image_tokens=0,
            chat_template=made.chat_template,
        )

    @cached_property
    def samples(self) -> "Dataset":
        """The encoded samples."""
        recipe = load_recipe("tiny", {"data.max_tokens": 8192})
        data = self.folder / "data"
        encoded = encode_examples(self.examples, self.folder, self.processor, recipe, data, lambda line: None)
        if encoded.rejected:
            raise RuntimeError(f"{len(encoded.rejected)} examples were turned away, expected none: {encoded.rejected[0]}")
        return open_samples(data)

    @cached_property
    def collator(self) -> Collator:
        """What makes batches of samples."""
        return Collator(self.processor)

    def collate(self) -> "list[dict[str, Tensor]]":
        """Return every batch of the encoded samples."""
        rows = range(self.n_examples)
        return [self.collator([self.samples[row] for row in rows[start : start + self.batch]]) for start in rows[:: self.batch]]

    def process(self) -> "list[dict[str, Tensor]]":
        """Return the same batches from files, by the processor."""
        starts = range(0, self.n_examples, self.batch)
        return [self._process(self.examples[start : start + self.batch]) for start in starts]

    def unpack(self) -> list[np.ndarray]:
        """Return the pixels of every kept picture."""
        return [unpack_picture(content) for row in range(self.n_examples) for content in self.samples[row]["images"]]

    def check(self) -> None:
        """Raise RuntimeError unless both ways give equal tensors."""
        import torch

        for ours, theirs in zip(self.collate(), self.process(), strict=True):
            for name, values in theirs.items():
                if not torch.equal(ours[name], values):
                    raise RuntimeError(f"{name} differs from the processor's own; no speed makes up for it")

    def _process(self, examples: Sequence[TrainingExample]) -> "dict[str, Tensor]":
        conversations = []
        for example in examples:
            messages = write_messages(example)
            shown = iter([Image.open(self.folder / name).convert("RGB") for name in example.images])
            for part in messages[0]["content"]:
                if part["type"] == "image":
                    part["image"] = next(shown)
            conversations.append(messages)
        found = self.processor.apply_chat_template(
            conversations,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            return_assistant_tokens_mask=True,
            processor_kwargs={"padding": True},
        )
        batch: dict[str, Tensor] = dict(found.items())
        mask = batch.pop("assistant_masks")
        return batch | {"labels": batch["input_ids"].where(mask.bool(), IGNORED)}

    def _write_example(self, number: int) -> TrainingExample:
        generator = np.random.default_rng((SEED, number))
        y, x = np.mgrid[: self.side, : self.side] / self.side
        smooth = 90 + 60 * np.sin((3 + number % 5) * x) * np.cos(4 * y)
        names: list[str] = []
        for kind, channels in (("gray", 1), ("colour", 3)):
            noisy = smooth[..., None] + generator.normal(0, 8, (self.side, self.side, channels))
            pixels = np.clip(noisy, 0, 255).astype(np.uint8)
            names.append(f"{number}-{kind}.png")
            Image.fromarray(pixels[..., 0] if channels == 1 else pixels).save(self.folder / names[-1])
        prompt = interleave("<image>" * _N_IMAGES + _QUESTION, _N_IMAGES)
        answer = _ANSWERS[number % len(_ANSWERS)]
        return TrainingExample(f"r{number}", "demo", AnswerType.CLOSED, prompt, answer, tuple(names))
