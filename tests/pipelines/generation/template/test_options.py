import math
import random
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.generation.template.eye_signs import signs_of
from pipelines.generation.template.options import choose_options, refuted_classes
from pipelines.grouping.label_caps import cap_labels
from pipelines.vocabulary import Split, SubTask
from tests.pipelines.generation.template.inherent_groups import KEYWORDS, eye_group, make_group, plausible_groups

SEED = 20250519
# How often each diagnosis stands in the published table of ODIR-5K, of 6,392 eyes.
ODIR_COUNTS = {
    "normal": 2873,
    "diabetes": 1608,
    "other": 708,
    "cataract": 293,
    "glaucoma": 284,
    "amd": 266,
    "myopia": 232,
    "hypertension": 128,
}
SECOND_KEYWORDS = ("drusen", "laser spot", "macular epiretinal membrane", "tessellated fundus", "optic nerve atrophy")


def _assess(label, name, split=Split.TRAIN):
    facts = [(0, "birads", label), (1, "birads", label)]
    return make_group(SubTask.TWO_VIEW_ASSESSMENT, label, facts, name, split=split)


def _eyes(counts, seed=1, share_of_second_keywords=0.0):
    """Groups of eye_diagnosis; some ill eyes have a second keyword, which rules further wrong options out."""
    draw = random.Random(seed)
    groups = []
    for label, count in counts.items():
        for number in range(count):
            more = (draw.choice(SECOND_KEYWORDS),) if label != "normal" and draw.random() < share_of_second_keywords else ()
            groups.append(eye_group(label, "LR"[number % 2], str(number), keywords=KEYWORDS[label] + more))
    return groups


def _offers(groups, chosen):
    right, offered = Counter(), Counter()
    for group in groups:
        right[group.label] += 1
        offered.update([group.label, *chosen[group.group_id]])
    return right, offered


def test_the_options_of_which_image_are_all_places():
    groups = plausible_groups(SubTask.SUSPICIOUS_IMAGE)
    chosen = choose_options(groups, SEED)
    for group in groups:
        assert sorted([group.label, *chosen[group.group_id]]) == [str(place + 1) for place in range(len(group.image_ids))]


def test_a_class_that_is_never_right_in_a_split_is_no_option_there():
    groups = [_assess(label, f"{label}-train") for label in "NBS"]
    groups += [_assess(label, f"{label}-held", Split.HELD_IN) for label in "NK"]
    chosen = choose_options(groups, SEED)
    assert {group.group_id: set(chosen[group.group_id]) | {group.label} for group in groups} == {
        group.group_id: set("NBS") if group.split is Split.TRAIN else set("NK") for group in groups
    }


def test_where_one_answer_alone_occurs_there_is_no_wrong_option():
    groups = [_assess("N", str(number)) for number in range(3)]
    assert set(choose_options(groups, SEED).values()) == {()}


def test_all_seven_categories_are_options_where_all_occur():
    groups = [_assess(label, label) for label in "ANBPSMK"]
    assert all(len(wrong) == 6 for wrong in choose_options(groups, SEED).values())


def test_four_diagnoses_are_options_of_an_eye():
    groups = _eyes(dict.fromkeys(KEYWORDS, 10))
    chosen = choose_options(groups, SEED)
    assert {len(set(wrong) | {group.label}) for group, wrong in ((one, chosen[one.group_id]) for one in groups)} == {4}


@pytest.mark.parametrize(
    ("keywords", "ruled_out"),
    [
        (("moderate nonproliferative retinopathy", "drusen"), {"amd", "other"}),
        (("moderate nonproliferative retinopathy", "laser spot"), {"other"}),
        (("moderate nonproliferative retinopathy", "hypertensive retinopathy"), {"hypertension"}),
        (
            ("moderate nonproliferative retinopathy", "something quite unheard of"),
            {"amd", "cataract", "glaucoma", "hypertension", "myopia", "other"},
        ),
        (("moderate nonproliferative retinopathy",), set()),
        ((), {"other"}),
    ],
)
def test_what_a_keyword_of_the_asked_eye_may_mean_is_not_offered_as_wrong(keywords, ruled_out):
    group = eye_group("diabetes", "R", keywords=keywords)
    assert set(KEYWORDS) - set(refuted_classes(group, KEYWORDS)) == {"diabetes", *ruled_out}


def test_keywords_of_the_other_eye_rule_nothing_out():
    group = eye_group("normal", "L", other="glaucoma")
    assert set(refuted_classes(group, KEYWORDS)) == set(KEYWORDS) - {"normal"}


def test_no_wrong_option_is_spoken_of_by_a_keyword_of_the_asked_eye():
    groups = _eyes(dict.fromkeys(KEYWORDS, 60), share_of_second_keywords=0.5)
    chosen = choose_options(groups, SEED)
    for group in groups:
        place = "LR".index(group.asked)
        said = {fact.value for fact in group.facts if fact.image_index == place and fact.code == "keyword"}
        assert not set(chosen[group.group_id]) & frozenset().union(*map(signs_of, said))


