"""Where a model lies: a folder, or a name on the hub that is in the local cache. Nothing is ever downloaded.

Example:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = Path(name, "config.json").write_text('{"model_type": "llava", "vision_config": {}}')
    ...     folder = find_folder(name, revision=None)
    ...     folder.model_type, folder.has_images, folder.commit
    ('llava', True, None)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from evaluation.models.model import ModelError
from evaluation.models.transformers_model.trained import find_provenance, name_weights, tell_run
from pipelines.provenance import Provenance

CONFIG = "config.json"
ADAPTER_CONFIG = "adapter_config.json"
_PROCESSOR_CONFIGS = ("processor_config.json", "preprocessor_config.json", "tokenizer_config.json")


@dataclass(frozen=True)
class ModelFolder:
    """One model on this machine."""

    path: Path
    name: str  # the hub's id, or the folder's own name, of a run of ours with run and digest: nothing of this machine
    commit: str | None  # of the hub; None of a folder
    base: "ModelFolder | None"  # whose weights an adapter changes

    @property
    def label(self) -> str:
        """How a reader finds it again: our run, the hub's id and commit, or the folder's name; of an adapter its base, too."""
        own = f"{self.name}@{self.commit[:12]}" if self.commit else tell_run(self.made) if self.made else self.name
        return f"{own} on {self.base.label}" if self.base else own

    @cached_property
    def made(self) -> Provenance | None:
        """What made the weights; None of other people's. ModelError where our own training does not tell."""
        return find_provenance(self.path, self.name) if self.commit is None else None

    @property
    def all_made(self) -> tuple[Provenance, ...]:
        """What made these weights and, of an adapter, its base's; only what was trained by us."""
        own = () if self.made is None else (self.made,)
        return own + (self.base.all_made if self.base else ())

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The model's configuration; an adapter's is that of its base."""
        return self.base.config if self.base else _read_json(self.path / CONFIG)

    @property
    def model_type(self) -> str:
        """What transformers calls the architecture: "llava", "qwen2_5_vl"."""
        return str(self.config.get("model_type", ""))

    @cached_property
    def processor_path(self) -> Path:
        """Folder of tokenizer and processor: an adapter's own where it has them, else its base's."""
        has_own = any((self.path / name).is_file() for name in _PROCESSOR_CONFIGS)
        return self.path if has_own or self.base is None else self.base.processor_path

    @cached_property
    def processor_configs(self) -> tuple[Mapping[str, Any], ...]:
        """What the processor's files say, of those that there are."""
        found = [self.processor_path / name for name in _PROCESSOR_CONFIGS]
        return tuple(_read_json(path) for path in found if path.is_file())

    @cached_property
    def has_chat_template(self) -> bool:
        """Whether the model comes with its own form of a conversation."""
        files = ("chat_template.jinja", "chat_template.json")
        return any((self.processor_path / name).is_file() for name in files) or any(
            config.get("chat_template") for config in self.processor_configs
        )

    @cached_property
    def has_images(self) -> bool:
        """Whether it takes images at all: it has a vision tower, or files say how images are prepared."""
        towers = any(key in self.config for key in ("vision_config", "vq_config", "vision_tower", "encoder"))
        prepares = any("image_processor_type" in config or "image_processor" in config for config in self.processor_configs)
        return towers or prepares

    def has_token(self, token: str) -> bool:
        """Whether the tokenizer's files name a token."""
        quoted = json.dumps(token)
        files = (self.processor_path / name for name in ("tokenizer.json", "tokenizer_config.json", "added_tokens.json"))
        return any(quoted in path.read_text(encoding="utf-8") for path in files if path.is_file())


def find_folder(reference: str, revision: str | None) -> ModelFolder:
    """Return the folder of a model, by path or by its name in the local Hugging Face cache.

    Raises:
        ModelError: no model lies there; says how it is fetched.
    """
    path = Path(reference).expanduser()
    if not path.is_dir():
        path = _find_in_cache(reference, revision)
        return _build(path, reference, path.name)
    if revision is not None:
        raise ModelError(f"transformers:{reference}: is a folder, which has no revision; leave out revision={revision}")
    return _build(path, name_weights(path), None)


def _build(path: Path, name: str, commit: str | None) -> ModelFolder:
    if (path / ADAPTER_CONFIG).is_file() and not (path / CONFIG).is_file():
        return ModelFolder(path, name, commit, _find_base(path, name))
    if not (path / CONFIG).is_file():
        raise ModelError(
            f"transformers:{name}: the folder has neither {CONFIG} nor {ADAPTER_CONFIG}; "
            "give the folder that save_pretrained wrote, of a training run one of its checkpoints"
        )
    return ModelFolder(path, name, commit, None)


def _find_base(path: Path, name: str) -> ModelFolder:
    base = _read_json(path / ADAPTER_CONFIG).get("base_model_name_or_path")
    if not base:
        raise ModelError(f"transformers:{name}: {ADAPTER_CONFIG} names no base_model_name_or_path; say there what it adapts")
    try:
        return find_folder(str(base), None)
    except ModelError as error:
        raise ModelError(f"transformers:{name}: an adapter whose base model is missing: {error}") from error


def _find_in_cache(name: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError) as error:
        wanted = f"{name} --revision {revision}" if revision else name
        raise ModelError(
            f"transformers:{name}: neither a folder nor in the local Hugging Face cache, "
            f"and evaluation downloads nothing. Fetch it once (hf download {wanted}), or give a folder"
        ) from error


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path.parent.name}/{path.name}: cannot be read as JSON ({error}); fetch or save the model again"
        ) from error
    if not isinstance(found, dict):
        raise ModelError(
            f"{path.parent.name}/{path.name}: holds {type(found).__name__}, expected an object; save the model again"
        )
    return found
