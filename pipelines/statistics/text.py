"""The report on the data set as Markdown: a heading, what is counted, and a table for each kind of number.

Example:
    >>> print(render_markdown([]).splitlines()[2])
    no image groups yet; no approved records yet.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipelines.statistics import answer_sections, sections
from pipelines.statistics.figure import describe_size, warn_synthetic
from pipelines.statistics.lookup import Lookup
from pipelines.statistics.queries import LABELS_NAMED
from pipelines.statistics.statistic import Statistic

_COUNTED = """\
Counted are **image groups** (what could be asked: groups/image_groups of every source made so far) and **records** (what is
asked: dataset/instructions and dataset/benchmark, which the review gate let through). The **independent unit** is a subject
with the one or two visits asked about: items of one unit are not independent of each other, so that the number of units, not
of items, says how much evidence there is. Of a composed group it is the subject of the image asked about. Subjects are those of
the sources: two that splits/subjects takes to be one person count as two."""


@dataclass(frozen=True)
class Section:
    """One table of the report, with what one must know to read it."""

    title: str
    note: str
    tell: Callable[[Lookup], str]


SECTIONS = (
    Section(
        "How much there is",
        "An image, subject or unit counts once in its line however many items it stands in, so lines of splits add up to "
        "all of them (unless something leaks).",
        sections.tell_sizes,
    ),
    Section(
        "Modalities",
        "An image counts once however many groups show it; a group counts once, by the modality of its images: *several "
        "together* where two of them differ, *not stated* where the source says it not of every one of them, *not rendered* "
        "where rendered/images lacks one of them. Shares are of the column.",
        sections.tell_modalities,
    ),
    Section("Abilities", "Shares are of the column.", sections.tell_abilities),
    Section(
        "Question types",
        "A question type is a sub-task with closed or open answers; only a record has an answer type, for one group may give "
        "several records. Units of two sub-tasks overlap and do not add up.",
        sections.tell_question_types,
    ),
    Section(
        "Inherent against composed",
        "Inherent: the images are of one subject and belong together; composed: images of different subjects put together.",
        sections.tell_origins,
    ),
    Section("Images in an item", "Shares are of the column.", sections.tell_image_numbers),
    Section(
        "Items per independent unit",
        "How many groups, and how many records, rest on one unit; units without any do not count.",
        lambda numbers: f"{sections.tell_unit_summaries(numbers)}\n\n{sections.tell_unit_sizes(numbers)}",
    ),
    Section(
        "Answers per letter",
        "Closed records by keyed letter, for each number of printed options; a letter that is never the key stands with 0. "
        "Records whose answer names no letter are counted apart, open records not at all.",
        answer_sections.tell_letters,
    ),
    Section(
        "Answers per sub-task",
        "Groups by answer, within what is asked; shares are of what is asked, not of the sub-task. Answers that are the "
        "place of an image stand as *its place* here, and by place in the next table. Free-text answers of composed groups "
        "other than yes and no are counted together as *other labels*, as are those beyond the "
        f"{LABELS_NAMED} most frequent; the {answer_sections.LABELS_SHOWN} most frequent are shown.",
        answer_sections.tell_labels,
    ),
    Section(
        "Place of the image asked about",
        "Of groups whose order is shuffled and that ask about exactly one of their images; by chance 1 in 2 or 1 in 3.",
        answer_sections.tell_places,
    ),
    Section("What it is made from", "Shares are of the column.", sections.tell_provenance),
)


def render_markdown(statistics: Iterable[Statistic], *, picture: str | None = None) -> str:
    """Return the report; `picture` is the address of the figure: a relative path, or a data URI."""
    numbers = Lookup(statistics)
    parts = ["# The data set in numbers", f"{describe_size(numbers)}."]
    if numbers.is_synthetic:
        parts.append(f"**{warn_synthetic(numbers)}.**")
    parts.append(_COUNTED)
    if picture is not None:
        parts.append(f"![the data set in six panels]({picture})")
    for section in SECTIONS:
        parts.extend((f"## {section.title}", section.note, section.tell(numbers)))
    return "\n\n".join(parts) + "\n"
