"""Hand-made visits of LUMIERE: each with its ratings and the slices of its sequences."""

from collections.abc import Sequence

from pipelines.choices import Grouping
from pipelines.grouping.lumiere.rules import RULES
from pipelines.source_records import Study
from pipelines.vocabulary import Source
from tests.pipelines.grouping.rows import Cohort, Result, group_cohort

TAKE_ALL = Grouping(three_image_share=0, max_groups_per_unit=1000, max_label_excess=100, min_slice_gap=1)
WEEKS_APART = 13


def new_cohort() -> Cohort:
    return Cohort(Source.LUMIERE)


def add_visit(
    cohort: Cohort,
    subject_id: str,
    visit: int | None,
    *ratings: str,
    name: str | None = None,
    week: int | None = -1,
    slices: Sequence[int] = (50,),
    sequences: Sequence[str] = ("CT1",),
    **said: str,
) -> Study:
    """Add a visit, by default 13 weeks after the one before; `said` are further labels, such as resection="partial"."""
    name = name or f"{subject_id.removeprefix('subject-')}-{visit}"
    if week == -1:
        week = WEEKS_APART * (visit or 0)
    study = cohort.add_study(subject_id, name, visit, week=week)
    for rating in ratings:
        cohort.add_label(study, "rano", rating)
    for code, value in said.items():
        cohort.add_label(study, code, value)
    for sequence in sequences:
        for index in slices:
            cohort.add_image(
                study, f"{name}-{sequence}-{index}", sequence=sequence, slice_index=index, source_image_id=f"{name}-{sequence}"
            )
    return study


def group(cohort: Cohort, settings: Grouping = TAKE_ALL) -> Result:
    return group_cohort(cohort, RULES, settings)


def fates_of(result: Result, subtask: str) -> dict[str, int]:
    """Return the number of anchors of one sub-task by fate."""
    counts: dict[str, int] = {}
    for row in result.plan:
        if row.subtask == subtask:
            counts[str(row.fate)] = counts.get(str(row.fate), 0) + row.n_groups
    return counts


def facts_of(group) -> set[tuple[int | None, str, str, str]]:
    return {(fact.image_index, fact.said_by, fact.code, fact.value) for fact in group.facts}
