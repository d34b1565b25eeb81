"""Writes reports for the synthetic films in the genuine form, from the same truth as the films; every sentence is invented.

The form of physionet.org/content/mimic-cxr: 33 spaces and `FINAL REPORT`, then lines that begin with one space, `___` for what
was redacted, addenda and wet reads set apart by a line of underscores.

Example:
    >>> from pipelines.cohort.ms_cxr_t.course import draw_subject
    >>> subject = draw_subject(1, 0)
    >>> write_report(subject, 0, Style.PLAIN).decode().splitlines()[0]
    '                                 FINAL REPORT'
"""

import random
import textwrap
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from pipelines.cohort.ms_cxr_t.course import FilmTruth, SubjectTruth, progression
from pipelines.vocabulary import View

_TITLE = " " * 33 + "FINAL REPORT\n"
_RULE = " " + "_" * 78 + "\n"


class Style(StrEnum):
    """How a report is written; the cohort uses each in turn."""

    PLAIN = "plain"
    IMPRESSION_ALONE = "impression_alone"
    ADDENDUM = "addendum"
    CONCLUSION = "conclusion"  # other words for the same headers, lower case in the text
    NO_HEADERS = "no_headers"  # a comparison and a paragraph
    WET_READ = "wet_read"
    COMBINED = "combined"
    TYPO = "typo"
    OLD_BYTES = "old_bytes"  # not UTF-8
    TWO_FINDINGS = "two_findings"


_GRADES = ("no", "small", "moderate", "large")
_DEGREES = ("no", "mild", "moderate", "severe")
_WORDS: Mapping[str, tuple[str, tuple[str, str, str, str]]] = MappingProxyType(
    {
        "pleural_effusion": ("pleural effusion", _GRADES),
        "consolidation": ("upper lobe consolidation", ("no", "focal", "partial", "complete")),
        "edema": ("pulmonary edema", _DEGREES),
        "pneumonia": ("pneumonia", ("no", "limited patchy", "patchy", "widespread patchy")),
        "pneumothorax": ("pneumothorax", _GRADES),
    }
)
_CHANGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "improving": ("{Finding} has decreased.", "There is less {finding} than before.", "Interval improvement of {finding}."),
        "stable": ("{Finding} is unchanged.", "No relevant change in {finding}.", "{Finding} persists to the same extent."),
        "worsening": ("{Finding} has increased.", "There is more {finding} than before.", "Interval worsening of {finding}."),
    }
)
_REASONS = ("shortness of breath", "fever and cough", "chest pain", "follow up", "decreased oxygen saturation")


def style_of(index: int) -> Style:
    """Return the style of the cohort's n-th report."""
    return list(Style)[index % len(Style)]


def write_report(subject: SubjectTruth, visit: int, style: Style) -> bytes:
    """Return the report of a subject's study; `visit` counts from 0."""
    film = subject.studies[visit]
    rng = random.Random(f"{film.dicom} report")
    findings = " ".join(_describe(subject, film))
    impression = _sum_up(subject, visit, rng)
    view = "PORTABLE AP" if film.view is View.AP else "PA"
    reason = f"___ year old subject with {rng.choice(_REASONS)}."
    compared = "Chest radiograph of ___." if visit else "None."
    head = [("EXAMINATION", f"CHEST ({view})"), ("INDICATION", reason), ("COMPARISON", compared)]
    text = _arrange(style, head, findings, impression)
    return text.encode("cp1252" if style is Style.OLD_BYTES else "utf-8")


def similar_sentences(subject: SubjectTruth) -> Iterator[tuple[str, str, str]]:
    """Yield (sentence_1, sentence_2, category) as in MS-CXR-T's second table; the category is paraphrase or contradiction."""
    name = _WORDS[subject.findings[0]][0]
    stable, worse = (_CHANGES[change] for change in ("stable", "worsening"))
    yield _fill(stable[0], name), _fill(stable[1], name), "paraphrase"
    yield _fill(stable[0], name), _fill(worse[2], name), "contradiction"


