"""Base models of files: processor and weights, by the layout that the recipe names.

Example:
    >>> from training.recipe_parts import Base
    >>> load_pretrained_processor(Base(weights="nobody/nothing", architecture="tiny", chat_template="tiny"))
    Traceback (most recent call last):
    training.models.problem.BaseModelError: base.weights = 'nobody/nothing': neither a folder ...
"""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.models.base_folder import find_base_folder
from training.models.chat_templates import read_chat_template
from training.models.llava_med import KEY_MAP, load_llava_med_processor, resize_vocabulary, translate_config
from training.models.mantis import load_mantis_processor
from training.models.problem import BaseModelError
from training.models.quiet import quiet_files
from training.models.weights_check import check_weights
from training.recipe_parts import Base, WeightsLayout

if TYPE_CHECKING:
    import torch
    from transformers import BitsAndBytesConfig


def load_pretrained_processor(base: Base) -> Any:
    """Return a base's own processor with the recipe's chat template.

    Raises:
        BaseModelError: its files are not here, or transformers cannot read them.
    """
    folder, template = find_base_folder(base.weights), read_chat_template(base.chat_template)
    with quiet_files():
        try:
            processor = _read_processor(base, folder)
        except BaseModelError:
            raise
        except Exception as error:  # whatever transformers finds wrong with the files
            raise BaseModelError(f"{folder.name}: its processor cannot be read: {_explain(error)}") from error
    if not hasattr(processor, "image_processor"):
        raise BaseModelError(f"{folder.name}: has a tokenizer alone, expected a processor of images, too; see base.layout")
    processor.chat_template = processor.tokenizer.chat_template = template
    return processor


def load_pretrained_model(
    base: Base, processor: Any, seed: int, dtype: "torch.dtype", quantisation: "BitsAndBytesConfig | None"
) -> Any:
    """Return a base's model with the weights of its files, every one of them.

    Args:
        base: of the recipe.
        processor: whose tokens the model must have room for.
        seed: of the rows that new tokens get.
        dtype: of the weights.
        quantisation: of the language model's layers; None leaves them whole.

    Raises:
        BaseModelError: files are not here or unreadable, or weights are missing, unknown or of another shape.
    """
    from transformers import AutoModelForImageTextToText, LlavaForConditionalGeneration

    folder = find_base_folder(base.weights)
    kind: Any = AutoModelForImageTextToText if base.layout is WeightsLayout.TRANSFORMERS else LlavaForConditionalGeneration
    chosen: dict[str, Any] = {"dtype": dtype, "local_files_only": True}
    # Shapes that differ are not accepted but told, by `check_weights`, which names them all.
    chosen |= {"output_loading_info": True, "ignore_mismatched_sizes": True}
    if quantisation is not None:
        chosen["quantization_config"] = quantisation
    if base.layout is WeightsLayout.LLAVA_MED:
        chosen |= {"config": translate_config(folder, base.architecture), "key_mapping": KEY_MAP}
    with quiet_files():
        try:
            model, told = kind.from_pretrained(folder, **chosen)
        except Exception as error:  # whatever transformers and safetensors find wrong with the files
            raise BaseModelError(f"{folder.name}: cannot be loaded: {_explain(error)}") from error
        check_weights(folder.name, told)
        if base.layout is WeightsLayout.LLAVA_MED:
            model._weight_conversions = None  # of this way of loading: by them it would be saved under the original's names
            resize_vocabulary(model, base.architecture, seed)
    _check_room(folder.name, model, processor)
    return model


def _read_processor(base: Base, folder: Path) -> Any:
    is_packed = (folder / "tokenizer.model").is_file() and not (folder / "tokenizer.json").is_file()
    if is_packed and importlib.util.find_spec("sentencepiece") is None:
        raise BaseModelError(f"{folder.name}: its tokenizer is SentencePiece's (tokenizer.model); pip install sentencepiece")
    if base.layout is WeightsLayout.LLAVA_MED:
        return load_llava_med_processor(folder, base.architecture)
    if base.layout is WeightsLayout.MANTIS:
        return load_mantis_processor(folder)
    from transformers import AutoProcessor

    return AutoProcessor.from_pretrained(folder, local_files_only=True)


def _check_room(name: str, model: Any, processor: Any) -> None:
    room, n_tokens = model.get_input_embeddings().num_embeddings, len(processor.tokenizer)
    if n_tokens > room:
        raise BaseModelError(f"{name}: has room for {room:,} tokens, its tokenizer holds {n_tokens:,}; fetch the model again")


def _explain(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"
