"""Small hand-made tables of one source, and what its rules make of them: shared by the tests of all rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.group import group_source
from pipelines.grouping.rule import SourceRules
from pipelines.records import ImageGroup, PlannedCount, Rejection, RenderedImage, SubjectSplit
from pipelines.source_records import Label, ReportSection, SourceQuestion, Study
from pipelines.vocabulary import LabelTarget, Source, Split


@dataclass
class Cohort:
    """Tables of one source on their way; every `add_` returns the row, so that a test can name it."""

    source: Source
    studies: list[Study] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    questions: list[SourceQuestion] = field(default_factory=list)
    images: list[RenderedImage] = field(default_factory=list)
    splits: list[SubjectSplit] = field(default_factory=list)

    def add_subject(self, name: str, split: Split = Split.TRAIN) -> str:
        """Add a subject with its split and return its id."""
        self.splits.append(SubjectSplit(self.source, f"subject-{name}", split, 1, split, f"subject-{name}"))
        return f"subject-{name}"

    def add_study(self, subject_id: str, name: str, visit: int | None = None, **said: object) -> Study:
        """Add a study; `said` are fields such as date, week, age_years, report."""
        unsaid: dict[str, object] = {"date": None, "week": None, "age_years": None, "report": ()}
        study = Study(self.source, subject_id, f"study-{name}", visit, **unsaid | said)  # pyright: ignore[reportArgumentType]
        self.studies.append(study)
        return study

    def add_report(self, subject_id: str, name: str, visit: int | None = None, **sections: str) -> Study:
        """Add a study whose report has these sections."""
        report = tuple(ReportSection(header, text) for header, text in sections.items())
        return self.add_study(subject_id, name, visit, report=report)

    def add_label(
        self, study: Study, code: str, value: str, target: LabelTarget = LabelTarget.STUDY, ids: Sequence[str] = (), **said: str
    ) -> Label:
        """Add a label of a study, or of what `target` and `ids` name; `quality` may be said."""
        row = Label(self.source, study.subject_id, study.study_id, target, tuple(ids), code, value, said.get("quality"))
        self.labels.append(row)
        return row

    def add_image(self, study: Study, name: str, **said: object) -> RenderedImage:
        """Add a rendered image; `said` are fields such as view, laterality, sequence, slice_index, image_type, duplicate_of."""
        unsaid: dict[str, object] = {
            "source_image_id": f"source_image-{name}",
            "source_path": f"files/{name}",
            "modality": None,
            "organ": None,
            "view": None,
            "laterality": None,
            "sequence": None,
            "image_type": None,
            "plane": None,
            "slice_index": None,
            "path": f"rendered/{name}.png",
            "width": 64,
            "height": 48,
            "sha256": f"file-{name}",
            "pixel_sha256": f"pixels-{name}",
            "duplicate_of": None,
            "steps": (),
        }
        fields = {
            "source": self.source,
            "subject_id": study.subject_id,
            "study_id": study.study_id,
            "image_id": f"image-{name}",
        }
        image = RenderedImage(**fields | unsaid | said)  # pyright: ignore[reportArgumentType]
        self.images.append(image)
        return image


@dataclass(frozen=True)
class Result:
    """What grouping gave, as rows."""

    groups: list[ImageGroup]
    ungrouped: list[Rejection]
    plan: list[PlannedCount]

    def fates(self) -> dict[str, int]:
        """Return the number of groups by fate."""
        counts: dict[str, int] = {}
        for row in self.plan:
            counts[str(row.fate)] = counts.get(str(row.fate), 0) + row.n_groups
        return counts

    def of(self, subtask: str) -> list[ImageGroup]:
        """Return the groups of one sub-task."""
        return [group for group in self.groups if group.subtask == subtask]


def group_cohort(cohort: Cohort, rules: SourceRules, settings: Grouping | None = None) -> Result:
    """Return what the rules make of a cohort."""
    found = {
        "studies": tables.STUDIES.to_arrow(cohort.studies),
        "labels": tables.LABELS.to_arrow(cohort.labels),
        "questions": tables.QUESTIONS.to_arrow(cohort.questions),
        "images": tables.RENDERED_IMAGES.to_arrow(cohort.images),
        "splits": tables.SUBJECT_SPLITS.to_arrow(cohort.splits),
    }
    grouped = group_source(cohort.source, rules, found, settings or Grouping())
    return Result(
        tables.IMAGE_GROUPS.to_rows(grouped.groups),
        tables.REJECTIONS.to_rows(grouped.ungrouped),
        tables.PLANNED_COUNTS.to_rows(grouped.plan),
    )


def one_fact(group: ImageGroup, code: str, index: int | None) -> str:
    """Return the value of the group's only fact of a code about an image, or about what is not shown."""
    (fact,) = [fact for fact in group.facts if fact.code == code and fact.image_index == index]
    return fact.value


def image_ids(images: Iterable[RenderedImage]) -> tuple[str, ...]:
    """Return the ids of images, as a group lists them."""
    return tuple(image.image_id for image in images)
