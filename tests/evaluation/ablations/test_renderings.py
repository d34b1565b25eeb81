"""Table, text and picture say what the rows say, also where nothing shows."""

import csv
import io
import re
from dataclasses import replace

import pytest

from evaluation.ablations.arms import Arm
from evaluation.ablations.figure import draw_ablations
from evaluation.ablations.rows import AblationStudy, Family, Verdict
from evaluation.ablations.study import measure_ablations
from evaluation.ablations.table import render_csv, render_markdown
from evaluation.ablations.text import NOTHING, describe_ablations
from evaluation.figures.drawing import PictureFormat
from pipelines.vocabulary import Ability, AnswerType
from tests.evaluation.ablations.simulated import simulate

ARMS = [Arm.FULL, Arm.WITHOUT_TEMPORAL, Arm.WITHOUT_COMPOSED, Arm.DATA_0]
EMPTY = AblationStudy((), (), ())


@pytest.fixture(scope="module")
def study() -> AblationStudy:
    sizes = {Ability.TEMPORAL: (80, 60), Ability.REASONING: (7, 5)}
    runs = simulate(ARMS, lambda arm, _: 0.85 if arm in (Arm.FULL, Arm.WITHOUT_COMPOSED) else 0.25, sizes=sizes)
    return measure_ablations(runs, draws=300)


def test_every_effect_has_its_line_with_interval_p_and_verdict(study):
    lines = [
        line for line in render_markdown(study, is_synthetic=True).splitlines() if line.startswith("| with") or "%" in line[:5]
    ]
    assert len(lines) == len(study.effects) == 6
    (own,) = [line for line in lines if line.startswith("| without temporal | temporal")]
    effect = next(one for one in study.effects if one.family is Family.OWN_ABILITY)
    assert f"{100 * effect.difference:+.1f} [{100 * effect.low:+.1f}, {100 * effect.high:+.1f}]" in own
    assert own.endswith("| costs | 80, 60, 3 |")
    assert sum("too few to tell" in line for line in lines) == 3
    assert "say nothing about patients" in render_markdown(study, is_synthetic=True)


def test_the_text_names_what_does_not_show_as_well_as_what_does(study):
    text = describe_ablations(study, is_synthetic=True)
    assert "(a) Does leaving an ability out cost on that ability? costs: 1 of 1." in text
    assert re.search(r"\(b\) .* no effect shows: 1 of 2; too few units or seeds to tell: 1 of 2\.", text)
    assert re.search(r"no effect shows: temporal [+-]\d+\.\d \[", text) and "reasoning" in text and "5 units" in text
    assert "nothing of this is about patients" in text
    for effect in study.effects:
        assert f"{100 * effect.difference:+.1f}" in text


def test_csv_holds_every_row_in_full_precision(study):
    for rows in (study.scores, study.arms, study.effects):
        read = list(csv.DictReader(io.StringIO(render_csv(rows))))
        assert len(read) == len(rows)
    assert [float(row["difference"]) for row in read] == [effect.difference for effect in study.effects]
    assert [row["verdict"] for row in read] == [str(effect.verdict) for effect in study.effects]


def test_the_picture_is_equal_for_equal_rows_and_tells_a_verdict_from_none(study):
    first = draw_ablations(study, picture_format=PictureFormat.SVG)
    assert first == draw_ablations(study, picture_format=PictureFormat.SVG)
    text = first.decode()
    for told in (
        "(a) one ability left out",
        "(b) composed",
        "(c) part of the training data",
        "3 seeds",
        "n 80, 60 units",
        "blind",
    ):
        assert told in text
    turned = replace(study, effects=tuple(replace(one, verdict=Verdict.DOES_NOT_SHOW) for one in study.effects))
    assert draw_ablations(turned, picture_format=PictureFormat.SVG) != first


def test_a_panel_without_arms_says_that_they_were_not_run(study):
    assert b"(not run)" not in draw_ablations(study, picture_format=PictureFormat.SVG)
    of_shares = [tuple(row for row in rows if row.arm in (Arm.FULL, Arm.DATA_0)) for rows in (study.arms, study.effects)]
    drawn = draw_ablations(replace(study, arms=of_shares[0], effects=of_shares[1]), picture_format=PictureFormat.SVG).decode()
    assert re.findall(r"\(([abc])\) [a-z ]+ \(not run\)", drawn) == ["a", "b"]


def test_without_runs_each_says_so():
    assert render_markdown(EMPTY) == "No ablations yet.\n" and render_csv(()) == ""
    assert describe_ablations(EMPTY) == NOTHING
    assert draw_ablations(EMPTY)[:4] == b"\x89PNG"


def test_an_answer_type_that_nobody_answered_is_said_to_be_missing(study):
    assert describe_ablations(study, answer_type=AnswerType.OPEN) == NOTHING
