"""Whether a run may go on with a file of answers: it must hold this model's answers to these prompts, and nothing else.

A predictions file is scored as one model's, so the answers of two in it would be taken for contradictions.

Example:
    >>> refuse_strange_file(Path("not_there_yet.jsonl"))
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from evaluation.benchmark import BenchmarkItem
from evaluation.runs.answers_file import AnswersError, KeptAnswer
from evaluation.runs.run import RunPlan
from pipelines.score_records import ModelCard

_START = b'{"key": "answer-'  # of every line that a run writes
_ADVICE = "choose a path that is not there yet"


def refuse_strange_file(path: Path) -> None:
    """Raise AnswersError where a path holds anything but answers of a run; it is not changed.

    Looked at before the file is opened for appending, which takes away a last line that was cut off: another file's only line
    may look like one.
    """
    if path.is_dir():
        raise AnswersError(f"--out {path}: is a folder; give the path of a file in it")
    if not path.exists():
        return
    with path.open("rb") as stream:
        start = stream.read(len(_START))
    if not _START.startswith(start[: len(_START)]):
        raise AnswersError(f"--out {path}: is there and holds no answers of a run; {_ADVICE}")


def refuse_other_answers(
    path: Path, kept: Iterable[KeptAnswer], card: ModelCard, items: Sequence[BenchmarkItem], plan: RunPlan
) -> None:
    """Raise AnswersError where a file holds answers of another model, to other records, or to other prompts.

    Args:
        path: of the file.
        kept: its answers.
        card: of the model that is to go on with it.
        items: of the whole benchmark.
        plan: all that the model would be shown of it.
    """
    answers = list(kept)
    others = [one for one in answers if (one.model, one.decoding) != (card.digest, card.decoding)]
    if others:
        raise AnswersError(
            f"--out {path}: {len(others):,} of its {len(answers):,} answers are of another model, prompt or decoding (digest "
            f"{others[0].model[:12]}, {others[0].decoding}) than {card.label} (digest {card.digest[:12]}, {card.decoding}); "
            f"{_ADVICE}, or run the model that began it"
        )
    keys = {item.key for item in items}
    strangers = [one for one in answers if one.id not in keys]
    if strangers:
        raise AnswersError(
            f"--out {path}: {len(strangers):,} of its {len(answers):,} answers are to records that the benchmark lacks, as "
            f"{strangers[0].id!r}; {_ADVICE}, or give the benchmark that it was begun with"
        )
    prompts = {one.prompt.key for one in plan.asked}
    shown = {(one.posed.item.key, str(one.posed.condition), one.posed.variant) for one in plan.asked}
    changed = [one for one in answers if one.key not in prompts and (one.id, one.condition, one.variant) in shown]
    if changed:
        raise AnswersError(
            f"--out {path}: {len(changed):,} of its {len(answers):,} answers are to other prompts of the same records, such as "
            f"{changed[0].id!r}, {changed[0].condition}: questions, options, images or the seed were others then; {_ADVICE}"
        )
