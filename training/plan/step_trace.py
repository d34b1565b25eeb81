"""One step of a model, run without numbers: what it computes and what it keeps for the backward pass, counted as it happens.

Counting the step itself rather than 6 x weights x tokens is right of its own accord about what is frozen (no gradient of its
weights, and none at all before the first trained layer), LoRA, recomputed layers, attention's square, the head over the
vocabulary, and pictures, whose tower sees more or fewer tokens than the language model does.

Example:
    >>> from training.recipe import load_recipe
    >>> from training.plan.model_shape import open_model
    >>> with open_model(load_recipe("tiny")) as model:
    ...     step = trace_step(model, Sample(tokens=94, images=3), is_checkpointed=False)
    >>> 2.5 < step.total_flops / step.forward_flops < 3.1  # forward once, backward about twice that
    True
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

ANSWER_TOKENS = 64
"""Tokens of a sample that the loss is taken on: an assumption, on the safe side for answers of a letter to two sentences."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The size of one sample: tokens, those of the images among them, and images."""

    tokens: int
    images: int


@dataclass(frozen=True, slots=True)
class StepTrace:
    """Floating-point operations of one sample; a multiplication and an addition are two."""

    forward_flops: int
    total_flops: int  # forward, backward, and what is computed again


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that one sample's forward pass keeps for its backward pass, weights excepted, when nothing is computed again."""

    vision: int  # of all layers of the vision tower, and the projector
    language: int  # of all decoder layers


def trace_step(model: Any, sample: Sample, *, is_checkpointed: bool, reaches_pictures: bool = False) -> StepTrace:
    """Return what one sample computes; `model` is of `open_model`, within its context.

    Args:
        model: in training mode.
        sample: its size; attention is counted whole (a causal kernel may skip up to half of it).
        is_checkpointed: whether layers are computed again in the backward pass.
        reaches_pictures: whether that is done in the form that asks for gradients of the pictures, so that a frozen tower is
            computed again and backward, too.
    """
    base = _unwrap(model)
    with _checkpointing(base, is_checkpointed, reaches_pictures):
        one, two = (_count_step(base, sample, n_layers) for n_layers in (1, 2))
    more = base.config.get_text_config().num_hidden_layers - 1
    return StepTrace(
        one.forward_flops + more * (two.forward_flops - one.forward_flops),
        one.total_flops + more * (two.total_flops - one.total_flops),
    )


def measure_kept(model: Any, sample: Sample, *, with_vision: bool) -> Kept:
    """Return what the forward pass of one sample keeps; a tensor that several operations keep is counted once.

    Args:
        model: of `open_model`, within its context.
        sample: its size.
        with_vision: whether gradients reach the pictures, so that the tower keeps what it computed although it is frozen.
    """
    base = _unwrap(model)
    weights = {weight.untyped_storage()._cdata for weight in base.parameters()}
    kept: dict[int, Any] = {}

    def keep(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            kept[storage._cdata] = storage  # held, so that no later one gets its address
        return tensor

    import torch

    def count() -> int:
        return sum(storage.nbytes() for storage in kept.values())

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        embedded = _embed(base, sample, with_gradient=with_vision)
        vision = count()
        _decode(base, embedded, 1)
        one = count() - vision
        _decode(base, embedded, 2)
        two = count() - vision - one
    return Kept(vision, one + (base.config.get_text_config().num_hidden_layers - 1) * (two - one))


def _count_step(model: Any, sample: Sample, n_layers: int) -> StepTrace:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False, custom_mapping=_count_attention()) as counter:
        loss = _score(model, _decode(model, _embed(model, sample), n_layers))
        forward = counter.get_total_flops()
        loss.backward()
        total = counter.get_total_flops()
    model.zero_grad(set_to_none=True)
    return StepTrace(forward, total)


def _unwrap(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _embed(model: Any, sample: Sample, *, with_gradient: bool = False) -> Any:
    """Return embeddings (1, tokens, hidden), the pictures' first, as their place changes nothing."""
    import torch

    weight = next(model.parameters())
    side = model.config.vision_config.image_size
    parts = []
    if sample.images:
        pixels = torch.zeros(sample.images, 3, side, side, dtype=weight.dtype, requires_grad=with_gradient)
        parts += [part.reshape(-1, part.shape[-1]) for part in model.get_image_features(pixel_values=pixels).pooler_output]
    n_text = sample.tokens - sum(part.shape[0] for part in parts)
    if n_text < 1:
        raise ValueError(f"a sample of {sample.tokens} tokens has no room for {sample.images} images and one token of text")
    parts.append(model.get_input_embeddings()(torch.zeros(n_text, dtype=torch.long)))
    embedded = torch.cat([part.to(weight.dtype) for part in parts])[None]
    if not embedded.requires_grad and embedded.is_leaf:
        embedded.requires_grad_(with_gradient)
    return embedded


def _decode(model: Any, embedded: Any, n_layers: int) -> Any:
    """Run the first of the decoder's equal layers: from one and two of them all others follow, in a tenth of the time."""
    decoder = model.model.language_model
    layers = decoder.layers
    decoder.layers = layers[:n_layers]
    try:
        return decoder(inputs_embeds=embedded, use_cache=False).last_hidden_state
    finally:
        decoder.layers = layers


def _score(model: Any, hidden: Any) -> Any:
    import torch

    logits = model.lm_head(hidden[0, -ANSWER_TOKENS:])
    return torch.nn.functional.cross_entropy(logits.float(), torch.zeros(logits.shape[0], dtype=torch.long))


@contextmanager
def _checkpointing(model: Any, is_checkpointed: bool, reaches_pictures: bool) -> Iterator[None]:
    if not is_checkpointed:
        yield
        return
    model.activation_checkpointing_enable({"use_reentrant": False})
    if not reaches_pictures:
        model.disable_input_require_grads()  # which enabling set, also on the pictures' embedding
    try:
        yield
    finally:
        model.activation_checkpointing_disable()
        model.disable_input_require_grads()


def _count_attention() -> dict[Any, Callable[..., int]]:
    """Count the CPU's attention kernel, which torch's counter leaves out, as it counts a GPU's."""
    import torch
    from torch.utils.flop_counter import sdpa_backward_flop_count, sdpa_flop_count

    def forward(query: Any, key: Any, value: Any, *args: Any, out_shape: Any = None, **kwargs: Any) -> int:
        return sdpa_flop_count(query, key, value)

    def backward(grad_out: Any, query: Any, key: Any, value: Any, *args: Any, out_shape: Any = None, **kwargs: Any) -> int:
        return sdpa_backward_flop_count(grad_out, query, key, value)

    aten = torch.ops.aten
    return {
        aten._scaled_dot_product_flash_attention_for_cpu: forward,
        aten._scaled_dot_product_flash_attention_for_cpu_backward: backward,
    }
