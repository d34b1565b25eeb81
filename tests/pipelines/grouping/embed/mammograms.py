"""Women with mammograms, made by hand: visits by day, BI-RADS of either breast, images by view and type."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from pipelines.grouping.embed.rules import RULES
from pipelines.grouping.rule import SourceRules
from pipelines.records import RenderedImage
from pipelines.source_records import Study
from pipelines.vocabulary import ImageType, LabelTarget, Laterality, Source, Split, SubTask, View
from tests.pipelines.grouping.rows import Cohort

FIRST_DAY = date(2015, 3, 1)
FULL_FIELD, C_VIEW = ImageType.FULL_FIELD_2D, ImageType.C_VIEW


def only(subtask: SubTask) -> SourceRules:
    """Return EMBED's rule of one sub-task alone."""
    return SourceRules(RULES.prepare, tuple(rule for rule in RULES.rules if rule.subtask is subtask))


@dataclass
class Woman:
    """One subject of a cohort; names of visits and images begin with hers."""

    name: str = "a"
    cohort: Cohort = field(default_factory=lambda: Cohort(Source.EMBED))
    split: Split = Split.TRAIN

    def __post_init__(self) -> None:
        self.subject_id = self.cohort.add_subject(self.name, self.split)
        self.n_visits = 0

    def visit(self, day: int | None, name: str = "", **birads: str | None) -> Study:
        """Add a visit; `L` and `R` are the BI-RADS categories of the breasts."""
        self.n_visits += 1
        when = None if day is None else (FIRST_DAY + timedelta(days=day)).isoformat()
        number = None if day is None else self.n_visits
        study = self.cohort.add_study(self.subject_id, f"{self.name}-{name or self.n_visits}", number, date=when)
        for side, category in birads.items():
            if category is not None:
                self.assess(study, side, category)
        return study

    def assess(self, study: Study, side: str, category: str, quality: str = "as_found") -> None:
        """Say a BI-RADS category of a breast."""
        self.cohort.add_label(study, "birads", category, LabelTarget.BREAST, (side,), quality=quality)

    def find(self, study: Study, side: str, severity: str) -> None:
        """Say what pathology found in a breast."""
        self.cohort.add_label(study, "path_severity", severity, LabelTarget.BREAST, (side,), quality="as_found")

    def image(
        self, study: Study, view: str | None, kind: ImageType | None = FULL_FIELD, side: str | None = "L", **said: object
    ) -> RenderedImage:
        """Add an image; its name is the visit, side, view, type and what makes it differ."""
        extra = str(said.pop("extra", ""))
        is_displaced = bool(said.pop("is_displaced", False))
        name = f"{study.study_id.removeprefix('study-')}-{side}-{view}-{kind}{extra}"
        shown = {"view": view and View(view), "laterality": side and Laterality(side), "image_type": kind}
        image = self.cohort.add_image(study, name, **shown | said)
        if is_displaced:
            self.cohort.add_label(study, "implant_displaced", "yes", LabelTarget.IMAGE, (image.source_image_id,))
        return image

    def seen(self, day: int | None, category: str | None = "N", views: str = "CC", side: str = "L") -> Study:
        """Add a visit at which one breast was assessed and imaged in full field, in the views named."""
        study = self.visit(day, **{side: category})
        for view in views.split():
            self.image(study, view, side=side)
        return study
