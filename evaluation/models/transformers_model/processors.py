"""The processor of a model: AutoProcessor's, mended where a model's files or this machine lack what pictures do not need.

Example:
    >>> class Clip:
    ...     def __init__(self, image_processor=None, tokenizer=None, video_processor=None): ...
    >>> _takes_videos(Clip)
    True
"""

import importlib.util
import inspect
from typing import Any

from evaluation.models.transformers_model.folders import ModelFolder

_VIDEOS = "video_processor"
_CLS_TOWERS = frozenset({"clip_vision_model"})  # vision towers with a class token before their patches


def load_processor(folder: ModelFolder, config: Any, *, trust_remote_code: bool) -> Any:
    """Return a model's processor, or its tokenizer where it takes text only.

    Raises:
        OSError, ValueError, ImportError: as transformers raises them.
    """
    from transformers import AutoProcessor, AutoTokenizer
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING

    chosen: dict[str, Any] = {"local_files_only": True, "trust_remote_code": trust_remote_code}
    if not folder.has_images:
        return AutoTokenizer.from_pretrained(folder.processor_path, **chosen)
    known: Any = PROCESSOR_MAPPING.get(type(config), None)
    if known is not None and _takes_videos(known) and importlib.util.find_spec("torchvision") is None:
        return _without_videos(known).from_pretrained(folder.processor_path, local_files_only=True)
    processor = AutoProcessor.from_pretrained(folder.processor_path, **chosen)
    if known is not None and not hasattr(processor, "image_processor"):
        # The files name a class that transformers has not, as Mantis' do, and AutoProcessor makes do with the tokenizer.
        processor = known.from_pretrained(folder.processor_path, local_files_only=True)
    return _complete(processor, config)


def _takes_videos(processor: type) -> bool:
    return _VIDEOS in inspect.signature(processor.__init__).parameters


def _without_videos(processor: Any) -> Any:
    """Return a processor class less its videos, whose preparation needs torchvision; pictures are prepared by Pillow then."""
    from transformers.processing_utils import ProcessorMixin

    place = processor.get_attributes().index(_VIDEOS)

    class WithoutVideos(processor):
        apply_chat_template = ProcessorMixin.apply_chat_template  # some classes' own asks how many frames a video has

        @classmethod
        def get_attributes(cls) -> list[str]:
            return [name for name in processor.get_attributes() if name != _VIDEOS]

        @classmethod
        def _get_arguments_from_pretrained(cls, *args: Any, **kwargs: Any) -> list[Any]:
            found = super()._get_arguments_from_pretrained(*args, **kwargs)
            return [*found[:place], None, *found[place:]]

        def check_argument_for_proper_class(self, argument_name: str, argument: Any) -> Any:
            return None if argument is None else super().check_argument_for_proper_class(argument_name, argument)

    return WithoutVideos


def _complete(processor: Any, config: Any) -> Any:
    """Say how many tokens an image takes where older files do not: those of Mantis and of the first LLaVA."""
    tower = getattr(config, "vision_config", None)
    if tower is not None and hasattr(processor, "patch_size") and processor.patch_size is None:
        processor.patch_size = tower.patch_size
        processor.vision_feature_select_strategy = config.vision_feature_select_strategy
        processor.num_additional_image_tokens = 1 if tower.model_type in _CLS_TOWERS else 0
    return processor