def _arrange(style: Style, head: list[tuple[str, str]], findings: str, impression: list[str]) -> str:
    listed = impression if len(impression) == 1 else [f"{place}. {one}" for place, one in enumerate(impression, start=1)]
    ending = "\n".join(listed)
    renamed = [("REASON FOR EXAM", head[1][1]), head[2]]
    match style:
        case Style.IMPRESSION_ALONE:
            return _TITLE + _sections([*head, ("IMPRESSION", ending)])
        case Style.ADDENDUM:
            told = "The findings were discussed with Dr. ___ by telephone at ___."
            return (
                _TITLE
                + _sections([*head, ("FINDINGS", findings), ("IMPRESSION", ending)])
                + _RULE
                + _sections([("ADDENDUM", told)])
            )
        case Style.CONCLUSION:
            return _TITLE + _sections([*renamed, ("FINDINGS", findings.lower()), ("CONCLUSION", ending.lower())])
        case Style.NO_HEADERS:
            return _TITLE + _sections([head[1], head[2], ("", findings + " " + " ".join(impression))])
        case Style.WET_READ:
            wet = _sections([("WET READ", "___ ___ 9:43 PM\n" + impression[0])])
            return wet + _RULE + _TITLE + _sections([*head, ("FINDINGS", findings), ("IMPRESSION", ending)])
        case Style.COMBINED:
            return _TITLE + _sections([*head, ("FINDINGS AND IMPRESSION", findings + " " + " ".join(impression))])
        case Style.TYPO:
            return _TITLE + _sections([*head, ("FINDINGS", findings), ("IMORESSION", ending)])
        case Style.OLD_BYTES:
            return _TITLE + _sections(
                [*head, ("FINDINGS", findings + " Temperature 38.5\u00b0 at the time."), ("IMPRESSION", ending)]
            )
        case Style.TWO_FINDINGS:
            first, _, rest = findings.partition(". ")
            return _TITLE + _sections([*head, ("FINDINGS", first + "."), ("FINDINGS", rest), ("IMPRESSION", ending)])
        case Style.PLAIN:
            return _TITLE + _sections([*head, ("FINDINGS", findings), ("IMPRESSION", ending)])


def _sections(sections: list[tuple[str, str]]) -> str:
    return "".join(_section(header, text) + " \n" for header, text in sections)


def _section(header: str, text: str) -> str:
    """Return one section; long ones stand below their header, as in the genuine reports."""
    lines = [wrapped for line in text.splitlines() for wrapped in textwrap.wrap(line, 76)]
    if not header:
        return "".join(f" {line}\n" for line in lines)
    if len(lines) == 1:
        return f" {header}:  {lines[0]}\n"
    return f" {header}: \n \n" + "".join(f" {line}\n" for line in lines)


def _describe(subject: SubjectTruth, film: FilmTruth) -> Iterator[str]:
    yield (
        "The cardiomediastinal silhouette is enlarged by projection."
        if film.view is View.AP
        else "The heart is of normal size."
    )
    for finding, (name, grades) in _WORDS.items():
        severity = film.severities.get(finding, 0)
        if not severity:
            yield f"There is no {name}."
            continue
        side = "" if finding == "edema" else "right " if subject.side(finding) < 0 else "left "
        grade = grades[severity]
        yield (
            f"There is {'an' if grade[0] in 'aeiou' else 'a'} {grade} {side}{name}."
            if finding != "edema"
            else f"There is {grade} {name}."
        )


def _sum_up(subject: SubjectTruth, visit: int, rng: random.Random) -> list[str]:
    film = subject.studies[visit]
    lines: list[str] = []
    for finding in subject.findings:
        after = film.severities[finding]
        before = subject.studies[visit - 1].severities[finding] if visit else after
        if visit and max(before, after):
            lines.append(_fill(rng.choice(_CHANGES[progression(before, after)]), _WORDS[finding][0]))
        elif after:
            lines.append(_fill("{Finding} is present.", _WORDS[finding][0]))
    return lines or ["No acute cardiopulmonary process."]


def _fill(template: str, name: str) -> str:
    return template.format(finding=name, Finding=name.capitalize())
