"""What a model is, from its files alone: neither torch nor weights are loaded to say so.

Example:
    >>> import tempfile
    >>> from evaluation.models.transformers_model.folders import find_folder
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = Path(name, "config.json").write_text('{"model_type": "llava", "vision_config": {}, "dtype": "bfloat16"}')
    ...     _ = Path(name, "model.safetensors").write_bytes(b"weights")
    ...     card = describe("mine", find_folder(name, None), TransformersOptions(device="cpu"), seed=1)
    >>> card.decoding, card.image_use, [text for text in card.versions if text.startswith("dtype")]
    ('greedy, at most 128 tokens', <ImageUse.MANY: 'many'>, ['dtype bfloat16 as stored'])
"""

import hashlib
import platform
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from evaluation.models.options import AnswerForm, Dtype, TransformersOptions
from evaluation.models.spec import ModelKind
from evaluation.models.transformers_model.folders import ModelFolder
from evaluation.models.transformers_model.image_use import choose_image_use
from evaluation.models.transformers_model.prompt_layout import choose_layout
from evaluation.models.transformers_model.trained import list_origins, remark_on_training
from pipelines.keys import digest
from pipelines.score_records import ImageUse, ModelCard

# What makes a model answer as it does; logs and states of training beside it do not.
_DECIDING = (
    *("*.safetensors", "pytorch_model*.bin", "adapter_model*.bin"),
    *("config.json", "generation_config.json", "adapter_config.json"),
    *("*processor*.json", "tokenizer*", "vocab.*", "merges.txt", "added_tokens.json", "special_tokens_map.json"),
    *("chat_template*", "additional_chat_templates/*.jinja", "*.py"),
)
_SHA256_DIGITS = 64


def describe(name: str, folder: ModelFolder, options: TransformersOptions, seed: int) -> ModelCard:
    """Return a model's card; its digest changes with whatever but decoding decides an answer."""
    use = choose_image_use(folder.model_type, has_images=folder.has_images, wanted=options.images)
    layout = choose_layout(folder)
    shown = [options.shots, seed, _hash_examples(options.examples)] if options.shots else []
    content = [_hash_files(folder), str(options.prompt), str(layout), str(use), str(options.dtype), *shown]
    return ModelCard(
        model=name,
        kind=str(ModelKind.CHECKPOINT if folder.made else ModelKind.TRANSFORMERS),
        label=folder.label,
        digest=digest(content),
        decoding=tell_decoding(options),
        image_use=use,
        prompt_form=f"{options.prompt}, {layout}",
        versions=(
            f"transformers {version('transformers')}",
            f"torch {version('torch')}",
            *([f"peft {version('peft')}"] if folder.base and _is_installed("peft") else []),
            _tell_dtype(folder, options),
            f"device {_find_device_kind(options.device)}",
            *(text for made in folder.all_made for text in list_origins(made)),
        ),
        seed=seed,
        remarks=_remark(folder, options, use),
    )


def tell_decoding(options: TransformersOptions) -> str:
    """Return how answers are made: "greedy, at most 128 tokens"."""
    greedy = f"greedy, at most {options.max_new_tokens} tokens"
    return greedy if options.answer is AnswerForm.FREE else f"closed: likeliest letter; open: {greedy}"


def _remark(folder: ModelFolder, options: TransformersOptions, use: ImageUse) -> tuple[str, ...]:
    remarks = {
        "untrained": bool(folder.config.get("untrained")),
        "several images composed into one canvas": use is ImageUse.ONE,
        "letters only": options.answer is AnswerForm.LETTERS,
        f"{options.shots} example{'s' if options.shots > 1 else ''} shown first": options.shots > 0,
    }
    of_training = (text for made in folder.all_made for text in remark_on_training(made))
    return (*of_training, *(text for text, holds in remarks.items() if holds))


def _tell_dtype(folder: ModelFolder, options: TransformersOptions) -> str:
    if options.dtype is not Dtype.AUTO:
        return f"dtype {options.dtype}"
    config = folder.config
    stored = config.get("dtype") or config.get("torch_dtype") or config.get("text_config", {}).get("torch_dtype") or "unknown"
    return f"dtype {stored} as stored"


def _find_device_kind(device: str) -> str:
    """Return "cpu", "cuda" or "mps"; torch is asked only where a device is to be found and there may be one."""
    if device != "auto":
        return device.partition(":")[0]
    if version("torch").endswith("+cpu") and platform.system() != "Darwin":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _is_installed(package: str) -> bool:
    from importlib.util import find_spec

    return find_spec(package) is not None


def _hash_examples(path: str | None) -> str:
    file = Path(path or "").expanduser()
    return _hash_file(file, *_stamp(file)) if file.is_file() else ""


def _hash_files(folder: ModelFolder) -> list[list[str]]:
    """Return [name, sha256] of every file that makes the model what it is, wherever it lies."""
    paths = sorted({path for pattern in _DECIDING for path in folder.path.glob(pattern) if path.is_file()})
    own = [[path.relative_to(folder.path).as_posix(), _hash_file(path, *_stamp(path))] for path in paths]
    return own + (_hash_files(folder.base) if folder.base else [])


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=4096)
def _hash_file(path: Path, size: int, changed_ns: int) -> str:
    """Return the sha256 of a file as it is now; the hub's cache names large files by it, so they are not read again."""
    blob = path.resolve()
    if blob.parent.name == "blobs" and len(blob.name) == _SHA256_DIGITS:
        return blob.name
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
