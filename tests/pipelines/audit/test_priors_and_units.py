import pytest

from pipelines.audit.kinds import Side

UID = "1.2.999.1.3.62.1.22222222.20190732"


def closed(make, options, key, **more):
    printed = "".join(f"{chr(65 + place)}: {text}\n" for place, text in enumerate(options))
    return make(f"Q?\n{printed}", f"{chr(65 + key)}: {options[key]}", **more)


def test_letters_are_counted_by_number_of_options_and_tested_where_there_are_enough(desk, make):
    records = [closed(make, ["xa", "yb"], 0, id=n) for n in range(20)] + [
        closed(make, ["xa", "yb", "zc"], 2, id=n) for n in range(3)
    ]
    two, three = desk.audit(records).priors.letters
    assert two.counts == (20, 0) and two.chi_square == 20 and two.p_value is not None and two.p_value < 1e-4
    assert three.counts == (0, 0, 3) and three.p_value is None


def test_of_equally_long_options_the_rule_takes_the_first(desk, make):
    (row,) = desk.audit([closed(make, ["aa", "bb"], 1), closed(make, ["aa", "bb"], 0)]).priors.longest_option
    assert (row.correct, row.n, row.chance) == (1, 2, 0.5)


def test_the_majority_answer_is_told_by_its_text_not_its_letter(desk, make):
    records = [closed(make, ["Stable", "worse"], 0), closed(make, ["worse", "stable"], 1), closed(make, ["stable", "worse"], 1)]
    (row,) = desk.audit(records).priors.answers
    assert (row.majority, row.n, row.n_distinct, round(row.share, 2)) == ("stable", 3, 2, 0.67)


def test_an_option_offered_five_times_and_never_right_is_told(desk, make):
    records = [closed(make, ["yes", "recovering well", f"other {n}"], 0) for n in range(5)]
    (row,) = desk.audit(records).priors.never_correct
    assert (row.n_texts, row.slots, row.n_slots, row.examples) == (1, 5, 15, (("recovering well", 5),))


def test_questions_without_one_printed_key_are_left_out_of_the_priors(desk, make):
    records = [make("Q?\nA: x\nB: y\n", "C: z"), make("Q?\nA: x\nB: y\n", "A, B"), closed(make, ["x", "y"], 1)]
    (row,) = desk.audit(records).priors.longest_option
    assert row.n == 1


def test_priors_are_told_by_source_tag_without_its_date_and_by_side(desk, make):
    report = desk.audit(
        [closed(make, ["x", "y"], 0, source="T_a_20250123"), closed(make, ["x", "y"], 0, source="T_a_20250124")],
        [closed(make, ["x", "y"], 0, source="T_a")],
    )
    assert [(row.side, row.tag, row.n) for row in report.priors.longest_option] == [
        (Side.BENCHMARK, "T_a", 2),
        (Side.TRAIN, "T_a", 1),
    ]


def test_slices_and_sequences_of_one_visit_pair_are_one_unit(desk, make):
    records = [
        make(
            images=(f"Patient-001/slice_{n}/{kind}_week_000-1.png", f"Patient-001/slice_{n}/{kind}_week_012.png"),
            id=f"{n}{kind}",
        )
        for n in (90, 91, 92)
        for kind in ("ct1", "flair")
    ]
    records.append(
        make(images=("Patient-001/slice_90/ct1_week_000-1.png", "Patient-001/slice_90/ct1_week_020.png"), id="other")
    )
    (unit,) = desk.audit(records).units
    assert (unit.questions, unit.units, unit.subjects, unit.largest) == (7, 2, 1, 6)


@pytest.mark.parametrize(
    "path",
    [
        f"cohort_1/99000001/{UID}.{{study}}/1.2.999.2/1.2.826.{{image}}.png",
        "p19/p19999901/s5999990{study}/{image}{image}{image}{image}{image}{image}{image}{image}.jpg",
    ],
)
def test_other_views_of_the_same_two_studies_are_one_unit(desk, make, path):
    records = [make(images=(path.format(study=1, image=n), path.format(study=2, image=n)), id=n) for n in (1, 2)]
    records.append(make(images=(path.format(study=1, image=1), path.format(study=3, image=1)), id=3))
    (unit,) = desk.audit(records).units
    assert (unit.questions, unit.units, unit.largest) == (3, 2, 2)


def test_images_of_unknown_visits_are_units_by_their_set(desk, make):
    records = [
        make(images=("a/1.png", "a/2.png"), id=1),
        make(images=("a/2.png", "a/1.png"), id=2),
        make(images=("a/1.png",), id=3),
    ]
    (unit,) = desk.audit(records).units
    assert (unit.questions, unit.units) == (3, 2)
