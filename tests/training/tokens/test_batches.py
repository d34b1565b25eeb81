"""A batch of encoded samples is what the processor itself makes of the texts and the picture files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from PIL import Image

from pipelines.interleave import interleave
from pipelines.vocabulary import AnswerType
from tests.training.models.families import END_OF, TEXTS, train_byte_level, write_family
from training import architecture
from training.messages import TrainingExample
from training.models.base import load_model, load_processor
from training.models.new import make_processor
from training.recipe import load_recipe
from training.recipe_parts import Adapter, Data, Dtype, Frozen
from training.tokens.batches import Collator, open_samples
from training.tokens.encode import encode_examples
from training.tokens.encoded import RejectionReason
from training.tokens.encoder import IGNORED, ExampleEncoder, Refusal
from training.tokens.picture_form import find_table
from training.tokens.prompts import write_messages

OPEN = Frozen(vision_tower=False, projector=False, language_model=False)
NAMES = [("a.png", "b.png"), ("c.jpg",), ("b.png", "c.jpg", "a.png")]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("images")
    generator = np.random.default_rng(1)
    Image.fromarray(generator.integers(0, 256, (40, 56), dtype=np.uint8)).save(root / "a.png")
    Image.fromarray(generator.integers(0, 256, (70, 30, 3), dtype=np.uint8)).save(root / "b.png")
    Image.fromarray(generator.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(root / "c.jpg")
    return root


@pytest.fixture(scope="module")
def examples() -> list[TrainingExample]:
    prompts = [interleave("<image>" * len(names) + "Which? " * len(names), len(names)) for names in NAMES]
    return [
        TrainingExample(prompt, "demo", AnswerType.OPEN, prompt, "B: Worsening", names)
        for prompt, names in zip(prompts, NAMES, strict=True)
    ]


def process(processor: Any, images: Path, examples: list[TrainingExample]) -> dict[str, Any]:
    """What the processor makes of files and texts in one call, padded at the right."""
    processor.tokenizer.padding_side = "right"
    texts = [processor.apply_chat_template(write_messages(example), tokenize=False) for example in examples]
    pictures = [[Image.open(images / name).convert("RGB") for name in example.images] for example in examples]
    found = processor(text=texts, images=pictures, padding=True, return_tensors="pt", add_special_tokens=False)
    return dict(found.items())


def collate(processor: Any, images: Path, examples: list[TrainingExample], folder: Path) -> dict[str, Any]:
    recipe = load_recipe("tiny", {"data.max_tokens": 100_000})
    assert encode_examples(examples, images, processor, recipe, folder, lambda line: None).n_examples == len(examples)
    return Collator(processor)(list(open_samples(folder)))


@pytest.mark.parametrize("template", sorted(END_OF))
def test_every_tensor_is_the_processors_own(template, images, examples, tmp_path, monkeypatch) -> None:
    base = write_family(template, tmp_path)
    if template != "tiny":
        monkeypatch.setattr(architecture, "ARCHITECTURES_FOLDER", tmp_path)
    processor = load_processor(base, TEXTS)
    assert find_table(processor) is not None
    batch, expected = (
        collate(processor, images, examples, tmp_path / "data"),
        process(processor, images, examples),
    )
    assert batch.keys() - expected.keys() == {"labels", "sample_index"} and expected.keys() <= batch.keys()
    for name, values in expected.items():
        assert batch[name].dtype == values.dtype and torch.equal(batch[name], values), name
    assert batch["sample_index"].tolist() == [0, 1, 2]
    assert set(batch["labels"][batch["attention_mask"] == 0].tolist()) == {IGNORED}
    model = load_model(base, processor, 1, dtype=Dtype.FP32, frozen=OPEN, adapter=Adapter())
    batch.pop("sample_index")
    loss = model(**batch).loss
    loss.backward()
    assert loss.isfinite() and all(weight.grad is None or weight.grad.isfinite().all() for weight in model.parameters())


def test_pictures_of_a_processor_without_table_are_kept_whole_and_processed_at_use(images, examples, tmp_path) -> None:
    class Stretched(transformers.SiglipImageProcessorPil):
        def normalize(self, image, mean, std, **kwargs):
            return (image - image.mean()).astype(np.float32)

    processor = make_processor("tiny", "tiny", TEXTS)
    processor.image_processor = Stretched(size={"height": 32, "width": 32})
    assert find_table(processor) is None
    batch, expected = collate(processor, images, examples, tmp_path), process(processor, images, examples)
    for name, values in expected.items():
        assert torch.equal(batch[name], values), name


def test_pictures_of_a_processor_of_tiles_take_as_many_tokens_as_each_needs(images, examples, tmp_path) -> None:
    tokenizer = train_byte_level(["<s>", "</s>"], ["<image>", "<fake_token_around_image>", "<end_of_utterance>", "<pad>"])
    image_processor = transformers.Idefics3ImageProcessorPil(size={"longest_edge": 64}, max_image_size={"longest_edge": 32})
    processor = transformers.Idefics3Processor(image_processor, tokenizer, image_seq_len=4)
    processor.chat_template = make_processor("tiny", "tiny", TEXTS).chat_template
    assert find_table(processor) is None
    batch, expected = collate(processor, images, examples, tmp_path), process(processor, images, examples)
    assert len({int((row == tokenizer.convert_tokens_to_ids("<image>")).sum()) for row in batch["input_ids"][:2]}) == 2
    for name, values in expected.items():
        assert torch.equal(batch[name], values), name


def test_one_sample_is_the_same_alone_and_among_others(images, examples, tmp_path) -> None:
    processor = make_processor("tiny", "tiny", TEXTS)
    together = collate(processor, images, examples, tmp_path)
    collator, samples = Collator(processor), open_samples(tmp_path)
    first = 0
    for row, names in enumerate(NAMES):
        alone = collator([samples[row]])
        n_tokens = alone["input_ids"].shape[1]
        for name in ("input_ids", "labels", "attention_mask"):
            assert torch.equal(together[name][row, :n_tokens], alone[name][0])
        assert torch.equal(together["pixel_values"][first : first + len(names)], alone["pixel_values"])
        first += len(names)


def test_an_answer_that_melts_into_the_prompt_is_turned_away(images) -> None:
    processor = make_processor("tiny", "tiny", TEXTS)
    processor.chat_template = processor.chat_template.replace("{{- '<|assistant|>' -}}", "{{- 'Ho' -}}")
    example = TrainingExample("r", "demo", AnswerType.OPEN, interleave("<image>Which?", 1), "w", ("a.png",))
    assert processor.tokenizer.tokenize("How") == ["How"]
    ((_, found),) = ExampleEncoder(images, processor, Data()).encode([example])
    assert isinstance(found, Refusal) and found.reason is RejectionReason.ANSWER_NOT_APART
