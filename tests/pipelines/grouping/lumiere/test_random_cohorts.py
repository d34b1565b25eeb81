"""Random cohorts, and what can be said of their groups by reading the rows again, visit by visit."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.choices import Grouping
from pipelines.grouping.lumiere.rules import RULES
from pipelines.records import Fact, ImageGroup, RenderedImage
from pipelines.source_records import Study
from pipelines.vocabulary import ImageRole, Split
from tests.pipelines.grouping.lumiere.brains import group, new_cohort
from tests.pipelines.grouping.rows import Cohort, Result

WORDS = {"PD": "worsening", "SD": "stable", "PR": "improving", "CR": "improving"}
RATINGS = [(), ("PD",), ("PD",), ("SD",), ("PR",), ("CR", "PR"), ("pre_op",), ("post_op",), ("post_op", "PD"), ("PD", "SD")]
COULD_BE_MADE = {"taken", "neighbouring_slice", "unit_cap", "label_balance", "subtask_cap"}
SHOWN_ROLES = {
    "resection_extent": [ImageRole.BEFORE_SURGERY, ImageRole.AFTER_SURGERY],
    "visit_progression": [ImageRole.PRIOR, ImageRole.CURRENT],
}


def build_cohort(random: Random) -> Cohort:
    cohort = new_cohort()
    for number in range(random.randint(1, 4)):
        subject = cohort.add_subject(str(number), random.choice(list(Split)))
        if random.random() < 0.1:
            cohort.splits.pop()  # a subject whose split is not drawn
        week, slices = 0, range(30, 30 + random.randint(1, 16), random.choice([1, 3]))
        for visit in range(1, random.randint(1, 7) + 1):
            week += random.choice([0, 0, 4, 13])
            place = random.choices([visit, None, 1], [20, 1, 1])[0]
            study = cohort.add_study(subject, f"{number}-{visit}", place, week=random.choices([week, None], [20, 1])[0])
            _say(cohort, study, random)
            _scan(cohort, study, slices, random)
    return cohort


def _say(cohort: Cohort, study: Study, random: Random) -> None:
    said = [("rano", rating) for rating in random.choice(RATINGS)]
    if random.random() < (0.8 if ("rano", "post_op") in said else 0.1):
        said += [
            ("resection", extent)
            for extent in random.choice([["complete"], ["complete"], ["partial"], ["partial"], ["complete", "partial"]])
        ]
    said += [("enhancing_mm3", str(random.randrange(9)))] * random.choice([0, 1, 2])  # repeated labels are one fact
    said += [(code, "yes") for code in ("less_than_3_months", "t2_progression") if random.random() < 0.15]
    for code, value in said:
        cohort.add_label(study, code, value)


def _scan(cohort: Cohort, study: Study, slices: range, random: Random) -> None:
    for sequence in ("CT1", "T1", "T2", "FLAIR"):
        copies = random.choices([0, 1, 2], [15, 80, 5])[0]
        for copy in range(copies):
            for index in slices:
                name = f"{study.study_id}-{sequence}-{index}-{copy}"
                twin = "image-of-another" if random.random() < 0.02 else None
                source = f"{study.study_id}-{sequence}-{copy}"
                cohort.add_image(study, name, sequence=sequence, slice_index=index, duplicate_of=twin, source_image_id=source)


@dataclass
class Reread:
    """The rows of a cohort as a reader with pen and paper would sort them."""

    cohort: Cohort

    def __post_init__(self) -> None:
        self.said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for label in self.cohort.labels:
            self.said[str(label.study_id)][label.code].add(label.value)
        self.studies = {study.study_id: study for study in self.cohort.studies}
        self.images = {image.image_id: image for image in self.cohort.images}
        self.splits = {row.subject_id: row.split for row in self.cohort.splits}
        places = Counter((study.subject_id, study.visit) for study in self.cohort.studies)
        self.visits: dict[str, list[Study]] = defaultdict(list)
        for study in sorted(self.cohort.studies, key=lambda study: study.visit or 0):
            if study.visit is not None and places[study.subject_id, study.visit] == 1:
                self.visits[study.subject_id].append(study)
        self.shows: dict[tuple[str, str, int], RenderedImage] = {}
        for image in sorted(self.cohort.images, key=lambda image: image.source_path, reverse=True):
            if image.duplicate_of is None and image.subject_id in self.splits:
                self.shows[image.study_id, str(image.sequence), image.slice_index or 0] = image

    def statuses(self, study: Study) -> set[str]:
        return {WORDS[rating] for rating in self.said[study.study_id]["rano"] if rating in WORDS}

    def is_operated_between(self, earlier: Study, later: Study) -> bool:
        visits = self.visits[earlier.subject_id]
        first, last = visits.index(earlier), visits.index(later)
        return any("pre_op" in self.said[study.study_id]["rano"] for study in visits[first:last]) or any(
            "post_op" in self.said[study.study_id]["rano"] for study in visits[first + 1 : last + 1]
        )

    def earlier(self, study: Study, index: int) -> list[Study]:
        visits = self.visits[study.subject_id]
        return [one for one in visits[: visits.index(study)] if (one.study_id, "CT1", index) in self.shows]

    def fates(self) -> Counter[tuple[str, str]]:
        """Return the number of anchors of each sub-task by fate, "made" for all that the settings decide on."""
        counts: Counter[tuple[str, str]] = Counter()
        sequences = Counter((study_id, index) for study_id, _, index in self.shows)
        for study_id, sequence, index in self.shows:
            made = sequences[study_id, index] > 1
            counts["sequence_identification", "made" if made else "no_partner"] += 1
            if sequence == "CT1":
                study = self.studies[study_id]
                counts["visit_progression", self.judge_progression(study, index)] += 1
                if self.said[study_id]["resection"]:
                    counts["resection_extent", self.judge_resection(study, index)] += 1
        for study in self.cohort.studies:
            if self.statuses(study) and study.subject_id in self.splits:
                ct1 = {key[2] for key, image in self.shows.items() if key[1] == "CT1" and image.subject_id == study.subject_id}
                for index in ct1 or {None}:
                    counts["next_status", self.judge_forecast(study, index)] += 1
        return counts

    def judge_progression(self, study: Study, index: int) -> str:
        if study not in self.visits[study.subject_id]:
            return "no_time"
        if not (before := self.earlier(study, index)):
            return "no_partner"
        if not (statuses := self.statuses(study)):
            return "no_label"
        unclear = len(statuses) > 1 or self.said[study.study_id]["t2_progression"]
        return "label_ambiguous" if unclear or self.is_operated_between(before[-1], study) else "made"

    def judge_resection(self, study: Study, index: int) -> str:
        if study not in self.visits[study.subject_id]:
            return "no_time"
        before = self.earlier(study, index)
        if not before or "post_op" in self.said[before[-1].study_id]["rano"]:
            return "no_partner"
        rano = self.said[study.study_id]["rano"]
        unclear = len(self.said[study.study_id]["resection"]) > 1 or (rano and "post_op" not in rano)
        return "label_ambiguous" if unclear else "made"

    def judge_forecast(self, study: Study, index: int | None) -> str:
        if index is None:
            return "image_not_at_hand"
        if study not in self.visits[study.subject_id]:
            return "no_time"
        shown = self.earlier(study, index)[-2:]
        if len(shown) < 2:
            return "no_partner"
        if any(one.week is None for one in [*shown, study]):
            return "no_time"
        visits = self.visits[study.subject_id]
        between = visits[visits.index(shown[-1]) + 1 : visits.index(study)]
        if len(self.statuses(study)) > 1 or self.is_operated_between(shown[-1], study):
            return "label_ambiguous"
        return "image_not_at_hand" if any(self.statuses(one) for one in between) else "made"


def check_images(one: ImageGroup, rows: Reread) -> None:
    shown = [rows.images[image_id] for image_id in one.image_ids]
    assert len(set(one.image_ids)) == len(shown) in (2, 3)
    assert {image.subject_id for image in shown} == set(one.subject_ids) and len(set(one.subject_ids)) == 1
    assert one.split == rows.splits[one.subject_ids[0]]
    assert len({image.slice_index for image in shown}) == 1
    assert all(image.duplicate_of is None for image in shown)
    if one.subtask == "sequence_identification":
        assert len({image.study_id for image in shown}) == 1
        assert len({image.sequence for image in shown}) == len(shown)
        assert shown[int(one.label) - 1].sequence == one.asked
        assert one.roles.index(ImageRole.ASKED) == int(one.label) - 1
        return
    assert {image.sequence for image in shown} == {"CT1"}
    visits = [rows.studies[image.study_id].visit or 0 for image in shown]
    assert all(later > earlier for earlier, later in pairwise(visits))
    assert list(one.roles) == SHOWN_ROLES.get(one.subtask, [ImageRole.EARLIER_VISIT] * len(shown))
    weeks = [rows.studies[image.study_id].week for image in shown]
    known = [week for week in weeks if week is not None]
    assert one.days_since_first == tuple(None if week is None else 7 * (week - min(known)) for week in weeks)


def check_facts(one: ImageGroup, rows: Reread) -> None:
    assert one.facts
    for fact in one.facts:
        if fact.code == "sequence":
            assert rows.images[one.image_ids[fact.place]].sequence == fact.value
            assert rows.images[one.image_ids[fact.place]].source_image_id == fact.said_by
        elif fact.code == "days_after_last_visit":
            weeks = [rows.studies[study_id].week for study_id in (fact.said_by, rows.images[one.image_ids[-1]].study_id)]
            assert fact.value == str(7 * (weeks[0] - weeks[1]))
        else:
            assert fact.value in rows.said[fact.said_by][fact.code]
            assert fact.image_index is None or rows.images[one.image_ids[fact.image_index]].study_id == fact.said_by
    assert len(set(one.facts)) == len(one.facts)


def answer_from(facts: tuple[Fact, ...], one: ImageGroup) -> str:
    """Return the answer that the facts alone give."""
    last = len(one.image_ids) - 1
    if one.subtask == "sequence_identification":
        (place,) = [fact.place for fact in facts if fact.value == one.asked]
        return str(place + 1)
    if one.subtask == "resection_extent":
        (answer,) = {fact.value for fact in facts if fact.code == "resection" and fact.image_index == last}
        return answer
    where = None if one.subtask == "next_status" else last
    rated = {fact.value for fact in facts if fact.code == "rano" and fact.image_index == where}
    (answer,) = {WORDS[rating] for rating in rated if rating in WORDS}
    return answer


def check_balance(result: Result, limits: Grouping) -> None:
    assert max(Counter(one.unit_id for one in result.groups).values(), default=0) <= limits.max_groups_per_unit
    places: dict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    for one in result.of("sequence_identification"):
        places[one.split, one.asked, len(one.image_ids)][one.label] += 1
    for (_, _, size), counts in places.items():
        found = [counts[str(place + 1)] for place in range(int(str(size)))]
        assert max(found) - min(found) <= 1


def check_gaps(result: Result, rows: Reread, gap: int) -> None:
    slices: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in result.groups:
        slices[one.unit_id, one.subtask].append(rows.images[one.image_ids[0]].slice_index or 0)
    for found in slices.values():
        found.sort()
        assert all(later - earlier >= gap for earlier, later in pairwise(found))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 8), st.sampled_from([1, 4, 50]), st.sampled_from([0.0, 0.5]))
def test_groups_of_random_cohorts_keep_every_promise(seed, gap, cap, share):
    random = Random(seed)
    cohort = build_cohort(random)
    limits = Grouping(min_slice_gap=gap, max_groups_per_unit=cap, three_image_share=share)
    result, rows = group(cohort, limits), Reread(cohort)
    for one in result.groups:
        check_images(one, rows)
        check_facts(one, rows)
        assert one.label == answer_from(one.facts, one)
    check_balance(result, limits)
    check_gaps(result, rows, gap)
    if share == 0:  # a third visit without a week changes a forecast's fate
        found: Counter[tuple[str, str]] = Counter()
        for row in result.plan:
            found[row.subtask, "made" if row.fate in COULD_BE_MADE else str(row.fate)] += row.n_groups
        assert found == rows.fates()


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 2**32))
def test_the_order_of_the_rows_changes_nothing(seed):
    random = Random(seed)
    cohort = build_cohort(random)
    first = group(cohort, Grouping())
    for rows in (cohort.studies, cohort.labels, cohort.images, cohort.splits):
        random.shuffle(rows)
    assert group(cohort, Grouping()) == first


def test_every_answer_and_sub_task_of_the_rules_occurs_in_random_cohorts():
    seen: set[tuple[str, str]] = set()
    for seed in range(12):
        result = group(build_cohort(Random(seed)), Grouping(max_label_excess=100))
        seen |= {(str(one.subtask), one.label) for one in result.groups}
    for rule in RULES.rules:
        assert {(str(rule.subtask), answer) for answer in rule.answers} <= seen
