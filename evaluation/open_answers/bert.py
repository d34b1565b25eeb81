"""BERTScore recall from a model on this machine; nothing is ever downloaded.

A text is embedded once, together with others of exactly its number of tokens: nothing is padded, and a pair scores the same
alone and in any company. The recall is that of torchmetrics' `bert_score` for a single pair: each token of the reference
but the first and the last, which are special, takes its best cosine to such a token of the prediction, at least 0; recall is
their mean. torchmetrics itself is not used, as it scores batches wrongly: it sorts predictions and references by length, each
on its own, and undoes that with the permutation in place of its inverse, so that sentences are compared with other sentences'
references (github.com/Lightning-AI/torchmetrics/issues/2728, in 1.9.0).

Example:
    >>> from evaluation.open_answers.presets import find_preset
    >>> recalls = load_bert(find_preset("ci_offline")).recalls([("A mass.", "A mass."), ("A mass, on the left.", "A mass.")])
    >>> [round(recall, 2) for recall in recalls]
    [1.0, 0.94]
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from evaluation.open_answers.bert_folder import digest_weights, find_model_folder, model_id, quiet_loading
from evaluation.open_answers.presets import OpenPreset, PresetError

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

DECIMALS = 6  # of a recall: what further ones say depends on how the processor adds up
# Layers stand one upon the other here, without a last normalisation: those above the one that is read can be left out.
_STACKED = frozenset({"bert", "roberta", "xlm-roberta", "camembert", "electra"})
_TOKENS_AT_ONCE = 1024  # in one call of the model; bounds its memory
# Products of fewer rows are added up in another order (seen below 12 rows, at 1, 2, 4 and 8 threads), so a short text that
# stands alone is repeated until there are as many.
_LEAST_TOKENS = 64
_TOKENS_HELD = 32_768  # of one step, and of what is remembered: 128 MiB each for roberta-large
_TEXTS_READ = 1024  # given to the tokenizer at once

Ids = tuple[int, ...]
"""Token ids of one text, special tokens included."""


@dataclass(frozen=True)
class BertModel:
    """A loaded model; `label` names it without any path: "roberta-large L17 sha256:0123456789ab"."""

    label: str
    layer: int
    max_tokens: int
    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    # References recur from model to model, so that the last ones are remembered: unit vectors (tokens, width) by token ids.
    remembered: dict[Ids, "Tensor"] = field(default_factory=dict)

    def recalls(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return BERTScore recall, 0-1, of each (prediction, reference).

        No idf, no rescaling; texts are cut at `max_tokens`; 0 where either text has no token.

        Raises:
            PresetError: the model gives a number that is not finite.
        """
        ids = self._read(dict.fromkeys(text for pair in pairs for text in pair))
        wanted = [(ids[prediction], ids[reference]) for prediction, reference in pairs]
        found: dict[tuple[Ids, Ids], float] = {}
        # by reference, so that one that many answers share is embedded in one step
        for step in _steps(sorted(set(wanted), key=lambda pair: (pair[1], pair[0]))):
            found |= self._recall_step(step)
        return [found[pair] for pair in wanted]

    def _recall_step(self, step: Sequence[tuple[Ids, Ids]]) -> dict[tuple[Ids, Ids], float]:
        """Return the recall of each pair; what is remembered afterwards are references alone."""
        vectors = self._embed(text for pair in step for text in pair)
        self._remember({ids: vectors[ids] for _, ids in step if ids not in self.remembered})
        return {pair: self._recall(vectors[pair[0]], vectors[pair[1]]) for pair in step}

    def _read(self, texts: Iterable[str]) -> dict[str, Ids]:
        """Return the token ids of each text."""
        known = list(texts)
        read: dict[str, Ids] = {}
        for first in range(0, len(known), _TEXTS_READ):
            some = known[first : first + _TEXTS_READ]
            ids = self.tokenizer(some, truncation=True, max_length=self.max_tokens)["input_ids"]
            read.update((text, tuple(one)) for text, one in zip(some, ids, strict=True))
        return read

    def _embed(self, texts: Iterable[Ids]) -> dict[Ids, "Tensor"]:
        """Return unit vectors, shape (tokens - 2, width), of each text's tokens but the first and the last."""
        vectors: dict[Ids, Tensor] = {}
        of_length: defaultdict[int, list[Ids]] = defaultdict(list)
        for ids in dict.fromkeys(texts):
            if ids in self.remembered:
                vectors[ids] = self.remembered[ids]
            else:
                of_length[len(ids)].append(ids)
        for length, same in of_length.items():
            at_once = max(1, _TOKENS_AT_ONCE // max(1, length))
            for first in range(0, len(same), at_once):
                vectors.update(self._embed_batch(same[first : first + at_once], length))
        return vectors

    def _embed_batch(self, texts: list[Ids], length: int) -> Iterator[tuple[Ids, "Tensor"]]:
        import torch
        from torch.nn.functional import normalize

        if length <= 2:
            yield from ((ids, torch.empty(0, 1)) for ids in texts)
            return
        rows = max(len(texts), -(-_LEAST_TOKENS // length))
        batch = torch.tensor([texts[place % len(texts)] for place in range(rows)])
        with torch.inference_mode():
            states = self.model(batch, torch.ones_like(batch), output_hidden_states=True).hidden_states[self.layer]
            units = normalize(states[:, 1:-1], dim=-1)
        yield from zip(texts, units, strict=False)

    def _recall(self, prediction: "Tensor", reference: "Tensor") -> float:
        if not len(prediction) or not len(reference):
            return 0.0
        found = float((reference @ prediction.T).max(dim=1).values.clamp(min=0).mean())
        if found != found:
            raise PresetError(
                f"BERT model {self.label} gives numbers that are not finite; its weights are damaged: fetch it anew"
            )
        return round(min(found, 1.0), DECIMALS)

    def _remember(self, references: dict[Ids, "Tensor"]) -> None:
        # a copy of each, as the vectors of one text keep those of its whole batch
        self.remembered.update((ids, vectors.clone()) for ids, vectors in references.items())
        held = sum(len(ids) for ids in self.remembered)
        for ids in list(self.remembered):
            if held <= _TOKENS_HELD:
                return
            held -= len(ids)
            del self.remembered[ids]


def load_bert(preset: OpenPreset, replacement: str | None = None) -> BertModel:
    """Return a preset's model, or the one at a path or of a name that replaces it; loaded once per process.

    A replacement with fewer layers than the preset asks for gives its last one; the label says which.

    Raises:
        PresetError: the model is not on this machine.
    """
    return _load(replacement or preset.bert_model, preset.bert_layer, preset.max_tokens)


@lru_cache(maxsize=2)
def _load(name: str, layer: int, max_tokens: int) -> BertModel:
    with quiet_loading():
        from torch.nn import ModuleList
        from transformers import AutoModel, AutoTokenizer

        folder = find_model_folder(name)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = AutoModel.from_pretrained(folder, local_files_only=True, dtype="float32").eval()
        except (OSError, ValueError) as error:
            raise PresetError(f"BERT model {name!r}: its folder cannot be loaded by transformers: {error}") from error
    layer = min(layer, int(model.config.num_hidden_layers))
    if model.config.model_type in _STACKED:
        layers = model.get_submodule("encoder.layer")
        assert isinstance(layers, ModuleList)
        del layers[layer:]
    label = f"{model_id(name)} L{layer} sha256:{digest_weights(folder)[:12]}"
    room = max_tokens if tokenizer.model_max_length > 10**6 else min(max_tokens, tokenizer.model_max_length)
    return BertModel(label, layer, room, model, tokenizer)


def _steps(pairs: Iterable[tuple[Ids, Ids]]) -> Iterator[list[tuple[Ids, Ids]]]:
    """Yield the pairs in order, parted so that the vectors of one part can be held."""
    step: list[tuple[Ids, Ids]] = []
    held: set[Ids] = set()
    n_tokens = 0
    for pair in pairs:
        n_more = sum(len(ids) for ids in set(pair) - held)
        if step and n_tokens + n_more > _TOKENS_HELD:
            yield step
            step, held, n_more, n_tokens = [], set(), sum(len(ids) for ids in set(pair)), 0
        step.append(pair)
        held.update(pair)
        n_tokens += n_more
    if step:
        yield step
