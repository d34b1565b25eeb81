"""Rows of evaluation tables for tests of the page: each function makes one row that a test changes where it needs to."""

from dataclasses import replace

from evaluation.report.findings import Findings
from evaluation.robustness.curves import RobustnessPoint
from evaluation.scores.scorecard import JudgedAnswer
from pipelines.score_records import Comparison, Condition, Consistency, ControlEffect, ImageUse, ModelCard, Score
from pipelines.vocabulary import AnswerType

CLOSED, OPEN = AnswerType.CLOSED, AnswerType.OPEN


def make_score(model="tiny", benchmark="held_out_vqa_rad", value=0.5, answer_type=CLOSED, view="as_published", **fields):
    is_closed = answer_type is CLOSED
    row = Score(
        model=model,
        benchmark=benchmark,
        answer_type=answer_type,
        metric="accuracy" if is_closed else "ci_offline",
        view=view,
        value=value,
        low=max(value - 0.1, 0) if is_closed else None,
        high=min(value + 0.1, 1) if is_closed else None,
        cluster_low=max(value - 0.12, 0),
        cluster_high=min(value + 0.12, 1),
        n=100,
        n_clusters=40,
        n_unparsed=0,
        bert_recall=None if is_closed else value,
        bleu=None if is_closed else value,
        rouge_l_recall=None if is_closed else value,
        length_ratio=None if is_closed else 1.0,
        protocol="choice_v2" if is_closed else "ci_offline; L6",
    )
    return replace(row, **fields)


def make_effect(model="tiny", benchmark="held_out_vqa_rad", difference=0.1, low=0.02, high=0.18, **fields):
    row = ControlEffect(
        model=model,
        benchmark=benchmark,
        answer_type=CLOSED,
        metric="accuracy",
        view="as_published",
        condition=Condition.BLIND,
        n=100,
        n_clusters=40,
        sighted=0.5,
        control=0.5 - difference,
        difference=difference,
        low=low,
        high=high,
        p=0.01,
    )
    return replace(row, **fields)


def make_card(
    model="tiny", kind="transformers", image_use=ImageUse.MANY, label="org/tiny@abc", remarks=("untrained",), **fields
):
    row = ModelCard(model, kind, label, "0123456789abcdef", "greedy", image_use, "chat", ("torch 2.13.0",), 7, remarks)
    return replace(row, **fields)


def make_answer(key="r1", output="The answer is B.", letter="B", model="tiny", benchmark="held_out_vqa_rad", **fields):
    row = JudgedAnswer(
        model=model,
        benchmark=benchmark,
        record_key=key,
        condition=Condition.SIGHTED,
        variant="",
        answer_type=CLOSED,
        metric="accuracy",
        unit=f"unit-of-{key}",
        output=output,
        letter=letter,
        meant=letter,
        place=None if letter is None else ord(letter) - ord("A"),
        keyed_place=1,
        n_options=2,
        rule="undecided" if letter is None else "cue",
        span=letter,
        is_correct_as_published=letter == "B",
        is_correct_corrected=letter == "B",
        exclusion=None,
        bert_recall=None,
        bleu=None,
        rouge_l_recall=None,
        length_ratio=None,
    )
    return replace(row, **fields)


def make_comparison(model_a="tiny", model_b="chance", difference=0.2, holm=0.01, **fields):
    row = Comparison(
        model_a=model_a,
        model_b=model_b,
        benchmark="held_out_vqa_rad",
        answer_type=CLOSED,
        metric="accuracy",
        view="as_published",
        n=100,
        n_clusters=40,
        difference=difference,
        low=difference - 0.1,
        high=difference + 0.1,
        n_only_a=30,
        n_only_b=10,
        mcnemar_p=0.002,
        mcnemar_p_holm=0.004,
        sign_flip_p=holm / 2,
        sign_flip_p_holm=holm,
    )
    return replace(row, **fields)


def make_consistency(model="tiny", **fields):
    row = Consistency(
        model=model,
        benchmark="held_out_vqa_rad",
        condition=Condition.PERMUTED_OPTIONS,
        n=100,
        n_clusters=40,
        consistent=0.625,
        low=0.5,
        high=0.75,
        accuracy=0.55,
        always_right=0.45,
        places=(0.75, 0.25),
        keyed_places=(0.5, 0.5),
        position_bias=0.25,
    )
    return replace(row, **fields)


def make_point(corruption=None, level=0, value=0.5, model="tiny", benchmark="held_in_temporal"):
    return RobustnessPoint(model, benchmark, CLOSED, "accuracy", "all", corruption, level, value, 0.4, 0.6, 40, 20)


def make_findings(*items, answers=None, **fields):
    """One model on one benchmark with everything known of it."""
    scores = [make_score(), make_score(condition=Condition.BLIND, value=0.4), make_score(view="corrected", value=0.55)]
    known = {
        "scores": scores,
        "cards": [make_card()],
        "effects": [make_effect()],
        "consistency": [make_consistency()],
        "comparisons": [make_comparison()],
        "answers": [make_answer(item.key) for item in items] if answers is None else answers,
        "benchmarks": {"held_out_vqa_rad": items} if items else {},
    }
    return Findings(**(known | fields))
