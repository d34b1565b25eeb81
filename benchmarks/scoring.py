"""Scoring at the size of the paper's benchmark: 4,190 outputs, and the three costly parts by themselves.

Each part's values are compared with those of the way it is measured against before anything is measured.

Example:
    >>> sorted(build_benchmarks.__annotations__)
    ['return', 'scratch']
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np

from benchmarks.benchmark_run import SUBSETS, BenchmarkRun, write_run
from benchmarks.rounds import Arms
from evaluation import open_score
from evaluation.intervals import CONFIDENCE, DRAWS, Interval, cluster_bootstrap
from evaluation.open_answers.bert import BertModel, load_bert
from evaluation.open_answers.presets import DEFAULT_PRESET, find_preset
from evaluation.open_answers.rouge_l import rouge_l_recalls, split_words
from evaluation.open_score import clean_text
from evaluation.scores.scoring import score_benchmark
from pipelines.vocabulary import AnswerType

if TYPE_CHECKING:
    from torch import Tensor

SEED = 20250519
_CLOSE = 1e-5  # of BERT recalls, which are of single precision
_BERT_SUBSETS = ("comparison",)  # pair by pair is slow
Pairs = Sequence[tuple[str, str]]


def build_benchmarks(scratch: Path) -> Mapping[str, Arms]:
    """Return the arms by benchmark name; nothing is written."""
    run = write_run(SEED)
    pairs, rows = clean_pairs(run, SUBSETS), write_rows(clean_pairs(run, _BERT_SUBSETS))
    columns = list(write_columns(run))
    model = cache(lambda: load_bert(find_preset(DEFAULT_PRESET)))
    embed_all = cache(lambda: prepare_embedding(model(), rows))
    return {
        "score_benchmark": Arms(ours=lambda: score_run(run), prepare=lambda: _check_run(run)),
        "rouge_l": Arms(
            ours=lambda: rouge_l_recalls(pairs),
            baseline=lambda: ask_rouge_score(pairs),
            floor=lambda: [split_words(text) for pair in pairs for text in pair],
            prepare=lambda: _compare(rouge_l_recalls(pairs), ask_rouge_score(pairs), 0.0),
        ),
        "bert_recall": Arms(
            ours=lambda: recall_afresh(model(), rows),
            baseline=lambda: ask_torchmetrics(model(), rows),
            floor=lambda: embed_all()(),
            prepare=lambda: _compare(recall_afresh(model(), rows), ask_torchmetrics(model(), rows), _CLOSE),
            max_rounds=2,
        ),
        "cluster_bootstrap_12_columns": Arms(
            ours=lambda: bootstrap(columns),
            baseline=lambda: bootstrap_plainly(columns),
            prepare=lambda: _compare(bootstrap(columns), bootstrap_plainly(columns), 1e-12),
            max_rounds=3,
        ),
    }


def clean_pairs(run: BenchmarkRun, subsets: Iterable[str]) -> Pairs:
    """Return the open answers of some subsets that are not empty, each with its reference."""
    items = [item for name in subsets for item in run.of_subset(name) if item.answer_type is AnswerType.OPEN]
    pairs = [(clean_text(run.outputs[item.key]), clean_text(item.answer)) for item in items]
    return [pair for pair in pairs if pair[0]]


def score_run(run: BenchmarkRun) -> dict[str, int]:
    """Score every subset as a run does, BERT apart; return how many items each row has, by subset and view."""
    n_of: dict[str, int] = {}
    with patch.object(open_score, "load_bert", lambda *_: _WithoutBert()):
        for name in SUBSETS:
            items = run.of_subset(name)
            outputs = {item.key: run.outputs[item.key] for item in items}
            report = score_benchmark(items, outputs, model="benchmark", benchmark=name, preset=DEFAULT_PRESET, seed=SEED)
            n_of |= {f"{name} {score.answer_type} {score.view}": score.n for score in report.scores}
    return n_of


class _WithoutBert:
    label = "none"

    def recalls(self, pairs: Pairs) -> list[float]:
        return [0.0] * len(pairs)


def ask_rouge_score(pairs: Pairs) -> list[float]:
    """Return the recall of rouge-score, pair by pair."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    return [float(scorer.score(reference, prediction)["rougeL"].recall) for prediction, reference in pairs]


