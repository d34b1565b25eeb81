"""Every figure is well-formed SVG that holds the names and numbers it is about; where there is nothing there is no figure."""

import re
import warnings
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from evaluation.choice import ChoiceRule
from evaluation.figures.drawing import PictureFormat
from evaluation.figures.text import shorten_row
from evaluation.leaderboard.figure import draw_leaderboard
from evaluation.report.differences import pick_differences
from evaluation.report.figures import draw_blind_against_sighted, draw_differences
from evaluation.report.reading_figures import count_letters, draw_letters, draw_rules, pick_read_answers
from pipelines.score_records import Condition
from tests.evaluation.report.made_findings import OPEN, make_answer, make_comparison, make_effect, make_score

ODD = 'a <b> & "c" $x_1$ \N{CJK UNIFIED IDEOGRAPH-6A21} \x00\x1b'


def read_texts(svg):
    root = ElementTree.fromstring(svg)
    return [" ".join("".join(node.itertext()).split()) for node in root.iter("{http://www.w3.org/2000/svg}text")]


def test_nothing_to_draw_gives_no_figure():
    assert draw_blind_against_sighted([]) is None and draw_differences([]) is None
    assert draw_rules({}) is None and draw_rules({"tiny": []}) is None
    assert draw_letters([], "tiny") is None
    assert draw_letters([make_answer(answer_type=OPEN, rule=None, keyed_place=None)], "tiny") is None


def test_a_dumbbell_names_model_benchmark_and_size_by_the_words_of_the_table():
    texts = read_texts(draw_blind_against_sighted([make_effect(), make_effect(condition=Condition.SHUFFLED_IMAGES)]))
    assert "tiny · MIM-RAD (ours), closed (n 100, 40 units)" in texts
    assert {"as it is", "blind: no images", "images of another item"} <= set(texts)


def test_one_dumbbell_shows_both_controls_of_a_cell():
    both = [make_effect(), make_effect(condition=Condition.SHUFFLED_IMAGES)]
    assert sum("MIM-RAD" in text for text in read_texts(draw_blind_against_sighted(both))) == 1


def test_a_forest_plot_says_what_its_interval_is_and_of_how_many_items():
    texts = read_texts(draw_differences([make_comparison()]))
    assert "tiny − chance · MIM-RAD (ours), closed (n 100)" in texts
    assert any("95 % cluster bootstrap" in text for text in texts)


def test_only_what_outlives_holm_is_filled():
    clear, not_clear, unknown = (draw_differences([make_comparison(holm=p)]) for p in (0.01, 0.2, 0.05))
    assert clear != not_clear and not_clear == unknown
    untested = replace(make_comparison(), sign_flip_p=None, sign_flip_p_holm=None, low=None, high=None)
    assert read_texts(draw_differences([untested]))


def test_a_model_stands_before_a_rule_and_the_difference_turns_with_it():
    row = replace(make_comparison("chance", "tiny", difference=-0.2), n_only_a=3, n_only_b=8)
    [turned] = pick_differences([row])
    assert (turned.model_a, turned.model_b, turned.difference) == ("tiny", "chance", 0.2)
    assert (turned.low, turned.high) == pytest.approx((0.1, 0.3))
    assert (turned.n_only_a, turned.n_only_b) == (8, 3)


def test_rules_against_rules_and_the_corrected_view_are_not_picked():
    rows = [make_comparison("chance", "longest_option"), make_comparison(view="corrected"), make_comparison("a", "b")]
    assert [(row.model_a, row.model_b) for row in pick_differences(rows)] == [("a", "b")]


def test_bars_of_rules_have_the_number_of_answers_and_every_rule_that_fired():
    answers = [make_answer(), make_answer("r2", rule="whole"), make_answer("r3", letter=None)]
    texts = read_texts(draw_rules({"tiny": answers}))
    assert "tiny (n 3)" in texts and {"cue", "whole", "undecided"} <= set(texts)
    assert "boxed" not in texts


def test_every_rule_has_a_colour_and_a_place_in_the_legend():
    answers = [make_answer(str(rule), rule=str(rule)) for rule in ChoiceRule]
    texts = read_texts(draw_rules({"tiny": answers}))
    assert {rule.replace("_", " ") for rule in ChoiceRule} <= set(texts)


def test_answers_are_read_as_they_are_shown_and_blind_where_there_is_no_other_run():
    answers = [
        make_answer(),
        make_answer(condition=Condition.BLIND),
        make_answer(model="llm", condition=Condition.BLIND),
        make_answer(condition=Condition.PERMUTED_OPTIONS, variant="1"),
        make_answer("r2", answer_type=OPEN),
    ]
    picked = pick_read_answers(answers)
    assert {name: len(some) for name, some in picked.items()} == {"tiny": 1, "llm, blind": 1}


def test_letters_are_counted_by_place_and_undecided_ones_apart():
    answers = [
        make_answer(),
        make_answer("r2", letter="A"),
        make_answer("r3", letter=None),
        make_answer("r4", keyed_place=None),
    ]
    assert count_letters(answers) == {("B", "B"): 1, ("B", "A"): 1, ("B", "–"): 1}


def test_a_letter_matrix_holds_the_share_of_each_row_and_its_size():
    answers = [make_answer(str(place)) for place in range(3)] + [make_answer("x", letter=None)]
    texts = read_texts(draw_letters(answers, "tiny"))
    assert {"75", "25", "–", "B (n 4)", "tiny"} <= set(texts)


def test_the_score_table_as_svg_has_titles_sizes_values_and_the_mark_of_few_units():
    few = make_score("few", cluster_low=None, cluster_high=None, n_clusters=3)
    svg = draw_leaderboard([make_score("chance", value=0.25), make_score(), few], picture_format=PictureFormat.SVG)
    texts = read_texts(svg)
    assert {"MIM-RAD (ours)", "closed, accuracy", "n 100, 40 units", "50.0", "50.0†", "chance 25.0", "tiny", "few"} <= set(
        texts
    )


@pytest.mark.parametrize(
    "draw",
    [
        lambda: draw_blind_against_sighted([make_effect(ODD)]),
        lambda: draw_differences([make_comparison(ODD, "b")]),
        lambda: draw_rules({ODD: [make_answer()]}),
        lambda: draw_letters([make_answer()], ODD),
        lambda: draw_leaderboard([make_score(ODD)], picture_format=PictureFormat.SVG),
    ],
)
def test_odd_names_give_well_formed_svg_and_equal_rows_equal_bytes(draw):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = draw()
    assert any("a <b> &" in text for text in read_texts(svg))
    assert svg == draw()


def test_a_figure_names_nothing_outside_of_itself():
    svg = draw_differences([make_comparison()])
    assert svg is not None
    links = re.findall(r"(?:href|src)=\"([^#\"][^\"]*)\"", svg)
    assert links == []


def test_a_long_name_is_cut_before_the_control_that_tells_its_rows_apart():
    names = {shorten_row(f"{'long ' * 20}{control}") for control in ("", ", blind", ", shuffled images")}
    assert len(names) == 3 and all(len(name) < 50 for name in names)
