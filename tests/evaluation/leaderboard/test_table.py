import csv
import dataclasses
import io

import pytest
from PIL import Image

from evaluation.leaderboard.figure import draw_leaderboard
from evaluation.leaderboard.table import LeaderboardError, build_leaderboard, render_csv, render_markdown
from evaluation.scores.judging import View
from pipelines.score_records import Score
from pipelines.vocabulary import AnswerType

CLOSED = Score(
    model="tiny",
    benchmark="mim_rad",
    answer_type=AnswerType.CLOSED,
    metric="accuracy",
    view="as_published",
    value=0.5,
    low=0.4,
    high=0.6,
    cluster_low=0.38,
    cluster_high=0.62,
    n=100,
    n_clusters=40,
    n_unparsed=0,
    bert_recall=None,
    bleu=None,
    rouge_l_recall=None,
    length_ratio=None,
    protocol="choice_v1",
)
OPEN = dataclasses.replace(
    CLOSED,
    answer_type=AnswerType.OPEN,
    metric="ci_offline",
    value=0.3281,
    low=None,
    high=None,
    cluster_low=0.3,
    cluster_high=0.35,
    n=20,
    n_clusters=15,
    bert_recall=0.5,
    bleu=0.15,
    rouge_l_recall=0.33,
    length_ratio=1.2,
    protocol="ci_offline; L6",
)


def change(score, **fields):
    return dataclasses.replace(score, **fields)


def test_a_cell_holds_the_point_and_the_interval_by_unit():
    assert "| tiny | 50.00 [38.0, 62.0] | 32.81 [30.0, 35.0] |" in render_markdown([CLOSED, OPEN])


def test_n_and_units_stand_in_the_header():
    header = render_markdown([change(CLOSED, benchmark="held_out_vqa_rad")]).splitlines()[0]
    assert "MIM-RAD (ours): closed, accuracy (n 100, 40 units)" in header


@pytest.mark.parametrize(("n", "told"), [(293, "n 293 as published, 40 units"), (290, "n 290, published 293, 40 units")])
def test_the_size_of_a_released_file_is_held_against_the_published_one(n, told):
    assert f"MIM-RAD, released: closed, accuracy ({told})" in render_markdown([change(CLOSED, n=n)])


def test_answers_that_could_not_be_read_are_counted_in_their_cell():
    closed, empty = change(CLOSED, n_unparsed=4), change(OPEN, n_unparsed=2)
    board = render_markdown([closed, empty])
    assert "50.00 [38.0, 62.0] (undecided 4 of 100)" in board and "32.81 [30.0, 35.0] (empty 2 of 20)" in board
    assert "count as wrong" in board and "count as wrong" not in render_markdown([CLOSED])
    part = render_markdown([CLOSED, change(CLOSED, model="part", n=50, n_unparsed=1)])
    assert "50.00 [38.0, 62.0] (n 50; undecided 1 of 50)" in part


def test_columns_stand_as_in_the_paper_whatever_the_order_of_the_scores():
    names = ("my_own", "held_out_odir", "held_out_vqa_rad", "held_in_temporal")
    board = build_leaderboard([change(CLOSED, benchmark=name) for name in names])
    assert [column.benchmark for column in board.columns] == ["held_in_temporal", "held_out_vqa_rad", "held_out_odir", "my_own"]


def test_what_a_model_does_not_answer_is_a_dash():
    board = render_markdown([CLOSED, change(OPEN, model="other"), change(OPEN, value=None)])
    assert "| tiny | 50.00 [38.0, 62.0] | — |" in board
    assert "| other | — | 32.81 [30.0, 35.0] |" in board


def test_too_few_clusters_give_wilson_and_a_mark():
    few = change(CLOSED, cluster_low=None, cluster_high=None, n_clusters=4)
    board = render_markdown([few])
    assert "50.00 [40.0, 60.0]†" in board and "† too few clusters" in board


def test_a_model_that_answered_fewer_items_shows_its_own_n():
    board = render_markdown([CLOSED, change(CLOSED, model="part", n=50)])
    assert "50.00 [38.0, 62.0] (n 50)" in board


@pytest.mark.parametrize("field", ["metric", "protocol"])
def test_two_presets_never_stand_in_one_table(field):
    mixed = [OPEN, change(OPEN, model="other", **{field: "open_v1"})]
    for render in (render_markdown, render_csv, draw_leaderboard):
        with pytest.raises(LeaderboardError, match="open_v1"):
            render(mixed)


def test_one_cell_given_twice_is_refused():
    with pytest.raises(LeaderboardError, match="tiny on mim_rad"):
        build_leaderboard([CLOSED, change(CLOSED, value=0.9)])


def test_views_do_not_mix_and_open_answers_stand_in_both():
    rows = [CLOSED, change(CLOSED, view="corrected", value=0.7, cluster_low=0.6, cluster_high=0.8), OPEN]
    published, corrected = render_markdown(rows), render_markdown(rows, view=View.CORRECTED)
    assert "50.00" in published and "70.00" not in published
    assert "70.00" in corrected and "50.00" not in corrected
    assert "32.81" in published and "32.81" in corrected


def test_a_synthetic_cohort_is_named_in_the_table():
    assert "synthetic cohort" in render_markdown([CLOSED], is_synthetic=True)
    assert "synthetic" not in render_markdown([CLOSED])


def test_names_cannot_break_the_table():
    table = render_markdown([change(CLOSED, model="a|b\nc<d>", benchmark="x|y")])
    assert "a\\|b c&lt;d>" in table
    widths = {line.replace("\\|", "").count("|") for line in table.splitlines() if line.startswith("|")}
    assert widths == {3}


def test_csv_has_one_row_per_score_with_every_field():
    rows = list(csv.DictReader(io.StringIO(render_csv([CLOSED, OPEN]))))
    assert [row["answer_type"] for row in rows] == ["closed", "open"]
    assert set(rows[0]) == {field.name for field in dataclasses.fields(Score)}
    assert float(rows[1]["value"]) == 0.3281 and rows[0]["bleu"] == ""


def test_the_picture_is_a_png_that_is_equal_for_equal_scores():
    rows = [change(CLOSED, model="chance", value=0.25, cluster_low=None, cluster_high=None, low=None, high=None), CLOSED, OPEN]
    picture = draw_leaderboard(rows)
    assert picture == draw_leaderboard(rows)
    with Image.open(io.BytesIO(picture)) as image:
        assert image.format == "PNG" and image.width > 600 and image.height > 200


def test_the_picture_differs_where_the_cohort_is_synthetic_and_where_a_score_differs():
    pictures = {
        draw_leaderboard([CLOSED]),
        draw_leaderboard([CLOSED], is_synthetic=True),
        draw_leaderboard([change(CLOSED, value=0.6)]),
    }
    assert len(pictures) == 3


def test_odd_model_names_can_be_drawn():
    assert draw_leaderboard([change(CLOSED, model="模型 $x_1$ " + "long " * 30), change(CLOSED, model="")])


def test_many_columns_wrap_into_rows():
    rows = [change(CLOSED, benchmark=f"b{place}") for place in range(7)]
    with Image.open(io.BytesIO(draw_leaderboard(rows))) as image:
        assert image.width < 2200
