"""Chooses which images of a source are shown side by side, and what is written below each.

A strip is what a reader compares: one breast and view over the visits, one brain over visits and sequences, the films of one
chest, the two eyes of one person.

Example:
    >>> choose_strips(Source.ODIR, Tables((), (), (), ()), 3)
    []
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pipelines.records import RenderedImage
from pipelines.source_records import Label, SourceQuestion, Study
from pipelines.vocabulary import ImageType, LabelTarget, Source
from pipelines.vocabulary import Sequence as Contrast

MAX_CELLS = 8


@dataclass(frozen=True)
class Tables:
    """What was read and rendered of one source."""

    studies: Sequence[Study]
    labels: Sequence[Label]
    questions: Sequence[SourceQuestion]
    images: Sequence[RenderedImage]


@dataclass(frozen=True)
class Cell:
    """One image and the lines below it."""

    image: RenderedImage
    lines: tuple[str, ...]


Strip = tuple[Cell, ...]


def choose_strips(source: Source, tables: Tables, count: int) -> list[Strip]:
    """Return up to `count` strips: those whose captions differ most come first, for they show the most."""
    series: defaultdict[tuple[object, ...], list[RenderedImage]] = defaultdict(list)
    for image in tables.images:
        key = _SERIES_OF[source](image)
        if key is not None:
            series[key].append(image)
    order = {study.study_id: study.visit or 0 for study in tables.studies}
    captions = _Captions(tables)
    strips = [
        tuple(Cell(image, captions.tell(image)) for image in _thin(sorted(images, key=lambda one: _place(one, order))))
        for images in series.values()
    ]
    strips.sort(key=lambda strip: (-len({cell.lines[1:] for cell in strip}), -len(strip), strip[0].image.image_id))
    return _one_per_subject(strips, count)


def _thin(images: Sequence[RenderedImage]) -> list[RenderedImage]:
    """Return what fits into a row: of brain scans every sequence of the first visit, then CT1 alone, which shows the tumour."""
    first = images[0].study_id
    kept = [image for image in images if image.sequence in (None, Contrast.CT1) or image.study_id == first]
    return kept[:MAX_CELLS]


def _one_per_subject(strips: Sequence[Strip], count: int) -> list[Strip]:
    chosen: dict[str, Strip] = {}
    for strip in strips:
        chosen.setdefault(strip[0].image.subject_id, strip)
    return list(chosen.values())[:count]


def _place(image: RenderedImage, order: Mapping[str, int]) -> tuple[object, ...]:
    contrast = list(Contrast).index(image.sequence) if image.sequence else 0
    return order.get(image.study_id, 0), image.study_id, image.laterality or "", contrast, image.image_id


def _breast_and_view(image: RenderedImage) -> tuple[object, ...] | None:
    is_whole = image.image_type is ImageType.FULL_FIELD_2D and image.view and image.laterality
    return (image.subject_id, image.laterality, image.view) if is_whole else None


def _slice(image: RenderedImage) -> tuple[object, ...]:
    return image.subject_id, image.slice_index


def _subject(image: RenderedImage) -> tuple[object, ...]:
    return (image.subject_id,)


_SERIES_OF: Mapping[Source, Callable[[RenderedImage], tuple[object, ...] | None]] = MappingProxyType(
    {
        Source.EMBED: _breast_and_view,
        Source.LUMIERE: _slice,
        Source.MS_CXR_T: _subject,
        Source.ODIR: _subject,
        Source.VQA_RAD: _subject,
        Source.LLAVA_MED: _subject,
    }
)
# What is written below an image, of all that is known: the labels that a picture must bear out.
_SHOWN_CODES = ("birads", "rano", "resection", "keyword", "modality")


class _Captions:
    """Finds the labels and questions of an image by whatever they are about: the image, its side, its study, a pair."""

    def __init__(self, tables: Tables) -> None:
        self._visit = {study.study_id: study.visit for study in tables.studies}
        self._labels: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for label in tables.labels:
            self._labels[_about(label)].append(_tell(label))
        self._questions = {question.image_path: question for question in reversed(tables.questions)}

    def tell(self, image: RenderedImage) -> tuple[str, ...]:
        visit = self._visit.get(image.study_id)
        what = [f"visit {visit}" if visit else "", image.laterality, image.view, image.sequence, image.modality]
        keys: list[tuple[str, ...]] = [(image.source_image_id,), (image.study_id,)]
        if image.laterality:
            keys.append((image.study_id, image.laterality))
        lines = [line for key in keys for line in self._labels.get(key, []) if line]
        question = self._questions.get(image.source_path)
        if question is not None:
            lines = [question.question, question.answer]
        return (" ".join(str(part) for part in what if part), *dict.fromkeys(lines))


def _about(label: Label) -> tuple[str, ...]:
    """Return whose caption a label belongs to; what is said of a pair is written below its later image."""
    if label.target in (LabelTarget.IMAGE, LabelTarget.PAIR):
        return label.target_ids[-1:]
    if label.target in (LabelTarget.BREAST, LabelTarget.EYE):
        return (label.study_id or "", *label.target_ids)
    return (label.study_id or "",)


def _tell(label: Label) -> str:
    if label.target is LabelTarget.PAIR:
        return f"{label.code.removesuffix('_progression').replace('_', ' ')}: {label.value}"
    return f"{label.code.replace('_', ' ')}: {label.value}" if label.code in _SHOWN_CODES else ""
