"""Lengths that are estimated are on the safe side, and pictures' are exact."""

import math
from pathlib import Path

import pytest

from tests.pipelines.made_rows import make_row
from training.messages import build_from_dataset
from training.plan.gpus import GPUS_FILE, GpuError, read_gpu
from training.plan.sample_lengths import TEMPLATE_TOKENS, assume_lengths, estimate_lengths
from training.plan.step_trace import Sample
from training.plan.work import take_longest_sample
from training.tokens.token_lengths import summarise_tokens


def test_estimate_counts_pictures_exactly_and_text_by_its_characters() -> None:
    example = build_from_dataset(make_row())
    lengths = estimate_lengths([example], image_tokens=729)
    assert lengths.image_tokens == 2 * 729
    assert lengths.total - 2 * 729 - TEMPLATE_TOKENS == math.ceil((example.prompt_chars + example.answer_chars) / 3)


def test_estimate_is_no_less_than_a_tokenizer_counts(med_mim_root: Path) -> None:
    """The tokenizer has 1,024 pieces learned of the very texts: fewer than any base's, which then need fewer tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    from training.inspection import inspect_records

    examples = inspect_records(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json").examples
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.decoder = decoders.ByteLevel()  # pyright: ignore[reportAttributeAccessIssue]
    texts = [example.prompt + example.answer for example in examples]
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=1024, show_progress=False))
    counted = sum(len(tokenizer.encode(text).ids) for text in texts)
    estimated = estimate_lengths(examples, image_tokens=0).total - TEMPLATE_TOKENS * len(examples)
    assert counted <= estimated


def test_nothing_to_estimate_is_zero() -> None:
    assert estimate_lengths([], 729).total == assume_lengths(0, 729, 3).n == 0


def test_longest_sample_holds_as_many_images_as_it_can() -> None:
    lengths = summarise_tokens([1600, 2300], 5 * 729)
    assert take_longest_sample(lengths, 729, 3) == Sample(2300, 3)
    assert take_longest_sample(lengths, 729, 2) == Sample(2300, 2)
    assert take_longest_sample(summarise_tokens([800], 729), 729, 3) == Sample(800, 1)


@pytest.mark.parametrize("name", ["A40", "A100-40GB", "A100-80GB", "H100-80GB", "L40S", "RTX-3090", "RTX-4090"])
def test_gpu_has_memory_a_peak_and_a_source(name: str) -> None:
    gpu = read_gpu(name)
    assert 20 < gpu.memory_gb < 100 and 50 < gpu.peak_tflops < 1000 and gpu.source.startswith("https://") and not gpu.is_cpu
    assert name in GPUS_FILE.read_text()


def test_cpu_is_no_gpu_and_an_unknown_one_is_an_error() -> None:
    assert read_gpu("cpu").is_cpu
    with pytest.raises(GpuError, match=r"A40, .* or add it to gpus\.toml"):
        read_gpu("T4")
