"""The likeliest letter is what the model itself finds likeliest, not a reading of its text."""

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoTokenizer

from evaluation.models.model import ModelError
from evaluation.models.tiny import write_tiny_model
from evaluation.models.transformers_model.decoding import choose_letter, cut_at_end, find_letter_tokens


def test_the_letter_is_that_of_a_computation_by_hand(tiny_folders, ask, questions):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    folder = tiny_folders["llava"]
    model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True)
    processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    prompts = [prompt for prompt in questions if prompt.letters]
    expected = []
    for prompt in prompts:
        content = [*({"type": "image"} for _ in prompt.images), {"type": "text", "text": prompt.text}]
        text = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        images = [Image.open(image.path).convert("RGB") for image in prompt.images]
        inputs = processor(text=text, images=images or None, return_tensors="pt")
        with torch.inference_mode():
            chances = model(**inputs).logits[0, -1].softmax(-1)
        ids = {letter: processor.tokenizer.encode(letter) for letter in prompt.letters}
        assert all(len(tokens) == 1 for tokens in ids.values())
        expected.append(max(prompt.letters, key=lambda letter: float(chances[ids[letter][0]])))
    assert ask(folder, prompts, "answer=letters") == expected
    assert len(set(expected)) > 1


def test_a_letter_after_a_blank_counts_with_the_letter_itself(tmp_path, ask, look, questions):
    folder = write_tiny_model(tmp_path / "tiny", ["of A or B or C, A or B or C"] * 3, seed=8)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    prompts, expected, bare = [prompt for prompt in questions if prompt.letters], [], []
    for prompt in prompts:
        chances = np.exp(look(folder, prompt))
        ids = {letter: tokenizer.convert_tokens_to_ids([letter, f"Ġ{letter}"]) for letter in prompt.letters}
        expected.append(max(ids, key=lambda letter: chances[ids[letter]].sum()))
        bare.append(
            {max(ids, key=lambda letter: pick(chances[ids[letter]])) for pick in (np.max, np.min, lambda both: both[0])}
        )
    assert ask(folder, prompts, "answer=letters") == expected
    assert any(letter not in others or len(others) > 1 for letter, others in zip(expected, bare, strict=True))


def test_probabilities_of_a_letters_tokens_are_added_and_of_equals_the_first_wins():
    chances = torch.tensor([0.3, 0.2, 0.2, 0.3]).log()
    assert choose_letter(chances, {"A": [0], "B": [1, 2]}) == "B"
    assert choose_letter(chances, {"C": [3], "A": [0]}) == "C"


def test_open_questions_are_answered_freely_beside_closed_ones(tiny_folders, ask, questions):
    opened = [prompt for prompt in questions if not prompt.letters]
    assert ask(tiny_folders["gemma3"], opened, "answer=letters") == ask(tiny_folders["gemma3"], opened)


def test_both_spellings_of_a_letter_count_and_an_unknown_letter_is_refused():
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = {"<unk>": 0, "A": 1, "▁A": 2, "ĠB": 3, "yes": 4}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel(words, "<unk>")), unk_token="<unk>")
    assert find_letter_tokens(tokenizer, "A") == [1, 2]
    assert find_letter_tokens(tokenizer, "B") == [3]
    with pytest.raises(ModelError, match="letter 'C' is no single token"):
        find_letter_tokens(tokenizer, "C")


def test_what_follows_the_end_is_dropped():
    assert cut_at_end([7, 2, 9, 2], ends=(2, 5)) == ([7], True)
    assert cut_at_end([7, 9], ends=(2,)) == ([7, 9], False)
    assert cut_at_end([2, 9], ends=(2,)) == ([], True)
