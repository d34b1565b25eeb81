"""Mantis (TIGER-Lab/Mantis-8B-siglip-llama3): weights named as in transformers' first LLaVA, its own processor.

transformers maps the old names itself; that every weight is found is checked by `pretrained.py`. Its processor class is not in
transformers, but holds what LLaVA's holds: an image processor and a tokenizer that knows `<image>`.

Example:
    >>> load_mantis_processor.__name__
    'load_mantis_processor'
"""

from pathlib import Path
from typing import Any

_WITH_CLASS_TOKEN = frozenset({"clip_vision_model"})


def load_mantis_processor(folder: Path) -> Any:
    """Return LLaVA's processor of Mantis' files; OSError or ValueError, as of transformers, where they are incomplete."""
    from transformers import AutoConfig, AutoImageProcessor, AutoTokenizer, LlavaProcessor

    config: Any = AutoConfig.from_pretrained(folder, local_files_only=True)
    return LlavaProcessor(
        image_processor=AutoImageProcessor.from_pretrained(folder, local_files_only=True),
        tokenizer=AutoTokenizer.from_pretrained(folder, local_files_only=True),
        patch_size=config.vision_config.patch_size,
        vision_feature_select_strategy=config.vision_feature_select_strategy,
        num_additional_image_tokens=int(config.vision_config.model_type in _WITH_CLASS_TOKEN),
    )
