"""Below the score table stands what is left of each score without the images, and what each model is."""

from evaluation.leaderboard.controls import describe_card, render_controls, render_controls_text
from pipelines.score_records import Condition, ImageUse
from tests.evaluation.report.made_findings import OPEN, make_card, make_effect, make_score

SCORES = [make_score("chance"), make_score(), make_score(condition=Condition.BLIND, value=0.4), make_score(view="corrected")]
EFFECTS = [
    make_effect(difference=0.031, low=-0.01, high=0.072),
    make_effect(condition=Condition.SHUFFLED_IMAGES, difference=-0.2, low=-0.3, high=-0.1),
    make_effect(view="corrected", difference=0.5),
]


def test_each_column_of_a_model_says_what_is_left_above_both_controls():
    rows = [line for line in render_controls(EFFECTS, SCORES).splitlines() if line.startswith("| tiny")]
    assert rows == [
        "| tiny | MIM-RAD (ours), closed | 50.0 [38.0, 62.0]; 3.1 [-1.0, 7.2] above blind "
        "| 20.0 [10.0, 30.0] below shuffled images |"
    ]


def test_a_rule_has_no_images_to_lose():
    assert "chance" not in render_controls(EFFECTS, SCORES)
    assert render_controls([], [make_score("chance")]) == ""


def test_a_model_without_a_blind_run_says_so():
    assert "| tiny | MIM-RAD (ours), closed | 50.0 [38.0, 62.0]; no blind run | — |" in render_controls([], [make_score()])


def test_a_model_that_takes_text_alone_stands_with_its_blind_score():
    text = render_controls([], [make_score("llm", condition=Condition.BLIND)])
    assert "| llm, blind | MIM-RAD (ours), closed | 50.0 [38.0, 62.0]; blind | — |" in text


def test_rows_stand_in_the_order_of_the_tables_columns():
    scores = [make_score(benchmark="held_out_odir"), make_score(answer_type=OPEN), make_score()]
    rows = [line.split(" | ")[1] for line in render_controls([], scores).splitlines() if line.startswith("| tiny")]
    assert rows == ["MIM-RAD (ours), closed", "MIM-RAD (ours), open", "MIM-ODIR (ours), closed"]


def test_each_card_is_told_once_with_its_remarks():
    cards = [make_card(), make_card("chance", label="chance", remarks=("a rule that sees no image",))]
    text = render_controls(EFFECTS, SCORES, cards)
    assert "- **tiny**: org/tiny@abc; untrained" in text
    assert "- **chance**: a rule that sees no image" in text
    assert describe_card(make_card(label="", remarks=("no image is sent", "no image is sent"))) == "no image is sent"


def test_names_cannot_break_the_table():
    text = render_controls([], [make_score("a|b\nc<d>")], [make_card("a|b\nc<d>", image_use=ImageUse.ONE)])
    widths = {line.replace("\\|", "").count("|") for line in text.splitlines() if line.startswith("|")}
    assert widths == {5} and "<d>" not in text


def test_the_terminal_shows_the_same_in_aligned_columns():
    text = render_controls_text(EFFECTS, SCORES, [make_card()])
    lines = text.splitlines()
    assert lines[0] == "What is left without the images"
    assert lines[1].index("score, and") == lines[2].index("50.0 [38.0, 62.0]; 3.1")
    assert lines[-1] == "tiny: org/tiny@abc; untrained"
    assert render_controls_text([], [], [make_card()]) == "tiny: org/tiny@abc; untrained"
