"""Answers of rules and of files made elsewhere, written in the form of a run, so that every file is read alike.

Example:
    >>> from evaluation.models.spec import parse_spec
    >>> write_given_answers(parse_spec("p", "baseline:chance"), "b", [], Path("p.jsonl"), seed=1)
    Traceback (most recent call last):
    evaluation.baselines.rules.BaselineError: chance is an expectation and answers nothing; `baselines` prints it
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from evaluation.answer_files.find import FoundAnswers, find_answers
from evaluation.baselines.rules import CHANCE, Baseline, BaselineError, predict_baseline
from evaluation.benchmark import BenchmarkItem
from evaluation.models.given import describe_given
from evaluation.models.spec import ModelKind, ModelSpec
from evaluation.runs.answers_file import AnswersError, KeptAnswer
from pipelines.calls.private_file import write_private
from pipelines.keys import digest, mint_id
from pipelines.score_records import ModelCard, Prediction


def write_given_answers(
    spec: ModelSpec, benchmark: str, items: Sequence[BenchmarkItem], path: Path, seed: int, limit: int | None = None
) -> tuple[ModelCard, tuple[Prediction, ...], str]:
    """Write a rule's or a file's answers, atomically; return card, answers, and what is to be said of them.

    A rule learns from the whole benchmark whatever the limit.

    Raises:
        BaselineError: the rule has nothing to learn from, or is chance.
        PredictionError: of a file.
        AnswersError: the path holds other answers, which are not replaced.
    """
    card = describe_given(spec, seed)
    found = _find(spec, benchmark, items, seed)
    if not found.predictions:
        raise BaselineError(f"{spec.argument}: the benchmark has no question that it answers; nothing is written")
    items_by_key = {item.key: item for item in items}
    chosen = tuple(row for row in found.predictions if limit is None or items_by_key[row.record_key].position < limit)
    lines = [json.dumps(asdict(_keep(row, items_by_key[row.record_key], card))) for row in chosen]
    _write("".join(f"{line}\n" for line in lines).encode("ascii"), path, card)
    unknown = f"warning: {len(found.unknown):,} id(s) are not in the benchmark: {', '.join(found.unknown[:5])}"
    return card, chosen, unknown if found.unknown else ""


def _find(spec: ModelSpec, benchmark: str, items: Sequence[BenchmarkItem], seed: int) -> FoundAnswers:
    if spec.kind is ModelKind.FILE:
        return find_answers(spec.name, [Path(spec.argument)], {benchmark: items})
    if spec.argument == CHANCE:
        raise BaselineError("chance is an expectation and answers nothing; `baselines` prints it")
    outputs = predict_baseline(Baseline(spec.argument), items, seed)
    return FoundAnswers(tuple(Prediction(spec.name, benchmark, key, output) for key, output in outputs.items()), ())


def _keep(row: Prediction, item: BenchmarkItem, card: ModelCard) -> KeptAnswer:
    prompt = digest([item.question, dict(item.options)])
    return KeptAnswer(
        key=mint_id("answer", card.digest, item.key, str(row.condition), row.variant, prompt),
        id=item.key,
        index=item.position,
        condition=str(row.condition),
        variant=row.variant,
        output=row.output,
        finish=str(row.finish),
        n_output_tokens=None,
        model=card.digest,
        decoding=card.decoding,
        prompt=prompt,
    )


def _write(content: bytes, path: Path, card: ModelCard) -> None:
    """A rule answers again in a moment, what is there may have taken a week: only its own beginning is replaced."""
    there = path.read_bytes() if path.exists() else b""
    if not content.startswith(there[: there.rfind(b"\n") + 1]):
        raise AnswersError(f"--out {path}: is there and holds other answers than {card.label} gives; choose another path")
    if not there.startswith(content):
        write_private(path, content)
