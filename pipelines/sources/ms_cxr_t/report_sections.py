r"""Splits a radiology report of MIMIC-CXR into its headed sections and chooses the one that sums it up.

The format is that of physionet.org/content/mimic-cxr: a centred `FINAL REPORT` line, lines that begin with one space,
`HEADER:` in capitals at the beginning of a line, `___` for what was redacted, addenda and wet reads set apart by a line of
underscores. Every word of a report that belongs to no header is in exactly one section.

Example:
    >>> split_report("      FINAL REPORT\n INDICATION:  Cough.\n \n CONCLUSION: \n \n No pneumonia.\n")
    (ReportSection(name='indication', text='Cough.'), ReportSection(name='impression', text='No pneumonia.'))
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipelines.source_records import ReportSection
from pipelines.sources.ms_cxr_t.report_headers import ADDENDUM, COMBINED, FINDINGS, IMPRESSION, Header, find_header

PREAMBLE = "preamble"  # what stands before the first header
LAST_PARAGRAPH = "last_paragraph"  # of a report with neither findings nor impression: what follows the last header's own words
# What sums a report up, the best first; of several sections of one name the last is the most final.
_SUMMARIES = ((IMPRESSION, COMBINED), (FINDINGS,), (LAST_PARAGRAPH,), ("comparison",))

_TITLE = re.compile(r"\s*FINAL\s+REPORT\s*:?\s*", re.IGNORECASE)
_RULE = re.compile(r"\s*_{8,}\s*")  # redactions have three
_ITEM = re.compile(r"(\d{1,2}[.)]|[-*•])\s")  # the beginning of a listed item: it keeps a line of its own
_WORD = re.compile(r"[^\W_]")
_SENTENCE_ENDS = (".", "?", "!")
# Under these, an unknown header is a subheading ("LUNGS:"), not the end of the section.
_WHOLE = frozenset({FINDINGS, IMPRESSION, COMBINED})


@dataclass
class _Section:
    name: str
    paragraphs: list[list[str]] = field(default_factory=lambda: [[]])

    def add_line(self, line: str) -> None:
        if line:
            self.paragraphs[-1].append(line)
        else:
            self.add_break()

    def add_break(self) -> None:
        if self.paragraphs[-1]:
            self.paragraphs.append([])

    def filled(self) -> list[list[str]]:
        return [paragraph for paragraph in self.paragraphs if paragraph]


def split_report(text: str) -> tuple[ReportSection, ...]:
    """Return a report's sections in its order; empty ones are left out, so that an empty report has none.

    Names are those of `report_headers.KNOWN`, the header itself in snake case where it is not known there, `preamble` or
    `last_paragraph`. Lines of one paragraph are joined, listed items and paragraphs stand on lines of their own.
    """
    sections = _split_last(_collect(text.replace("\ufeff", "").splitlines()))
    joined = [ReportSection(section.name, _join(section.filled())) for section in sections]
    return tuple(section for section in joined if section.text)


def choose_summary(sections: Sequence[ReportSection]) -> ReportSection | None:
    """Return the last impression, else findings, else last paragraph, else comparison, of those with a word; else None."""
    for names in _SUMMARIES:
        for section in reversed(sections):
            if section.name in names and has_word(section):
                return section
    return None


def has_word(section: ReportSection) -> bool:
    """Return whether a section tells anything: `___`, a redaction, is no word."""
    return _WORD.search(section.text) is not None


def _collect(lines: Iterable[str]) -> list[_Section]:
    sections = [_Section(PREAMBLE)]
    begins_paragraph = True
    for line in lines:
        if _TITLE.fullmatch(line):
            sections.append(_Section(PREAMBLE))
            begins_paragraph = True
        elif _RULE.fullmatch(line):
            sections.append(_Section(ADDENDUM))  # unless `FINAL REPORT` or another header follows
            begins_paragraph = True
        else:
            header = find_header(line, begins_paragraph=begins_paragraph)
            if header is not None and _opens_section(header, sections[-1]):
                sections.append(_Section(header.name))
                line = header.rest
            sections[-1].add_line(line.strip())
            begins_paragraph = not line.strip() or line.rstrip().endswith(_SENTENCE_ENDS)
    return sections


def _opens_section(header: Header, current: _Section) -> bool:
    return header.is_known or current.name not in _WHOLE


def _split_last(sections: list[_Section]) -> list[_Section]:
    """Where there is neither findings nor impression, set apart what follows the first paragraph of the last section."""
    filled = [section for section in sections if section.filled()]
    if not filled or any(section.name in _WHOLE for section in filled):
        return filled
    last, paragraphs = filled[-1], filled[-1].filled()
    if len(paragraphs) > 1:
        return [*filled[:-1], _Section(last.name, paragraphs[:1]), _Section(LAST_PARAGRAPH, paragraphs[1:])]
    return [*filled[:-1], _Section(LAST_PARAGRAPH, paragraphs)] if last.name == PREAMBLE else filled


def _join(paragraphs: Iterable[Sequence[str]]) -> str:
    return "\n".join(_join_lines(paragraph) for paragraph in paragraphs)


def _join_lines(lines: Sequence[str]) -> str:
    text = ""
    for line in lines:
        text += ("\n" if _ITEM.match(line) else " ") + line if text else line
    return text
