"""What the evaluation assets say of themselves: numbers that Dagster plots by model and over runs, and checks on the scores.

Example:
    >>> check_readable({}).passed
    True
"""

from collections import Counter
from collections.abc import Mapping

import dagster as dg

from assets.io import key_of
from assets.publishing import Metadata, counts_table
from evaluation.controls.headline import describe_effect
from evaluation.leaderboard.controls import render_controls
from evaluation.leaderboard.table import render_markdown
from evaluation.measuring import Measured
from evaluation.runs.answering import Answered
from evaluation.scores.checks import find_below_blind, find_unparsed
from evaluation.scores.judging import View
from evaluation.scores.main_scores import pick_main
from pipelines.score_records import Condition, Score

READABLE = dg.AssetCheckSpec(
    "answers_can_be_read",
    asset=key_of("evaluation/scores"),
    description="An option can be read from more than 95 % of the closed answers of each cell, and more than 95 % of the open "
    "ones are not empty; beyond that a score tells of wording, not of the model. Named are the cells where it does not hold.",
)
ABOVE_BLIND = dg.AssetCheckSpec(
    "scores_are_above_blind",
    asset=key_of("evaluation/controls"),
    description="Each score is surely above that of the same model without the images: the 95 % interval of the difference "
    "does not reach 0. Named are the cells where it does not hold; of those nobody knows that the images were looked at.",
)
_AS_PUBLISHED = str(View.AS_PUBLISHED)


def describe_answers(answered: Mapping[str, Answered]) -> Metadata:
    """Answers by model and condition, and what could not be shown."""
    counts = Counter(f"{row.model}, {row.condition}" for one in answered.values() for row in one.predictions)
    left_out = {
        f"{model}: {benchmark}, {condition}: {reason}": count
        for model, one in answered.items()
        for (benchmark, condition, reason), count in one.left_out.items()
    }
    return {"answers": counts_table(counts, "model and condition"), "not shown": counts_table(left_out, "reason")}


def tell_by_model(context: dg.AssetExecutionContext, name: str, told: Mapping[str, Metadata]) -> None:
    """Add to each partition of a table what is told of its model alone, unless the run did not ask for the table.

    Names without the model's, the same for all, let Dagster draw one number of all models in one plot.
    """
    if key_of(name) in context.selected_asset_keys:
        for model, metadata in told.items():
            context.add_asset_metadata(metadata, key_of(name), model)


def describe_scores(one: Measured, *, is_synthetic: bool) -> Metadata:
    """A model's score table; each of its scores x 100, as published, under one name for all models; what could not be read."""
    main = [score for score in pick_main(one.scores) if score.view == _AS_PUBLISHED]
    return {
        "dagster/row_count": len(one.scores),
        "table": dg.MetadataValue.md(render_markdown(one.scores, is_synthetic=is_synthetic)),
        **{_name(score): round(100 * score.value, 2) for score in main if score.value is not None},
        "answers that could not be read": sum(score.n_unparsed for score in main),
        "items": sum(score.n for score in main),
    }


def describe_effects(one: Measured) -> Metadata:
    """What is left of each of a model's scores x 100, as published, without its images or with others in their place."""
    left = {
        f"{effect.benchmark}, {effect.answer_type}, above {effect.condition.replace('_', ' ')}": round(
            100 * effect.difference, 2
        )
        for effect in one.effects
        if effect.view == _AS_PUBLISHED
    }
    told = render_controls(one.effects, one.scores) if one.effects else "not shown its items under controls"
    return {"dagster/row_count": len(one.effects), "table": dg.MetadataValue.md(told), **left}


def check_readable(measured: Mapping[str, Measured]) -> dg.AssetCheckResult:
    """Warn where 5 % of a cell's answers or more could not be read."""
    found = find_unparsed(score for one in measured.values() for score in one.scores)
    cells = {f"{one.model}: {one.benchmark}, {one.answer_type}, {one.view}": f"{one.n_unparsed} of {one.n}" for one in found}
    return _warn(READABLE, cells)


def check_above_blind(measured: Mapping[str, Measured]) -> dg.AssetCheckResult:
    """Warn where a model's score is not surely above its own without images."""
    found = find_below_blind(effect for one in measured.values() for effect in one.effects)
    cells = {
        f"{one.model}: {one.benchmark}, {one.answer_type}, {one.view}": f"{describe_effect(one)}, n {one.n}" for one in found
    }
    return _warn(ABOVE_BLIND, cells)


def _name(score: Score) -> str:
    blind = ", blind" if score.condition is Condition.BLIND else ""
    return f"{score.benchmark}, {score.answer_type}{blind}"


def _warn(spec: dg.AssetCheckSpec, cells: Mapping[str, str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=not cells,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=dict(cells) or {"cells that break it": 0},
    )