def test_a_blind_choice_of_the_most_frequent_class_gains_no_more_than_it_must():
    """No class is right in more than 1/4 of its offers; the published counts are capped as grouping caps them."""
    cap = cap_labels(ODIR_COUNTS, excess=1.5)
    groups = _eyes({label: min(count, cap) // 2 for label, count in ODIR_COUNTS.items()})
    chosen = choose_options(groups, SEED)
    right, offered = _offers(groups, chosen)
    assert max(right[label] / offered[label] for label in right) < 0.26
    guessed = (max((group.label, *chosen[group.group_id]), key=lambda one: (right[one], one)) for group in groups)
    n_right = sum(guess == group.label for guess, group in zip(guessed, groups, strict=True))
    assert n_right / len(groups) < 0.28, "the rule: take the offered class that is the answer most often"


def test_a_class_that_is_too_frequent_to_be_outweighed_is_offered_always_and_the_rest_evenly():
    groups = _eyes({"normal": 400, "diabetes": 50, "other": 50, "glaucoma": 50, "amd": 50, "myopia": 50})
    right, offered = _offers(groups, choose_options(groups, SEED))
    assert offered["normal"] == len(groups)
    shares = [right[label] / offered[label] for label in right if label != "normal"]
    assert max(shares) - min(shares) < 0.02


def test_within_one_set_of_options_each_is_equally_likely_to_be_right():
    """The strongest blind rule knows how often each class is right beside the very others; it gains next to nothing."""
    counts = dict(zip(KEYWORDS, (180, 180, 110, 110, 100, 50, 90, 180), strict=True))
    groups = [eye_group(label, "L", str(number)) for label, count in counts.items() for number in range(8 * count)]
    chosen = choose_options(groups, SEED)
    within = defaultdict(Counter)
    for group in groups:
        within[frozenset({group.label, *chosen[group.group_id]})][group.label] += 1
    best = sum(max(answers.values()) for answers in within.values())
    assert len(within) == math.comb(len(KEYWORDS), 4)
    assert best / len(groups) < 0.27


def test_options_stay_balanced_where_second_keywords_rule_some_out():
    counts = dict.fromkeys(KEYWORDS, 150)
    groups = _eyes(counts, share_of_second_keywords=0.3)
    right, offered = _offers(groups, choose_options(groups, SEED))
    assert max(abs(right[label] / offered[label] - 0.25) for label in right) < 0.03


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(KEYWORDS)), st.integers(1, 30), min_size=1), st.randoms(use_true_random=False))
def test_options_depend_on_the_groups_not_on_their_order_and_are_right_in_form(counts, randomness):
    groups = _eyes(counts, share_of_second_keywords=0.4)
    shuffled = list(groups)
    randomness.shuffle(shuffled)
    chosen = choose_options(groups, SEED)
    assert chosen == choose_options(shuffled, SEED)
    for group in groups:
        wrong = chosen[group.group_id]
        assert len(set(wrong)) == len(wrong)
        assert set(wrong) <= set(counts) - {group.label}
    assert len({len(wrong) for wrong in chosen.values() if wrong}) <= 1
    right = {group.label for group in groups if chosen[group.group_id]}
    assert {name for wrong in chosen.values() for name in wrong} <= right


def test_an_eye_whose_keywords_leave_too_few_wrong_options_is_asked_openly_alone():
    """ "Normal or glaucoma?" among questions of four options would tell that the eye is ill."""
    puzzling = eye_group("glaucoma", "L", "puzzling", keywords=("glaucoma", "something quite unheard of"))
    groups = [*_eyes(dict.fromkeys(KEYWORDS, 10)), puzzling]
    chosen = choose_options(groups, SEED)
    assert refuted_classes(puzzling, KEYWORDS) == ("normal",)
    assert chosen.pop(puzzling.group_id) == ()
    assert {len(wrong) for wrong in chosen.values()} == {3}


def test_a_class_of_which_every_group_is_asked_openly_is_no_option_of_others():
    puzzling = eye_group("glaucoma", "L", "puzzling", keywords=("glaucoma", "something quite unheard of"))
    groups = [*_eyes({label: 10 for label in KEYWORDS if label != "glaucoma"}), puzzling]
    chosen = choose_options(groups, SEED)
    assert "glaucoma" not in {name for wrong in chosen.values() for name in wrong}


def test_where_every_wrong_option_may_be_true_there_is_no_closed_item():
    groups = [
        eye_group("diabetes", keywords=("moderate nonproliferative retinopathy", "drusen")),
        eye_group("amd", keywords=("dry age-related macular degeneration", "laser spot")),
    ]
    assert set(choose_options(groups, SEED).values()) == {()}


def test_another_seed_draws_other_options():
    groups = _eyes(dict.fromkeys(KEYWORDS, 20))
    assert choose_options(groups, 1) != choose_options(groups, 2)


def test_a_class_that_is_never_the_answer_of_one_side_is_no_option_there_where_others_are_at_hand():
    left = [eye_group(label, "L", str(number)) for label in KEYWORDS for number in range(20)]
    right = [eye_group(label, "R", str(number)) for label in KEYWORDS if label != "myopia" for number in range(20)]
    chosen = choose_options(left + right, SEED)
    assert not any("myopia" in chosen[group.group_id] for group in right)
    assert any("myopia" in chosen[group.group_id] for group in left)
