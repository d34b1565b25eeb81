"""Reads what LLaVA-Med tells beside its conversations: captions and mentions of the figures, and where they may be fetched.

Captions and the sentences of the article that mention a figure become sections of the article's report ("caption Figure 2",
"mention Figure 2"). The addresses are counted, never fetched.

Example:
    >>> make_sections({"pair_id": "99000000_F1", "fig_label": "Figure 1", "fig_caption": "A film."})
    (ReportSection(name='caption Figure 1', text='A film.'),)
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from pipelines.source_records import ReportSection
from pipelines.sources.llava_med.figures import Figure, stem_of
from pipelines.sources.llava_med.turns import is_damaged


def read_captions(path: Path, figures: Collection[Figure]) -> tuple[dict[str, tuple[ReportSection, ...]], Counter[str]]:
    """Return the sections of each study whose figures are given, ordered by figure, and what is to be remarked.

    A file that cannot be read is a remark: captions are an addition, and the questions stand without them.
    """
    remarks: Counter[str] = Counter()
    try:
        value = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        remarks[f"{path.name} cannot be read ({type(error).__name__}): no captions; download it again"] += 1
        return {}, remarks
    by_stem = {stem_of(figure.key): figure for figure in figures}
    told: dict[str, tuple[ReportSection, ...]] = {}
    for entry in _list_entries(value):
        pair_id = entry.get("pair_id") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(pair_id, str):
            remarks[f"entries of {path.name} that are no objects with a pair_id"] += 1
        elif (stem := stem_of(pair_id)) in by_stem and stem not in told:
            told[stem] = make_sections(entry)
    remarks["figures that are used and have no caption"] += sum(not told.get(stem) for stem in by_stem)
    sections: dict[str, tuple[ReportSection, ...]] = {}
    for stem in sorted(told):
        study = by_stem[stem].study_id
        sections[study] = _append(sections.get(study, ()), told[stem], stem)
    return sections, +remarks


def make_sections(entry: Mapping[str, object]) -> tuple[ReportSection, ...]:
    """Return the sections of one figure's entry; texts that are empty, damaged or no texts are left out."""
    label = next((text for key in ("fig_label", "fig_id", "pair_id") for text in _texts(entry.get(key))), "")
    sections = [ReportSection(f"caption {label}", text) for text in _texts(entry.get("fig_caption"))]
    mentions = "\n".join(_texts(entry.get("in_text_mention")))
    return (*sections, *([ReportSection(f"mention {label}", mentions)] if mentions else []))


def remark_urls(path: Path, stems_on_disk: Collection[str]) -> Counter[str]:
    """Return how many lines of the list of addresses name a figure that is not on disk, and how many are damaged."""
    remarks: Counter[str] = Counter()
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as lines:
            for line in lines:
                if line.strip():
                    remarks[_judge_url(path.name, line, stems_on_disk)] += 1
    except OSError as error:
        remarks[f"{path.name} cannot be opened ({error.strerror})"] += 1
    del remarks[""]
    return remarks


def _judge_url(name: str, line: str, stems_on_disk: Collection[str]) -> str:
    try:
        entry = json.loads(line)
        pair_id = entry["pair_id"]
        is_there = stem_of(pair_id) in stems_on_disk
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return f"lines of {name} without a pair_id that can be read"
    return "" if is_there else f"lines of {name} whose figure is not on disk: it is not fetched"


def _list_entries(value: object) -> Iterator[object]:
    """Yield the entries of a file: lists by domain as released, or one list; what is no list counts as one entry."""
    lists = value.values() if isinstance(value, dict) else [value]
    for entries in lists:
        yield from entries if isinstance(entries, list) else [entries]


def _texts(value: object) -> list[str]:
    """Return the texts of a value: itself, of a list all, of an object its `tokens`."""
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    if isinstance(value, dict):
        return _texts(value.get("tokens"))
    text = value.strip() if isinstance(value, str) else ""
    return [text] if text and not is_damaged(text) else []


def _append(before: tuple[ReportSection, ...], more: tuple[ReportSection, ...], stem: str) -> tuple[ReportSection, ...]:
    """Return all sections; where two figures bear one label the later one's id is added to its name."""
    taken = {section.name for section in before}
    return (*before, *(ReportSection(f"{s.name} ({stem})", s.text) if s.name in taken else s for s in more))