def write_rows(pairs: Pairs) -> list[Pairs]:
    """Return what a score table asks for at least: a model's answers, and each item answered with the next one's reference."""
    references = [reference for _, reference in pairs]
    return [pairs, list(zip(references[1:] + references[:1], references, strict=True))]


def recall_afresh(model: BertModel, rows: Sequence[Pairs]) -> list[float]:
    """Return the recalls of row after row; of the first one no reference is known yet."""
    model.remembered.clear()
    return [recall for pairs in rows for recall in model.recalls(pairs)]


def ask_torchmetrics(model: BertModel, rows: Sequence[Pairs]) -> list[float]:
    """Return the recall of torchmetrics, pair by pair: given more than one, version 1.9.0 mixes them up."""
    with warnings.catch_warnings(action="ignore"):
        from torchmetrics.functional.text.bert import bert_score

        made = {"model": model.model, "user_tokenizer": model.tokenizer, "num_layers": model.layer, "truncation": True}
        found = [bert_score([got], [wanted], **made)["recall"] for pairs in rows for got, wanted in pairs]
        return [float(recall) for recall in found]  # pyright: ignore[reportArgumentType]


def prepare_embedding(model: BertModel, rows: Sequence[Pairs]) -> Callable[[], None]:
    """Return the floor: the model's own work on every text once, in batches of one length, already tokenized."""
    import torch

    texts = list(dict.fromkeys(text for pairs in rows for pair in pairs for text in pair))
    ids = sorted(model.tokenizer(texts, truncation=True, max_length=model.max_tokens)["input_ids"], key=len)
    batches: list[Tensor] = [torch.tensor(list(same)) for _, same in groupby(ids, key=len)]

    def embed() -> None:
        with torch.inference_mode():
            for batch in batches:
                model.model(batch, torch.ones_like(batch))

    return embed


def write_columns(run: BenchmarkRun) -> Iterator[tuple[list[float], list[str]]]:
    """Yield values and units of the twelve columns: closed and open items of each subset."""
    generator = np.random.default_rng(SEED)
    for name in SUBSETS:
        for answer_type in AnswerType:
            items = [item for item in run.of_subset(name) if item.answer_type is answer_type]
            values = generator.integers(0, 2, len(items)) if answer_type is AnswerType.CLOSED else generator.random(len(items))
            yield values.astype(float).tolist(), [item.unit for item in items]


def bootstrap(columns: Sequence[tuple[list[float], list[str]]]) -> list[float]:
    """Return the bounds of every column's interval."""
    found = [cluster_bootstrap(values, units, seed=SEED, draws=DRAWS).interval for values, units in columns]
    return [bound for interval in found if interval for bound in (interval.low, interval.high)]


def bootstrap_plainly(columns: Sequence[tuple[list[float], list[str]]]) -> list[float]:
    """Return the same from equal draws, each one put together from its units' values."""
    return [bound for values, units in columns for bound in _bounds(np.array(values), np.array(units))]


def _bounds(values: np.ndarray, units: np.ndarray) -> tuple[float, float]:
    names = np.unique(units)
    of_unit = [values[units == name] for name in names]
    generator = np.random.default_rng(SEED)
    shares = np.full(len(names), 1 / len(names))
    means = []
    for _ in range(DRAWS):
        taken = np.repeat(np.arange(len(names)), generator.multinomial(len(names), shares))
        means.append(np.concatenate([of_unit[place] for place in taken]).mean())
    interval = Interval(*np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]).tolist())
    return interval.low, interval.high


def _check_run(run: BenchmarkRun) -> None:
    n_of = score_run(run)
    for name, (n_closed, n_open, _) in SUBSETS.items():
        found = (n_of[f"{name} closed as_published"], n_of[f"{name} open as_published"])
        if found != (n_closed, n_open):
            raise RuntimeError(f"{name}: {found} items were scored, expected {(n_closed, n_open)}")


def _compare(ours: Sequence[float], theirs: Sequence[float], close: float) -> None:
    furthest = max(abs(one - other) for one, other in zip(ours, theirs, strict=True))
    if not furthest <= close:
        raise RuntimeError(
            f"our values are up to {furthest} from those compared with, allowed are {close}; no speed makes up for it"
        )
