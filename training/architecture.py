"""The exact shape of a base model, offline: one transformers configuration a file of `training/architectures/`.

A plan needs the shape and not the weights; the tiny model has no other source. Where each came from: Mantis-8B-siglip-llama3 is
SigLIP so400m-patch14-384 and Meta-Llama-3-8B-Instruct, joined and given two more tokens by TIGER-AI-Lab/Mantis's
train_mllava.py; LLaVA-Med v1.5 is CLIP ViT-L/14-336 and Mistral-7B-Instruct-v0.2 with LLaVA-1.5's projector, its vocabulary
padded to 64 as transformers' LLaVA conversion does; MedGemma 4B has Gemma 3 4B's shape (google/gemma-3-4b-it); tiny is this
project's.

Example:
    >>> count_image_tokens(read_architecture("tiny"))  # a picture is one patch
    1
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

ARCHITECTURES_FOLDER = Path(__file__).parent / "architectures"


class ArchitectureError(ValueError):
    """A shape that is not there or that transformers cannot read."""


def read_architecture(name: str) -> "PreTrainedConfig":
    """Return the configuration of `training/architectures/<name>.json`, as a class of transformers; nothing is downloaded.

    Raises:
        ArchitectureError: no such file, not JSON, or of a model type that transformers does not know.
    """
    from transformers import AutoConfig

    path = ARCHITECTURES_FOLDER / f"{name}.json"
    try:
        tree: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return AutoConfig.for_model(**tree)
    except FileNotFoundError:
        known = ", ".join(list_architectures())
        raise ArchitectureError(f"architecture {name!r}: no such file; set base.architecture to one of {known}") from None
    except (OSError, ValueError, TypeError) as error:
        raise ArchitectureError(f"{path.name}: cannot be read as a configuration ({error}); mend that file") from error


def list_architectures() -> list[str]:
    """Return the names of the shapes that are kept here."""
    return sorted(path.stem for path in ARCHITECTURES_FOLDER.glob("*.json"))


def count_image_tokens(config: "PreTrainedConfig") -> int:
    """Return how many tokens of the language model's sequence one image takes.

    Gemma 3 pools its patches to a fixed number. LLaVA gives each patch a token; a vision tower with a class token has one more,
    which the strategy "default" drops. SigLIP has none, so that "default" would drop a patch: here it is counted as it is run.
    """
    pooled = getattr(config, "mm_tokens_per_image", None)
    if pooled is not None:
        return int(pooled)
    return count_vision_tokens(config) - (getattr(config, "vision_feature_select_strategy", "full") == "default")


def count_vision_tokens(config: "PreTrainedConfig") -> int:
    """Return the length of the vision tower's own sequence: the patches, and CLIP's class token."""
    vision: Any = config.vision_config
    return (vision.image_size // vision.patch_size) ** 2 + (vision.model_type == "clip_vision_model")
