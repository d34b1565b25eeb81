"""A new model's tokenizer writes any text, and reads the letter of every option as one token."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.models.transformers_model.decoding import find_letter_tokens
from tests.training.models.families import TEXTS, write_family
from training import architecture
from training.models.new import make_model, make_processor
from training.models.problem import BaseModelError

PROCESSOR = make_processor("tiny", "tiny", TEXTS)


@pytest.mark.parametrize("letter", string.ascii_uppercase)
def test_printed_letter_is_one_token_wherever_it_stands(letter) -> None:
    tokenizer = PROCESSOR.tokenizer
    (piece,) = (tokenizer.convert_ids_to_tokens(token) for token in find_letter_tokens(tokenizer, letter)[:1])
    for text in (f"{letter}: yes", f"<|assistant|>{letter}: yes", f"Which?\n{letter}: yes\n"):
        assert tokenizer.tokenize(text).count(piece) == 1


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40))
def test_any_text_comes_back(text) -> None:
    tokenizer = PROCESSOR.tokenizer
    if not any(sign in text for sign in tokenizer.all_special_tokens):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_equal_texts_make_equal_tokenizers_and_others_do_not() -> None:
    again, other = make_processor("tiny", "tiny", TEXTS), make_processor("tiny", "tiny", ["zebra zebra zebra"] * 9)
    assert again.tokenizer.get_vocab() == PROCESSOR.tokenizer.get_vocab() != other.tokenizer.get_vocab()


def test_signs_in_the_texts_make_no_tokens_of_their_pieces() -> None:
    marked = make_processor("tiny", "tiny", ["<image>" * 50 + "zebra"] * 9)
    assert not any(
        "imag" in token and token not in marked.tokenizer.all_special_tokens for token in marked.tokenizer.get_vocab()
    )


def test_architecture_of_another_kind_or_too_small_is_refused(tmp_path, monkeypatch) -> None:
    with pytest.raises(BaseModelError, match=r"no such file; set base\.architecture"):
        make_processor("nothing", "tiny", TEXTS)
    with pytest.raises(BaseModelError, match="a LLaVA with a SigLIP tower, got gemma3"):
        make_processor("medgemma_4b", "tiny", TEXTS)
    grown = make_processor("tiny", "tiny", TEXTS)
    grown.tokenizer.add_tokens([f"<extra{number}>" for number in range(3000)])
    with pytest.raises(BaseModelError, match="has room for"):
        make_model("tiny", grown, 1)
    monkeypatch.setattr(architecture, "ARCHITECTURES_FOLDER", tmp_path)
    write_family("mistral_instruct", tmp_path)
    with pytest.raises(BaseModelError, match="SigLIP"):
        make_processor("small_llava_med", "tiny", TEXTS)
