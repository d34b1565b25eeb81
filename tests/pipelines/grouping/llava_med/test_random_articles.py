"""Whatever articles there are: partners are found exactly where there are any, and what a group promises holds."""

import random
from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.choices import Grouping
from pipelines.grouping.llava_med.rules import RULES
from pipelines.records import RenderedImage
from pipelines.vocabulary import ImageRole, Modality, Source, Split
from tests.pipelines.grouping.llava_med.articles import DOMAINS, add_article, add_figure, ask
from tests.pipelines.grouping.rows import Cohort, Result, group_cohort

SETTINGS = Grouping(three_image_share=1, max_groups_per_unit=3, max_groups_per_image=4)
Pool = tuple[Split, Modality | None]


def build_cohort(seed: int) -> Cohort:
    rng = random.Random(seed)
    cohort = Cohort(Source.LLAVA_MED)
    for number in range(rng.randint(1, 7)):
        name = f"{number}"
        study = add_article(cohort, name, split=rng.choice([Split.TRAIN, Split.TRAIN, Split.HELD_IN]))
        for figure in range(1, rng.randint(2, 4)):
            modality = rng.choice([Modality.CT, Modality.MRI, None])
            first = next((one for one in cohort.images if one.duplicate_of is None and rng.random() < 0.05), None)
            said = {} if first is None else {"duplicate_of": first.image_id, "pixel_sha256": first.pixel_sha256}
            if rng.random() < 0.9:
                add_figure(cohort, study, f"{name}_F{figure}", modality, **said)
            for turn in range(rng.randint(0, 3)):
                ask(cohort, f"{name}_F{figure}", f"-{turn}", f"answer {number} {figure} {turn}")
    return cohort


def persons_by_pool(cohort: Cohort) -> dict[Pool, set[str]]:
    splits = {row.subject_id: row.split for row in cohort.splits}
    found: defaultdict[Pool, set[str]] = defaultdict(set)
    for image in cohort.images:
        if image.duplicate_of is None:
            found[splits[image.subject_id], image.modality].add(image.subject_id)
    return found


def shown_figure(cohort: Cohort, path: str) -> RenderedImage | None:
    by_id = {image.image_id: image for image in cohort.images}
    own = next((image for image in cohort.images if image.source_path == path), None)
    return None if own is None else by_id[own.duplicate_of or own.image_id]


def check_groups(cohort: Cohort, result: Result) -> None:
    images = {image.image_id: image for image in cohort.images}
    splits = {row.subject_id: row.split for row in cohort.splits}
    answers = {question.question_id: question for question in cohort.questions}
    pools = persons_by_pool(cohort)
    for group in result.groups:
        shown = [images[one] for one in group.image_ids]
        asked = shown[group.roles.index(ImageRole.ASKED)]
        assert len({one.subject_id for one in shown}) == len(shown) == len({one.pixel_sha256 for one in shown})
        assert {splits[one.subject_id] for one in shown} == {group.split}
        assert {one.modality for one in shown} == {asked.modality}
        assert len(shown) == min(3, len(pools[group.split, asked.modality]))
        [said] = [fact for fact in group.facts if fact.code == "answer"]
        question = answers[said.said_by]
        assert (group.label, said.value) == (question.answer, question.answer)
        assert shown_figure(cohort, question.image_path) == asked == shown[said.place]
        domains = {(place, one.source_image_id, DOMAINS[one.modality]) for place, one in enumerate(shown) if one.modality}
        assert {(fact.place, fact.said_by, fact.value) for fact in group.facts if fact.code == "domain"} == domains


def check_places(result: Result) -> None:
    """Check that among groups of one split and size the asked figure stands at each place equally often."""
    places: defaultdict[tuple[Split, int], Counter[int]] = defaultdict(Counter)
    for group in result.groups:
        places[group.split, len(group.image_ids)][group.roles.index(ImageRole.ASKED)] += 1
    for (_, size), counts in places.items():
        found = [counts[place] for place in range(size)]
        assert max(found) - min(found) <= 1


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6))
def test_partners_are_found_exactly_where_there_are_any(seed: int):
    cohort = build_cohort(seed)
    result = group_cohort(cohort, RULES, SETTINGS)
    pools, splits = persons_by_pool(cohort), {row.subject_id: row.split for row in cohort.splits}
    expected: Counter[str] = Counter()
    for question in cohort.questions:
        figure = shown_figure(cohort, question.image_path)
        if figure is None:
            expected["image_not_at_hand"] += 1
        else:
            has_partner = len(pools[splits[figure.subject_id], figure.modality]) > 1
            expected["possible" if has_partner else "no_partner"] += 1
    fates = result.fates()
    possible = sum(fates.pop(fate, 0) for fate in ("taken", "unit_cap", "image_cap"))
    assert Counter(fates) + Counter(possible=possible) == expected
    check_groups(cohort, result)
    assert max(Counter(group.unit_id for group in result.groups).values(), default=0) <= SETTINGS.max_groups_per_unit
    uses = Counter(one for group in result.groups for one in group.image_ids)
    assert max(uses.values(), default=0) <= SETTINGS.max_groups_per_image
    check_places(result)


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 10**6))
def test_the_order_of_the_rows_moves_nothing(seed: int):
    cohort = build_cohort(seed)
    result = group_cohort(cohort, RULES, SETTINGS)
    for rows in (cohort.studies, cohort.labels, cohort.images, cohort.splits, cohort.questions):
        random.Random(seed + 1).shuffle(rows)
    assert group_cohort(cohort, RULES, SETTINGS) == result
