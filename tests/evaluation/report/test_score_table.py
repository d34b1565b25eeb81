from dataclasses import replace

import pytest

from evaluation.report.findings import Findings
from evaluation.report.score_table import build_score_table
from evaluation.scores.judging import View
from pipelines.score_records import Condition, ImageUse
from tests.evaluation.report.made_findings import OPEN, make_card, make_effect, make_findings, make_score


def build(*scores, view=View.AS_PUBLISHED, **fields):
    return build_score_table(Findings(scores=scores, **fields), view)


def rows_of(table):
    return {row.name: row for row in table.rows if row.kind != "paper"}


def test_the_highest_sighted_scores_of_a_column_are_bold_all_of_them_where_they_tie():
    table = build(
        make_score("a", value=0.7),
        make_score("b", value=0.7),
        make_score("c", value=0.69),
        make_score("longest_option", value=0.7),
    )
    assert [row.cells[0].kind for row in rows_of(table).values()] == ["best", "best", "", "best"]


def test_a_blind_score_is_never_the_best_though_it_be_the_highest():
    table = build(make_score(value=0.4), make_score(value=0.9, condition=Condition.BLIND))
    assert [row.cells[0].kind for row in rows_of(table).values()] == ["best", ""]
    only_blind = build(make_score(value=0.9, condition=Condition.BLIND))
    assert only_blind.rows[0].cells[0].kind == ""


def test_scores_that_are_printed_alike_are_bold_alike():
    table = build(make_score("a", value=0.70001), make_score("b", value=0.70004))
    assert [row.cells[0].kind for row in rows_of(table).values()] == ["best", "best"]


@pytest.mark.parametrize(
    ("effect", "kind", "gain"),
    [
        (make_effect(difference=0.184, low=0.01, high=0.3), "best above", "▲ +18.4"),
        (make_effect(difference=0.184, low=-0.01, high=0.3), "best not-above", "△ +18.4"),
        (make_effect(difference=0.184, low=0.0, high=0.3), "best not-above", "△ +18.4"),
        (make_effect(difference=-0.05, low=-0.1, high=-0.01), "best not-above", "△ -5.0"),
        (make_effect(difference=0.3, low=None, high=None), "best", "+30.0"),
        (make_effect(difference=-0.0001, low=-0.1, high=0.1), "best not-above", "△ +0.0"),
    ],
)
def test_a_gain_is_above_only_where_its_whole_interval_is(effect, kind, gain):
    cell = build(make_score(), effects=[effect]).rows[0].cells[0]
    assert (cell.kind, cell.gain) == (kind, gain)


def test_a_gain_is_that_of_the_blind_run_and_of_the_same_view_alone():
    others = [make_effect(condition=Condition.SHUFFLED_IMAGES), make_effect(view="corrected"), make_effect("other")]
    assert build(make_score(), effects=others).rows[0].cells[0].gain == ""


def test_each_model_is_followed_by_its_controls():
    table = build(
        make_score("a"),
        make_score("b"),
        make_score("b", condition=Condition.BLIND),
        make_score("a", condition=Condition.SHUFFLED_IMAGES),
        make_score("a", condition=Condition.BLIND),
    )
    assert [(row.name, row.kind) for row in rows_of(table).values()] == [
        ("a", "model"),
        ("a, blind", "control"),
        ("a, shuffled images", "control"),
        ("b", "model"),
        ("b, blind", "control"),
    ]


def test_a_model_that_takes_text_alone_has_one_row_that_says_what_it_is():
    card = make_card("llm", image_use=ImageUse.NONE, label="smollm2 at local", remarks=("no image is sent",))
    table = build(make_score("llm", condition=Condition.BLIND), cards=[card])
    row = rows_of(table)["llm, blind"]
    assert row.kind == "text-only"
    assert row.note == "smollm2 at local; no image is sent; takes text alone"


def test_a_note_stands_once_for_a_model_and_never_for_a_rule():
    cards = [make_card(), make_card("chance", kind="baseline", label="chance", remarks=("a rule that sees no image",))]
    table = build(make_score("chance"), make_score(), make_score(condition=Condition.BLIND), cards=cards)
    assert [row.note for row in rows_of(table).values()] == ["", "org/tiny@abc; untrained", ""]


def test_columns_stand_as_in_the_paper_whatever_the_order_of_the_scores():
    names = ("my_own", "held_out_odir", "held_out_vqa_rad", "held_in_coreference", "held_in_temporal")
    table = build(*(make_score(benchmark=name) for name in names), make_score(benchmark="held_in_temporal", answer_type=OPEN))
    assert [head.title for head in table.heads] == [
        "Temporal (ours)",
        "Co-reference (ours)",
        "MIM-RAD (ours)",
        "MIM-ODIR (ours)",
        "my own",
    ]
    assert [head.width for head in table.heads] == [2, 1, 1, 1, 1]
    assert table.columns[:2] == ("closed", "open") and table.metrics[:2] == ("accuracy", "ci_offline")


def test_rows_of_the_paper_stand_only_where_it_has_a_column():
    table = build(make_score(), make_score(answer_type=OPEN), make_score(benchmark="my_own"))
    papers = [row for row in table.rows if row.kind == "paper"]
    assert [row.name.split(",")[0] for row in papers] == ["GPT-4o", "Mantis", "Med-Mantis"]
    assert [cell.value for cell in papers[0].cells] == ["69.0", "", ""]
    assert not [row for row in build(make_score(benchmark="my_own")).rows if row.kind == "paper"]
    assert not [row for row in build(make_score(answer_type=OPEN)).rows if row.kind == "paper"]


def test_the_paper_has_no_corrected_scores():
    assert not [row for row in build(make_score(view="corrected"), view=View.CORRECTED).rows if row.kind == "paper"]


def test_views_do_not_mix():
    findings = make_findings()
    published, corrected = (build_score_table(findings, view) for view in View)
    assert published.rows[0].cells[0].value == "50.0" and corrected.rows[0].cells[0].value == "55.0"
    assert published.rows[0].cells[0].gain and not corrected.rows[0].cells[0].gain


def test_a_cell_says_how_many_answers_could_not_be_read_and_how_few_units_there_are():
    odd = make_score(n_unparsed=4, n_clusters=9, cluster_low=None, cluster_high=None)
    cell = build(odd).rows[0].cells[0]
    assert (cell.mark, cell.interval, cell.remark) == ("†", "[40.0, 60.0]", "undecided 4 of 100")
    assert "9 units: too few clusters" in cell.told and "Wilson" in cell.told
    assert build(make_score()).rows[0].cells[0].remark == ""


def test_the_size_of_a_released_file_is_held_against_the_published_one():
    whole, part = make_score(benchmark="mim_rad_released", n=293), make_score("b", benchmark="mim_odir", n=299)
    table = build(whole, part)
    assert [head.note for head in table.heads] == ["released", "released"]
    assert table.sizes == ("n 293 as published, 40 units", "n 299, published 300, 40 units")
    assert build(make_score(n=293)).sizes == ("n 293, 40 units",)


def test_a_model_that_answered_fewer_items_says_so():
    table = build(make_score("a"), replace(make_score("b"), n=50, n_unparsed=1))
    assert rows_of(table)["b"].cells[0].remark == "n 50; undecided 1 of 50"
