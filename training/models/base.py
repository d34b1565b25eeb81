"""The base model and the processor of a recipe, from this machine alone, and how a finished model is saved.

Example:
    >>> from training.recipe import load_recipe
    >>> load_processor(load_recipe("tiny").base, ["Which?", "A: left"]).image_token
    '<image>'
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.models.adapters import add_adapter, merge_adapter
from training.models.four_bits import choose_four_bits
from training.models.frozen import freeze
from training.models.new import make_model, make_processor
from training.models.pretrained import load_pretrained_model, load_pretrained_processor
from training.models.problem import BaseModelError
from training.models.quiet import quiet_files
from training.models.whitening import Whitening, whiten_patches
from training.recipe_parts import Adapter, AdapterKind, Base, Dtype, Frozen, WeightsLayout


def load_processor(base: Base, texts: Iterable[str] | None) -> Any:
    """Return the processor (transformers.ProcessorMixin) of a recipe's base, with the recipe's chat template.

    Args:
        base: of the recipe.
        texts: of the training records; layout "new" makes its tokenizer of them, the others do not look at them.

    Raises:
        BaseModelError: its files are not on this machine or cannot be read, or a new model is asked for without texts.
    """
    if base.layout is WeightsLayout.NEW:
        if texts is None:
            raise BaseModelError("base.layout = 'new': the tokenizer is made of the training texts; give them")
        return make_processor(base.architecture, base.chat_template, texts)
    return load_pretrained_processor(base)


def load_model(
    base: Base,
    processor: Any,
    seed: int,
    *,
    dtype: Dtype,
    frozen: Frozen,
    adapter: Adapter,
    whitening: Whitening | None = None,
) -> Any:
    """Return the model that is trained (PreTrainedModel, or PeftModel with an adapter), in training mode, on the CPU.

    Args:
        base: of the recipe.
        processor: its processor; the model has room for its tokens.
        seed: of new weights and of the adapter's.
        dtype: of the weights.
        frozen: parts whose weights stay as they are.
        adapter: LoRA, QLoRA or none.
        whitening: the first layer of new vision weights; None leaves it random.

    Raises:
        BaseModelError: files are not on this machine, weights are missing, unknown or of another shape, or what QLoRA needs
            is not installed.
    """
    import torch

    if adapter.kind is AdapterKind.QLORA and adapter.dora:
        raise BaseModelError(
            "adapter.dora: is not merged into weights in 4 bits; set it to false, or take adapter.kind = 'lora'"
        )
    kind = {Dtype.BF16: torch.bfloat16, Dtype.FP32: torch.float32}[dtype]
    in_four_bits = adapter.kind is AdapterKind.QLORA
    if base.layout is not WeightsLayout.NEW:
        model = load_pretrained_model(base, processor, seed, kind, choose_four_bits(kind) if in_four_bits else None)
    elif in_four_bits:
        raise BaseModelError("adapter.kind = 'qlora' holds the weights of files in 4 bits, a new model has none; take 'lora'")
    else:
        model: Any = make_model(base.architecture, processor, seed)
        if whitening is not None:
            whiten_patches(model, whitening)
        model = model.to(kind)
    freeze(model, frozen)
    if adapter.kind is not AdapterKind.NONE:
        model = add_adapter(model, adapter, frozen, seed)
    return model.train()


def save_model(model: Any, processor: Any, folder: Path) -> None:
    """Write what `AutoModelForImageTextToText` and `AutoProcessor` read, the chat template among it.

    An adapter is merged into the weights in place: do not train the model any further.
    """
    whole = merge_adapter(model)
    with quiet_files():
        whole.save_pretrained(folder)
        processor.save_pretrained(folder)
