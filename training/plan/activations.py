"""What the longest batch holds on one GPU between its forward and its backward pass.

With gradient checkpointing each layer keeps its input and computes the rest again, one layer at a time (Chen et al. 2016, arXiv
1604.06174); while it does, it holds its own activations and about as much again of their gradients.

Example:
    >>> keep_layers(3200, 32, 10, is_checkpointed=True), keep_layers(3200, 32, 10, is_checkpointed=False)
    (520, 3300)
"""

from typing import Any

from training.architecture import count_vision_tokens
from training.plan.memory import Activations
from training.plan.step_trace import Sample, measure_kept
from training.recipe import Recipe

_TILE_TOKENS, _TILE_WORDS = 4096, 32768  # TRL's fused head holds at most so many logits at once (trl.kernels.chunked_logprob)


def measure_activations(model: Any, recipe: Recipe, longest: Sample) -> Activations:
    """Return what a batch of the longest sample holds; `model` is of `open_model`, within its context.

    Args:
        model: frozen and adapted as in training.
        recipe: with the batch of one GPU.
        longest: the sample; a batch is taken to hold nothing but such.
    """
    is_checkpointed = recipe.batch.gradient_checkpointing
    config: Any = model.config
    vision, text = config.vision_config, config.get_text_config()
    width = next(model.parameters()).element_size()
    reaches_pictures = recipe.reaches_pictures
    kept = measure_kept(model, longest, with_vision=reaches_pictures)
    tower_input = longest.images * count_vision_tokens(config) * vision.hidden_size * width if reaches_pictures else 0
    language_input = longest.tokens * text.hidden_size * width
    in_tower = keep_layers(kept.vision, vision.num_hidden_layers, tower_input, is_checkpointed=is_checkpointed)
    in_language = keep_layers(kept.language, text.num_hidden_layers, language_input, is_checkpointed=is_checkpointed)
    return Activations(
        recipe.batch.per_device * float(in_tower + in_language), _hold_head(model, recipe.batch.per_device * longest.tokens)
    )


def keep_layers(kept: int, layers: int, inputs: int, *, is_checkpointed: bool) -> int:
    """Return bytes held by equal layers.

    Args:
        kept: by all of them when nothing is computed again.
        layers: how many.
        inputs: bytes of one layer's input.
        is_checkpointed: whether a layer keeps its input alone.
    """
    at_work = kept // layers
    return layers * inputs + 2 * at_work if is_checkpointed else kept + at_work


def _hold_head(model: Any, tokens: int) -> float:
    """Return what TRL's fused head holds: a tile of logits and, of a trained head, its gradient in 32 bits and in its own."""
    head = model.get_output_embeddings().weight
    gradient = (4 + head.element_size()) * head.numel() if head.requires_grad else 0
    tile = min(tokens, _TILE_TOKENS) * min(head.shape[0], _TILE_WORDS) * head.element_size()
    return float(tile + gradient)
