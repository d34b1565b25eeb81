"""Whatever a table of pairs says: every label has the fate that its rows call for, told here in plain Python."""

import random
from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.choices import Grouping
from pipelines.grouping.ms_cxr_t.rules import RULES
from pipelines.records import RenderedImage
from pipelines.source_records import Label
from pipelines.vocabulary import LabelTarget, Source, Split
from tests.pipelines.grouping.rows import Cohort, Result, group_cohort

FINDINGS = ("edema", "pneumonia")
VALUES = ("improving", "stable", "worsening")
SETTINGS = Grouping(max_groups_per_unit=2)
Key = tuple[str, str, str]


def build_cohort(seed: int) -> Cohort:
    rng = random.Random(seed)
    cohort = Cohort(Source.MS_CXR_T)
    for subject_name in "abcd"[: rng.randint(1, 4)]:
        subject = cohort.add_subject(subject_name, rng.choice([Split.TRAIN, Split.HELD_IN]))
        films: list[str] = []
        for visit in range(1, rng.randint(2, 5)):
            day = rng.choice([None, f"2150-01-{2 * visit:02}"])
            study = cohort.add_study(subject, f"{subject_name}{visit}", visit if day else None, date=day)
            for finding in FINDINGS:
                if rng.random() < 0.6:
                    cohort.add_label(study, f"chexpert_{finding}", rng.choice(["positive", "negative"]))
            for film in range(rng.randint(1, 2)):
                name = f"{subject_name}{visit}{film}"
                films.append(name)
                if rng.random() < 0.9:
                    first = next((one for one in cohort.images if one.duplicate_of is None and rng.random() < 0.08), None)
                    said = {} if first is None else {"duplicate_of": first.image_id, "pixel_sha256": first.pixel_sha256}
                    cohort.add_image(study, name, **said)
        add_pairs(cohort, films, rng)
    return cohort


def add_pairs(cohort: Cohort, films: list[str], rng: random.Random) -> None:
    told: set[tuple[str, ...]] = set()
    for _ in range(rng.randint(0, 12) if len(films) > 1 else 0):
        prior, current = rng.sample(films, 2)
        finding, value = rng.choice(FINDINGS), rng.choice(VALUES)
        if (prior, current, finding, value) in told:
            continue
        told.add((prior, current, finding, value))
        study = next(one for one in cohort.studies if one.study_id == f"study-{current[:-1]}")
        ids = (f"source_image-{prior}", f"source_image-{current}")
        quality = rng.choice(["one_expert", "one_expert", "disagreement"])
        cohort.add_label(study, f"{finding}_progression", value, LabelTarget.PAIR, ids, quality=quality)


def labels_by_key(cohort: Cohort) -> dict[Key, list[Label]]:
    found: defaultdict[Key, list[Label]] = defaultdict(list)
    for label in cohort.labels:
        if label.target is LabelTarget.PAIR:
            found[label.target_ids[0], label.target_ids[1], label.code.removesuffix("_progression")].append(label)
    return found


def expect_fate(cohort: Cohort, key: Key, labels: list[Label]) -> str | None:
    """Return why no group can be made, None where one can."""
    if len({label.value for label in labels}) > 1:
        return "label_ambiguous"
    if any(label.quality == "disagreement" for label in labels):
        return "label_disputed"
    by_source = {image.source_image_id: image for image in cohort.images}
    by_id = {image.image_id: image for image in cohort.images}
    if key[0] not in by_source or key[1] not in by_source:
        return "image_not_at_hand"
    films = [by_source[one] for one in key[:2]]
    shown = [by_id[film.duplicate_of or film.image_id] for film in films]
    studies = [
        {image.study_id for image in cohort.images if one.image_id in (image.image_id, image.duplicate_of)} for one in shown
    ]
    if shown[0] == shown[1] or max(map(len, studies)) > 1:
        return "repeated_image"
    if films[0].study_id == films[1].study_id:
        return "visits_too_close"
    visits = {study.study_id: study.visit for study in cohort.studies}
    before, after = visits[films[0].study_id], visits[films[1].study_id]
    return "label_ambiguous" if before is not None and after is not None and before >= after else None


def check_group(cohort: Cohort, result: Result) -> None:
    images: dict[str, RenderedImage] = {image.image_id: image for image in cohort.images}
    said = {(label.study_id, label.code, label.value) for label in cohort.labels}
    splits = {row.subject_id: row.split for row in cohort.splits}
    for group in result.groups:
        shown = [images[one] for one in group.image_ids]
        assert len({one.pixel_sha256 for one in shown}) == 2
        assert {one.subject_id for one in shown} == set(group.subject_ids)
        assert {splits[one.subject_id] for one in shown} == {group.split}
        assert all((fact.said_by, fact.code, fact.value) in said for fact in group.facts)
        assert all(fact.said_by == shown[fact.place].study_id for fact in group.facts)
        assert [fact.value for fact in group.facts if fact.code == f"{group.asked}_progression"] == [group.label]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6))
def test_every_label_has_the_fate_that_its_rows_call_for(seed: int):
    cohort = build_cohort(seed)
    result = group_cohort(cohort, RULES, SETTINGS)
    expected = Counter(expect_fate(cohort, key, labels) for key, labels in labels_by_key(cohort).items())
    fates = result.fates()
    kept_back = {"taken", "unit_cap", "label_balance"}
    assert {fate: n for fate, n in fates.items() if fate not in kept_back} == {fate: n for fate, n in expected.items() if fate}
    assert sum(n for fate, n in fates.items() if fate in kept_back) == expected[None]
    assert len(result.groups) == fates.get("taken", 0)
    check_group(cohort, result)
    assert max(Counter(group.unit_id for group in result.groups).values(), default=0) <= SETTINGS.max_groups_per_unit


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 10**6))
def test_the_order_of_the_rows_moves_nothing(seed: int):
    cohort = build_cohort(seed)
    result = group_cohort(cohort, RULES, SETTINGS)
    for rows in (cohort.studies, cohort.labels, cohort.images, cohort.splits):
        random.Random(seed + 1).shuffle(rows)
    assert group_cohort(cohort, RULES, SETTINGS) == result
