"""LLaVA-Med v1.5 (microsoft/llava-med-v1.5-mistral-7b) as transformers' LLaVA: names of weights, configuration, processor.

Its files are of the original code base (model_type llava_mistral), which transformers does not know: the language model's
weights stand at the top, the projector is a sequence of layers 0 and 2, the vision tower is wrapped twice. Its tokenizer has no
token for an image; here `<image>` is added, and the vocabulary padded to the architecture's, as transformers' own conversion of
LLaVA does.

Example:
    >>> rename("model.mm_projector.2.weight"), rename("model.layers.0.mlp.up_proj.weight")
    ('model.multi_modal_projector.linear_2.weight', 'model.language_model.layers.0.mlp.up_proj.weight')
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.architecture import ArchitectureError, read_architecture
from training.models.base_folder import CONFIG, read_config
from training.models.problem import BaseModelError

if TYPE_CHECKING:
    from transformers import LlavaConfig, LlavaProcessor

_ADDED = ("<image>", "<pad>")  # in this order, as transformers' own conversion adds them
# What the original calls a weight, as a pattern, and what transformers calls it.
KEY_MAP = {
    r"^model\.(embed_tokens|layers|norm)\.": r"model.language_model.\1.",
    r"^model\.mm_projector\.0\.": "model.multi_modal_projector.linear_1.",
    r"^model\.mm_projector\.2\.": "model.multi_modal_projector.linear_2.",
    r"^model\.vision_tower\.vision_tower\.vision_model\.": "model.vision_tower.",
}
_PROJECTOR = "mlp2x_gelu"
_SHAPE = (  # what the architecture, which a run was planned by, must say as the files do
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "rms_norm_eps",
)
_FEATURES = {"default": "patch", "full": "cls_patch"}  # with the class token or without


def rename(key: str) -> str:
    """Return what transformers calls a weight of the original; the same name where it knows no other."""
    for pattern, name in KEY_MAP.items():
        key, n_found = re.subn(pattern, name, key)
        if n_found:
            break
    return key


def translate_config(folder: Path, architecture: str) -> "LlavaConfig":
    """Return the configuration that fits the weights of the files, before tokens are added.

    Raises:
        BaseModelError: config.json is of another kind of model, or of another shape than the architecture.
    """
    original, config = read_config(folder), _read_architecture(architecture)
    where = f"{folder.name}/{CONFIG}"
    if original.get("model_type") != "llava_mistral" or original.get("mm_projector_type") != _PROJECTOR:
        found = f"{original.get('model_type')!r} with projector {original.get('mm_projector_type')!r}"
        raise BaseModelError(f"{where}: expected model_type 'llava_mistral' with projector {_PROJECTOR!r}, got {found}")
    text = config.get_text_config()
    wanted = {key: getattr(text, key) for key in _SHAPE}
    wanted["mm_vision_select_layer"] = config.vision_feature_layer
    wanted["mm_vision_select_feature"] = _FEATURES[config.vision_feature_select_strategy]
    got = {"mm_vision_select_feature": "patch"} | {key: original[key] for key in wanted if key in original}
    if different := [f"{key} is {got.get(key)}, there {wanted[key]}" for key in wanted if got.get(key) != wanted[key]]:
        raise BaseModelError(f"{where}: not of the shape of architecture {architecture!r}: {'; '.join(different)}")
    text.vocab_size, text.pad_token_id = original["vocab_size"], None  # the files' tokens have no padding among them
    return config


def load_llava_med_processor(folder: Path, architecture: str) -> "LlavaProcessor":
    """Return LLaVA's processor: the files' tokenizer with a token for images, CLIP's pictures padded to a square.

    Raises:
        BaseModelError: as `translate_config`, or the added tokens do not lie where the architecture has them.
    """
    from transformers import AutoTokenizer, LlavaImageProcessorPil, LlavaProcessor

    translate_config(folder, architecture)
    config = _read_architecture(architecture)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    tokenizer.add_tokens(list(_ADDED), special_tokens=True)
    tokenizer.pad_token = _ADDED[1]
    found = tokenizer.convert_tokens_to_ids(list(_ADDED))
    if found != (wanted := [config.image_token_id, config.get_text_config().pad_token_id]):
        raise BaseModelError(f"{folder.name}: {_ADDED} have the ids {found}, architecture {architecture!r} has {wanted}")
    vision: Any = config.vision_config
    side = vision.image_size
    return LlavaProcessor(
        image_processor=LlavaImageProcessorPil(
            size={"shortest_edge": side},
            crop_size={"height": side, "width": side},
            do_pad=read_config(folder).get("image_aspect_ratio") == "pad",
        ),
        tokenizer=tokenizer,
        patch_size=vision.patch_size,
        vision_feature_select_strategy=config.vision_feature_select_strategy,
        num_additional_image_tokens=1,  # CLIP's class token
    )


def resize_vocabulary(model: Any, architecture: str, seed: int) -> None:
    """Give the model the rows of the added tokens; drawn from the seed, though no image token is ever looked up or written."""
    import torch

    text = _read_architecture(architecture).get_text_config()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model.resize_token_embeddings(text.vocab_size, mean_resizing=False)
    model.config.get_text_config().pad_token_id = text.pad_token_id


def _read_architecture(architecture: str) -> "LlavaConfig":
    from transformers import LlavaConfig

    try:
        config = read_architecture(architecture)
    except ArchitectureError as error:
        raise BaseModelError(str(error)) from error
    if not isinstance(config, LlavaConfig):
        raise BaseModelError(f"architecture {architecture!r}: layout llava_med needs a LLaVA, got {config.model_type}")
    return config
