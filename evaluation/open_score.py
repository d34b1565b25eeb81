"""The score of an open answer: mean of BERTScore recall, sentence BLEU and ROUGE-L recall against one reference.

Recall rewards long answers: report the length ratio beside it. An empty answer scores 0 on all three.

Example:
    >>> score = score_open("The left lung is clear.", "The left lung is clear.", preset="ci_offline")
    >>> round(score.bleu, 3), round(score.rouge_l_recall, 3), round(score.mean, 3)
    (1.0, 1.0, 1.0)
    >>> score_open(" ", "The left lung is clear.").mean
    0.0
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from itertools import starmap
from typing import TYPE_CHECKING

from evaluation.choice_rules.text import fold_text, strip_control_text
from evaluation.open_answers.bert import load_bert
from evaluation.open_answers.bert_folder import model_id
from evaluation.open_answers.presets import DEFAULT_PRESET, Bleu, find_preset
from evaluation.open_answers.rouge_l import rouge_l_recalls

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU


@dataclass(frozen=True, slots=True)
class OpenScore:
    """Components of one open answer's score, each 0-1."""

    bert_recall: float
    bleu: float
    rouge_l_recall: float

    @property
    def mean(self) -> float:
        """The open score: mean of the three components, 0-1."""
        return (self.bert_recall + self.bleu + self.rouge_l_recall) / 3


EMPTY = OpenScore(0.0, 0.0, 0.0)


def score_open(prediction: str, reference: str, preset: str = DEFAULT_PRESET, bert_model: str | None = None) -> OpenScore:
    """Return the score of one answer; see `score_open_many`."""
    return score_open_many([prediction], [reference], preset, bert_model)[0]


def score_open_many(
    predictions: Sequence[str], references: Sequence[str], preset: str = DEFAULT_PRESET, bert_model: str | None = None
) -> list[OpenScore]:
    """Return one score per pair; a pair's score does not depend on the others.

    Args:
        predictions: raw answers; reasoning blocks and special tokens are dropped, NFKC, blanks collapsed.
        references: one per prediction, not empty.
        preset: a name in `evaluation.open_answers.presets`.
        bert_model: folder or name of a model that replaces the preset's; `open_protocol` records it.

    Raises:
        PresetError: no such preset, or its model is not on this machine. Not raised where every prediction is empty.
        ValueError: lengths differ, or a reference is empty.
    """
    if len(predictions) != len(references):
        raise ValueError(f"one reference per prediction is needed, got {len(predictions)} and {len(references)}")
    pairs = [(clean_text(got), clean_text(wanted)) for got, wanted in zip(predictions, references, strict=True)]
    empty = [place for place, (_, wanted) in enumerate(pairs) if not wanted]
    if empty:
        raise ValueError(f"reference {empty[0]} is empty ({len(empty)} in all); an open item needs a reference text")
    find_preset(preset)
    answered = list(dict.fromkeys(pair for pair in pairs if pair[0]))
    scores = dict(zip(answered, _score_pairs(answered, preset, bert_model), strict=True)) if answered else {}
    return [scores.get(pair, EMPTY) for pair in pairs]


def clean_text(text: str) -> str:
    """Return NFKC text without reasoning blocks and special tokens, blanks collapsed."""
    return " ".join(strip_control_text(fold_text(text)).split())


def open_protocol(preset: str, bert_model: str | None = None) -> str:
    """Return preset, BERT model with the digest of its weights, and library versions; holds no path."""
    chosen = find_preset(preset)
    libraries = ["transformers", "torch", "rapidfuzz"]
    libraries.append("sacrebleu" if chosen.bleu is Bleu.SACREBLEU else "nltk")
    return "; ".join(
        [
            open_metric(preset, bert_model),
            load_bert(chosen, bert_model).label,
            *(f"{name} {version(name)}" for name in libraries),
        ]
    )


def open_metric(preset: str, bert_model: str | None = None) -> str:
    """Return the name under which scores are kept: the preset's, and in brackets the model that replaced its own."""
    return preset if bert_model is None else f"{preset}[{model_id(bert_model)}]"


def _score_pairs(pairs: Sequence[tuple[str, str]], preset: str, bert_model: str | None) -> list[OpenScore]:
    """Return the score of each pair of cleaned texts, neither of them empty."""
    chosen = find_preset(preset)
    bert = load_bert(chosen, bert_model).recalls(pairs)
    bleu = starmap(_sacrebleu if chosen.bleu is Bleu.SACREBLEU else _nltk_bleu, pairs)
    return [
        OpenScore(recall, min(max(found, 0.0), 1.0), rouge)
        for recall, found, rouge in zip(bert, bleu, rouge_l_recalls(pairs), strict=True)
    ]


def _sacrebleu(prediction: str, reference: str) -> float:
    return _sacrebleu_metric().sentence_score(prediction, [reference]).score / 100


def _nltk_bleu(prediction: str, reference: str) -> float:
    from nltk.translate.bleu_score import sentence_bleu

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # "0 counts of 4-gram overlaps": a zero is what unsmoothed BLEU means
        return float(sentence_bleu([reference.lower().split()], prediction.lower().split()))  # pyright: ignore[reportArgumentType]


@lru_cache(maxsize=1)
def _sacrebleu_metric() -> "BLEU":
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(lowercase=True, tokenize="13a", smooth_method="exp", effective_order=True)
