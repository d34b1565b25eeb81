"""EMBED's four rules once more, woman by woman in plain Python, from what the modules' texts say: no line is of the SQL."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.choices import Grouping
from pipelines.records import RenderedImage
from tests.pipelines.grouping.rows import Cohort

PROJECTIONS = {"CC": "CC", "XCCL": "CC", "XCCM": "CC", "MLO": "MLO", "ML": "ML", "LM": "ML"}
AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class Expected:
    """What should become of one anchor: a fate, or images (of shuffled groups the asked one first) and an answer."""

    subtask: str
    fate: str | None
    image_ids: tuple[str, ...] = ()
    label: str | None = None


@dataclass(frozen=True)
class Shown:
    """The images of one breast and view at one visit."""

    study_id: str
    side: str
    view: str
    stands: RenderedImage
    full_field: str | None
    c_view: str | None


def _is_other(image: RenderedImage, firsts: Mapping[str, RenderedImage]) -> bool:
    """Tell whether an image and the first one of its pixels are said to show different things."""
    first = firsts[image.duplicate_of or image.image_id]
    return (image.study_id, image.laterality, image.view) != (first.study_id, first.laterality, first.view)


class Reference:
    """One woman's visits, breasts and views."""

    def __init__(self, cohort: Cohort, subject_id: str, settings: Grouping) -> None:
        self.settings = settings
        self.labels = [label for label in cohort.labels if label.subject_id == subject_id]
        self.displaced = {label.target_ids[0] for label in self.labels if label.code == "implant_displaced"}
        self.studies = {study.study_id: study for study in cohort.studies if study.subject_id == subject_id}
        firsts = {image.image_id: image for image in cohort.images}
        contested = {image.duplicate_of for image in cohort.images if image.duplicate_of and _is_other(image, firsts)}
        whole = [image for image in cohort.images if image.duplicate_of is None and image.image_id not in contested]
        images = [image for image in whole if image.subject_id == subject_id]
        self.shown = list(self._show(images))
        self.at = {(one.study_id, one.side, one.view): one for one in self.shown}

    def _show(self, images: Sequence[RenderedImage]) -> Iterator[Shown]:
        places: dict[tuple[str, str, str], list[RenderedImage]] = {}
        for image in images:
            if image.view in PROJECTIONS and image.laterality and image.image_type in ("2d", "c_view", None):
                places.setdefault((image.study_id, image.laterality, image.view), []).append(image)
        for (study_id, side, view), found in places.items():
            whole = [image for image in found if image.source_image_id not in self.displaced] or found
            whole.sort(key=lambda image: (image.source_path, image.image_id))
            first = {image.image_type: image for image in reversed(whole)}
            stands = first.get("2d") or first.get("c_view") or first[None]
            ids = [first[kind].image_id if kind in first else None for kind in ("2d", "c_view")]
            yield Shown(study_id, side, view, stands, *ids)

    def draw(self, shown: Shown) -> int:
        """Return the number that the image of a view draws."""
        text = f"{self.settings.seed}|{shown.stands.image_id}"
        return int.from_bytes(hashlib.md5(text.encode()).digest()[8:], "little")

    def wants_three(self, shown: Shown) -> bool:
        return self.draw(shown) % 1000 < round(1000 * self.settings.three_image_share)

    def day(self, study_id: str) -> int | None:
        when = self.studies[study_id].date
        return None if when is None else date.fromisoformat(when).toordinal()

    def said(self, study_id: str, side: str, code: str) -> list[tuple[str, str | None]]:
        return [
            (row.value, row.quality)
            for row in self.labels
            if (row.study_id, row.target_ids, row.code) == (study_id, (side,), code)
        ]

    def category(self, study_id: str, side: str) -> str | None:
        """Return a breast's category; "ambiguous" where it has no single one, None where nothing is said."""
        said = self.said(study_id, side, "birads")
        if not said:
            return None
        values = {value for value, _ in said}
        if (
            len(values) > 1
            or not values <= set("ANBPSMK")
            or any(value in "SMK" and quality == "both_sides" for value, quality in said)
        ):
            return AMBIGUOUS
        return values.pop()

    def nearest(self, one: Shown, others: list[Shown]) -> list[Shown]:
        return sorted(others, key=lambda other: (self.draw(one) ^ self.draw(other), other.stands.image_id))

    def expect(self) -> list[Expected]:
        """Return what becomes of every anchor of this woman."""
        standard = [one for one in self.shown if one.view in ("CC", "MLO")]
        malign = [one for one in standard if any(value in "SMK" for value, _ in self.said(one.study_id, one.side, "birads"))]
        breasts = sorted({(one.study_id, one.side) for one in self.shown})
        return [
            *(self.expect_suspicious(one) for one in malign),
            *(self.expect_view(one) for one in self.shown),
            *(self.expect_two_views(*breast) for breast in breasts),
            *(self.expect_next(one) for one in standard),
        ]

    def expect_suspicious(self, one: Shown) -> Expected:
        name, day, gap = "suspicious_image", self.day(one.study_id), self.settings.min_visit_gap_days
        if self.category(one.study_id, one.side) == AMBIGUOUS:
            return Expected(name, "label_ambiguous")
        if day is None:
            return Expected(name, "no_time")
        others = [
            other
            for other in self.shown
            if (other.side, other.view) == (one.side, one.view)
            and self.category(other.study_id, one.side) in ("N", "B")
            and not {"0", "1"} & {value for value, _ in self.said(other.study_id, one.side, "path_severity")}
        ]
        if not others:
            return Expected(name, "no_partner")
        dated = [(other, when) for other in others if (when := self.day(other.study_id)) is not None]
        if not dated:
            return Expected(name, "no_time")
        days = {other.stands.image_id: when for other, when in dated}
        far = self.nearest(one, [other for other, when in dated if abs(when - day) >= gap])
        if not far:
            return Expected(name, "visits_too_close")
        taken = far[:1]
        if self.wants_three(one):
            first = days[far[0].stands.image_id]
            taken += [other for other in far if abs(days[other.stands.image_id] - first) >= gap][:1]
        return Expected(name, None, tuple(other.stands.image_id for other in [one, *taken]))

    def expect_view(self, one: Shown) -> Expected:
        projection = PROJECTIONS[one.view]
        others = [other for other in self.shown if other.side == one.side and PROJECTIONS[other.view] != projection]
        if not others:
            return Expected("view_identification", "no_partner")
        taken = self.nearest(one, others)[: 2 if self.wants_three(one) else 1]
        return Expected("view_identification", None, tuple(other.stands.image_id for other in [one, *taken]))

    def expect_two_views(self, study_id: str, side: str) -> Expected:
        name, category = "two_view_assessment", self.category(study_id, side)
        if category is None or category == AMBIGUOUS:
            return Expected(name, "no_label" if category is None else "label_ambiguous")
        views = [self.at[study_id, side, view] for view in ("CC", "MLO") if (study_id, side, view) in self.at]
        return Expected(name, None, alike(views), category) if len(views) == 2 else Expected(name, "no_partner")

    def assessed(self, side: str) -> list[str]:
        """Return the dated studies that say something of a breast, in time order."""
        dated = [
            (day, study.visit is None, study.visit or 0, study.study_id)
            for study in self.studies.values()
            if (day := self.day(study.study_id)) is not None and self.category(study.study_id, side)
        ]
        return [study_id for *_, study_id in sorted(dated)]

    def row_of_visits(self, one: Shown) -> list[Shown]:
        """Return the visits that could be shown, the last one first, three at most."""
        row = [one]
        for _ in range(2):
            latest = self.day(row[-1].study_id) or 0
            earlier = [
                study_id
                for study_id in self.assessed(one.side)
                if latest - (self.day(study_id) or 0) >= self.settings.min_visit_gap_days
            ]
            key = (earlier[-1], one.side, one.view) if earlier else None
            if key is None or self.category(key[0], one.side) == AMBIGUOUS or key not in self.at:
                break
            row.append(self.at[key])
        return row

    def expect_next(self, one: Shown) -> Expected:
        name, category, day = "next_assessment", self.category(one.study_id, one.side), self.day(one.study_id)
        if category is None or category == AMBIGUOUS:
            return Expected(name, "no_label" if category is None else "label_ambiguous")
        if day is None:
            return Expected(name, "no_time")
        assessed = self.assessed(one.side)
        following = assessed[assessed.index(one.study_id) + 1 :]
        if not following:
            return Expected(name, "no_next_visit")
        distance = (self.day(following[0]) or 0) - day
        if distance < self.settings.min_forecast_days:
            return Expected(name, "next_visit_too_soon")
        if distance > self.settings.max_forecast_days:
            return Expected(name, "next_visit_too_late")
        label = self.category(following[0], one.side)
        if label == AMBIGUOUS:
            return Expected(name, "label_ambiguous")
        images = self.choose_visits(one)
        return Expected(name, None, images, label) if images else Expected(name, "no_partner")

    def choose_visits(self, one: Shown) -> tuple[str, ...]:
        row = self.row_of_visits(one)
        pair = (one.full_field, one.c_view) if one.full_field and one.c_view else ()
        if len(row) == 3 and self.wants_three(one):
            return alike(row[::-1])
        if len(row) == 1 or (pair and self.draw(one) // 1000 % 2 == 0):
            return pair
        return alike(row[1::-1])


def alike(views: Sequence[Shown]) -> tuple[str, ...]:
    """Return one image of each view or visit, of one type where that can be."""
    for ids in ([one.full_field for one in views], [one.c_view for one in views]):
        if all(ids):
            return tuple(str(image_id) for image_id in ids)
    return tuple(one.stands.image_id for one in views)
