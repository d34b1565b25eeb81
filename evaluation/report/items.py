"""What the page's item browser holds: questions with their images, and every model's answer to each, as JSON.

What an item adds to the page: 2.3 kB of text in the synthetic cohort, with the answers of four baselines and of one model asked
in six ways, and an image once, however many items show it: 3.7 kB there, 6.4 kB for one of VQA-RAD (mean of 63). So 200 items
with two images of their own each make a page some 3 MB larger.

Example:
    >>> from pathlib import Path
    >>> build_browser(Findings(), ImageFolder(Path()), most=10, may_show=lambda item: True).n_items
    0
"""

import hashlib
import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.benchmark import BenchmarkItem
from evaluation.figures.drawing import write_data_url
from evaluation.models.spec import ModelKind
from evaluation.report.findings import Findings
from evaluation.report.outputs import divide_output
from evaluation.runs.images import ImageFolder
from evaluation.scores.scorecard import JudgedAnswer
from evaluation.titles import order_benchmarks
from pipelines.rendering.decode import load
from pipelines.rendering.problem import ImageProblem
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType

_LONGEST_SIDE = 256  # px
_QUALITY = 72


@dataclass(frozen=True)
class Browser:
    """The browser's data, ready to be written as JSON, and what was left out of it."""

    items: tuple[dict[str, Any], ...]
    images: dict[str, str]  # data URLs by number
    n_items: int
    n_withheld: int  # may not be shown to the export's audience


def build_browser(findings: Findings, images: ImageFolder, *, most: int, may_show: Callable[[BenchmarkItem], bool]) -> Browser:
    """Return at most `most` items of each benchmark, drawn by the hash of their keys, with every answer to them.

    Args:
        findings: benchmarks and judged answers.
        images: where the images of items lie; one that is not there is left out.
        most: of each benchmark.
        may_show: whether the terms of an item's sources, and of its images', allow the page's audience to see it.
    """
    pictures = _Pictures(images)
    answers: dict[tuple[str, str], list[JudgedAnswer]] = {}
    for answer in findings.answers:
        if answer.condition is not Condition.CORRUPTED:
            answers.setdefault((answer.benchmark, answer.record_key), []).append(answer)
    rules = {card.model for card in findings.cards if card.kind == ModelKind.BASELINE}
    shown: list[dict[str, Any]] = []
    n_withheld = 0
    for name in order_benchmarks(findings.benchmarks):
        items = findings.benchmarks[name]
        allowed = [item for item in items if may_show(images.claim(item))]
        n_withheld += len(items) - len(allowed)
        is_part = len(allowed) < len(items)
        drawn = sorted(allowed, key=lambda item: hashlib.sha256(item.key.encode("utf-8", "surrogatepass")).digest())[:most]
        for item in sorted(drawn, key=lambda item: item.position):
            told = [one for one in answers.get((name, item.key), []) if not (is_part and _is_of_another_item(one, rules))]
            shown.append(_describe(name, item, told, pictures))
    return Browser(tuple(shown), pictures.urls, len(shown), n_withheld)


def _is_of_another_item(answer: JudgedAnswer, rules: Collection[str]) -> bool:
    """Whether an answer tells of another item's images or is its reference: that item may be one that is withheld."""
    return answer.condition is Condition.SHUFFLED_IMAGES or (answer.answer_type is AnswerType.OPEN and answer.model in rules)


class _Pictures:
    """Small copies of images, each once."""

    def __init__(self, images: ImageFolder) -> None:
        self._images = images
        self._numbers: dict[str, int] = {}
        self.urls: dict[str, str] = {}

    def number(self, name: str) -> int | None:
        """Return the number under which an image is kept; None where it cannot be shown."""
        if name not in self._numbers:
            url = self._shrink(name)
            if url is None:
                return None
            self._numbers[name] = len(self._numbers)
            self.urls[str(self._numbers[name])] = url
        return self._numbers[name]

    def _shrink(self, name: str) -> str | None:
        found = self._images.find(name)
        if found is None:
            return None
        try:
            image = load(found.path.read_bytes())
            small = image.convert("L" if image.mode in ("L", "1", "I;16") else "RGB")
        except (OSError, ImageProblem, ValueError):
            return None
        small.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        sink = io.BytesIO()
        small.save(sink, "WEBP", quality=_QUALITY, method=4)
        return write_data_url(sink.getvalue(), "image/webp")


def _describe(benchmark: str, item: BenchmarkItem, answers: Sequence[JudgedAnswer], pictures: _Pictures) -> dict[str, Any]:
    return {
        "benchmark": benchmark,
        "key": item.key,
        "unit": item.unit,
        "type": str(item.answer_type),
        "question": item.question,
        "options": list(item.options.items()),  # a JSON object would sort letters that are digits
        "letter": item.letter,
        "answer": item.answer,
        "images": [{"name": name, "number": pictures.number(name)} for name in item.images],
        "answers": [_describe_answer(answer) for answer in answers],
    }


def _describe_answer(answer: JudgedAnswer) -> dict[str, Any]:
    parts = (answer.bert_recall, answer.bleu, answer.rouge_l_recall)
    return {
        "model": answer.model,
        "condition": str(answer.condition),
        "variant": answer.variant,
        "output": divide_output(answer.output or "", answer.span, answer.rule),
        "letter": answer.letter,
        "meant": answer.meant,
        "rule": answer.rule,
        "span": answer.span,
        "correct": answer.is_correct_as_published,
        "corrected": answer.is_correct_corrected,
        "exclusion": answer.exclusion,
        "parts": None if None in parts else [round(100 * (part or 0), 1) for part in parts],
    }
