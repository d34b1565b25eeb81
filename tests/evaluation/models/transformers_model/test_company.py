"""An answer does not depend on the batch that it was made in."""

import random
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from evaluation.models.model import ModelError, Prompt
from evaluation.models.transformers_model import model as model_module
from evaluation.models.transformers_model.batches import Halving, gather
from evaluation.models.transformers_model.preparing import PreparedPrompt

KINDS = ["llava", "plain_llava", "idefics3", "qwen2_5_vl", "gemma3"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["free", "letters"])
def test_answers_are_equal_over_batch_sizes_and_orders(kind, form, tiny_folders, ask, questions):
    doubled = [*questions, *(prompt.__class__(**{**vars_of(prompt), "key": f"{prompt.key}x"}) for prompt in questions)]
    alone = ask(tiny_folders[kind], doubled, f"batch=1&answer={form}")
    assert len(alone) == 24 and len(set(alone)) > 1
    for batch in (3, 8):
        assert ask(tiny_folders[kind], doubled, f"batch={batch}&answer={form}") == alone
    mixed = random.Random(4).sample(doubled, len(doubled))
    by_key = dict(zip((prompt.key for prompt in doubled), alone, strict=True))
    assert ask(tiny_folders[kind], mixed, f"batch=8&answer={form}") == [by_key[prompt.key] for prompt in mixed]


def vars_of(prompt):
    return {name: getattr(prompt, name) for name in ("key", "record_key", "text", "images", "letters", "sources")}


def test_nothing_is_padded_in_any_batch(tiny_folders, ask, questions, monkeypatch):
    seen: list[set[tuple]] = []
    answer_freely = model_module.answer_freely

    def watch(loaded, batch, max_new_tokens, seed):
        seen.append({prepared.shape for prepared in batch})
        assert all(prepared.inputs["attention_mask"].all() for prepared in batch)
        return answer_freely(loaded, batch, max_new_tokens, seed)

    monkeypatch.setattr(model_module, "answer_freely", watch)
    ask(tiny_folders["idefics3"], questions, "batch=8")
    assert seen and all(len(shapes) == 1 for shapes in seen)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), max_size=60),
    st.integers(1, 9),
    st.integers(1, 40),
)
def test_batches_hold_every_item_once_of_one_shape_and_within_bounds(items, batch, held_bytes):
    batches = list(gather(items, lambda item: item[0], lambda item: item[1], batch, held_bytes))
    assert sorted(item for part in batches for item in part) == sorted(items)
    assert all(len({shape for shape, _ in part}) == 1 and len(part) <= batch for part in batches)


def test_prompts_of_equal_length_and_other_pictures_share_no_batch():
    shapes = [
        PreparedPrompt(Prompt("a", "r", "", (), (), ()), {"pixel_values": torch.zeros(1, 3, height, width)}, 9).shape
        for height, width in [(4, 6), (6, 4), (4, 6)]
    ]
    assert shapes[0] == shapes[2] != shapes[1]


def test_few_prepared_prompts_wait_at_a_time():
    taken: list[int] = []
    items = (taken.append(number) or number for number in range(100))
    next(gather(items, lambda number: number, lambda _: 10, batch=8, held_bytes=50))
    assert len(taken) == 6


def test_a_batch_that_does_not_fit_is_halved_and_nothing_is_lost():
    sizes: list[int] = []

    def answer(part: Sequence[int]) -> list[int]:
        sizes.append(len(part))
        if len(part) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return [number * 10 for number in part]

    halving = Halving(8)
    assert list(halving.run(range(7), answer)) == [0, 10, 20, 30, 40, 50, 60]
    assert sizes == [7, 3, 1, 1, 1, 1, 1, 1, 1]
    assert halving.batch == 1


def test_one_prompt_that_does_not_fit_says_what_to_do():
    def answer(part: Sequence[int]) -> list[int]:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(ModelError, match=r"one prompt alone does not fit.*dtype=bf16"):
        list(Halving(4).run([1, 2, 3], answer))


def test_a_model_out_of_memory_answers_as_it_would_with_enough(tiny_folders, ask, questions, monkeypatch):
    expected = ask(tiny_folders["llava"], questions)
    answer_freely = model_module.answer_freely

    def fail_on_many(loaded, batch, max_new_tokens, seed):
        if len(batch) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return answer_freely(loaded, batch, max_new_tokens, seed)

    monkeypatch.setattr(model_module, "answer_freely", fail_on_many)
    assert ask(tiny_folders["llava"], questions * 1) == expected
