"""The tiny model is a true one, equal for equal seeds, and says that it learnt nothing."""

import hashlib
import string
from pathlib import Path

from evaluation.models.tiny import write_tiny_model


def hash_files(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_equal_texts_and_seed_give_equal_files(tmp_path):
    texts = ["Which image shows the larger effusion?\nA: the first\nB: the second"] * 5
    first = hash_files(write_tiny_model(tmp_path / "first", texts, seed=1))
    assert first == hash_files(write_tiny_model(tmp_path / "second", iter(texts), seed=1))
    other = hash_files(write_tiny_model(tmp_path / "other", texts, seed=2))
    assert {name for name in first if first[name] != other[name]} == {"model.safetensors"}


def test_the_callers_random_numbers_are_left_alone(tmp_path):
    import torch

    torch.manual_seed(7)
    expected = torch.rand(1).item()
    torch.manual_seed(7)
    write_tiny_model(tmp_path / "tiny", None, seed=1)
    assert torch.rand(1).item() == expected


def test_it_loads_as_any_other_model_does_and_is_small(tmp_path):
    from transformers import AutoModelForImageTextToText, AutoProcessor, LlavaForConditionalGeneration

    folder = write_tiny_model(tmp_path / "tiny", None, seed=1)
    model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True)
    assert isinstance(model, LlavaForConditionalGeneration)
    assert 200_000 < sum(weights.numel() for weights in model.parameters()) < 700_000
    assert model.config.untrained is True
    tokenizer = AutoProcessor.from_pretrained(folder, local_files_only=True).tokenizer
    text = "Größer? 左右 \x0b" + string.ascii_uppercase
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert all(len(tokenizer.encode(letter)) == 1 for letter in string.ascii_uppercase)


def test_known_texts_make_shorter_prompts(tmp_path):
    from transformers import AutoTokenizer

    text = "Which image shows the larger effusion?"
    lengths = [
        len(AutoTokenizer.from_pretrained(write_tiny_model(tmp_path / name, texts, seed=1), local_files_only=True).encode(text))
        for name, texts in (("bytes", None), ("words", [text] * 3))
    ]
    assert lengths[0] == len(text) and lengths[1] < len(text) / 3
