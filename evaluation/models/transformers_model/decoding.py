"""Lets a model answer a batch of prompts of equal shape: freely, or by one of the printed letters.

Example:
    >>> cut_at_end([5, 6, 2, 0, 0], ends=(2,))
    ([5, 6], True)
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from evaluation.models.model import Answer, ModelError
from evaluation.models.transformers_model.loading import LoadedModel
from evaluation.models.transformers_model.preparing import PreparedPrompt
from pipelines.score_records import Finish

if TYPE_CHECKING:
    from torch import Tensor

_WORD_STARTS = ("", "▁", "Ġ")  # marks of a leading blank in SentencePiece's and in byte-level vocabularies


def answer_freely(loaded: LoadedModel, batch: Sequence[PreparedPrompt], max_new_tokens: int, seed: int) -> list[Answer]:
    """Return greedy answers; tokens are counted without the one that ends an answer."""
    n_new = max_new_tokens if loaded.room is None else min(max_new_tokens, loaded.room - batch[0].n_tokens)
    with _calm(loaded, seed):
        found = loaded.model.generate(**_stack(loaded, batch), max_new_tokens=n_new)
    answers: list[Answer] = []
    for prepared, row in zip(batch, _cut_prompt(loaded, found, batch[0].n_tokens).tolist(), strict=True):
        tokens, is_ended = cut_at_end(row, loaded.end_ids)
        text = loaded.tokenizer.decode(tokens, skip_special_tokens=True).strip()
        answers.append(Answer(prepared.prompt.key, text, Finish.STOP if is_ended else Finish.LENGTH, len(tokens)))
    return answers


def answer_by_letter(loaded: LoadedModel, batch: Sequence[PreparedPrompt], seed: int) -> list[Answer]:
    """Return the likeliest of each prompt's letters as the first token of an answer; of equals the first printed.

    Raises:
        ModelError: a letter is no token of the model.
    """
    with _calm(loaded, seed):
        found = loaded.model.generate(
            **_stack(loaded, batch), max_new_tokens=1, output_logits=True, return_dict_in_generate=True
        )
    chances = found.logits[0].float().log_softmax(-1).cpu()
    printed = {letter for prepared in batch for letter in prepared.prompt.letters}
    tokens = {letter: find_letter_tokens(loaded.tokenizer, letter) for letter in printed}
    answers: list[Answer] = []
    for prepared, row in zip(batch, chances, strict=True):
        letter = choose_letter(row, {letter: tokens[letter] for letter in prepared.prompt.letters})
        answers.append(Answer(prepared.prompt.key, letter, Finish.STOP, 1))
    return answers


def choose_letter(chances: "Tensor", tokens: Mapping[str, Sequence[int]]) -> str:
    """Return the likeliest letter, of equals the first, by log-probabilities of all tokens and the tokens of each letter.

    A letter's tokens exclude each other, so their probabilities are added.
    """
    return max(tokens, key=lambda letter: float(chances[list(tokens[letter])].logsumexp(0)))


def find_letter_tokens(tokenizer: Any, letter: str) -> list[int]:
    """Return the tokens that are one letter, with or without a blank before it; ModelError where there is none."""
    pieces = [start + letter for start in _WORD_STARTS]
    ids = [tokenizer.convert_tokens_to_ids(piece) for piece in pieces]  # of the unknown token where there is none
    pairs = [(piece, token) for piece, token in zip(pieces, ids, strict=True) if token is not None]
    found = [token for piece, token in pairs if tokenizer.convert_ids_to_tokens(token) == piece]
    if not found:
        raise ModelError(f"letter {letter!r} is no single token of the model's vocabulary; leave out answer=letters")
    return found


def cut_at_end(tokens: Sequence[int], ends: Sequence[int]) -> tuple[list[int], bool]:
    """Return the tokens before the first that ends an answer, and whether there is one; what follows is filling."""
    place = next((place for place, token in enumerate(tokens) if token in ends), None)
    return list(tokens[:place]), place is not None


def _stack(loaded: LoadedModel, batch: Sequence[PreparedPrompt]) -> "dict[str, Tensor]":
    import torch

    together = {name: torch.cat([prepared.inputs[name] for prepared in batch]) for name in batch[0].inputs}
    return {
        name: value.to(loaded.device, loaded.model.dtype if value.is_floating_point() else value.dtype)
        for name, value in together.items()
    }


def _cut_prompt(loaded: LoadedModel, found: "Tensor", n_tokens: int) -> "Tensor":
    """Return new tokens alone: a decoder repeats the prompt before them, an encoder-decoder its start token."""
    return found[:, 1:] if loaded.model.config.is_encoder_decoder else found[:, n_tokens:]


@contextmanager
def _calm(loaded: LoadedModel, seed: int) -> Iterator[None]:
    """Compute without gradients and from a seed, should a model draw at all; the caller's generators are left as they were."""
    import torch

    devices = [loaded.device] if loaded.device.type == "cuda" else []
    with torch.inference_mode(), torch.random.fork_rng(devices):
        torch.manual_seed(seed)
        yield
