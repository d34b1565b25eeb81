r"""The study as tables: Markdown for people, CSV for other programs. Pure: text out, the caller saves it.

Example:
    >>> render_markdown(AblationStudy((), (), ()))
    'No ablations yet.\n'
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields

from evaluation.ablations.arms import Arm, title_ability, title_arm
from evaluation.ablations.rows import AblationEffect, AblationScore, AblationStudy, ArmScore, Family
from evaluation.leaderboard.table import DASH, SYNTHETIC
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType

METHOD = (
    "Difference: of the means over seeds, on the same items, x 100; 95 % interval and p over seeds and independent units "
    "(cluster bootstrap of the units and spread of the runs, joined by Welch and Satterthwaite). p after Holm's correction "
    "over the effects of one heading; an effect shows where it is below 0.05. That none shows is no proof that there is none."
)
_HEADS = ("trained", "asked on", "all data", "ablated", "blind, all data", "difference", "p", "verdict", "items, units, seeds")


def render_markdown(study: AblationStudy, *, is_synthetic: bool = False) -> str:
    """Return a table per family and answer type: every effect with its interval, its p and what it says."""
    if not study.effects:
        return "No ablations yet.\n"
    lines = [f"**Made from the {SYNTHETIC}: these numbers say nothing about patients.**", ""] if is_synthetic else []
    blind = {(row.ability, row.answer_type, row.metric): row for row in study.arms if _is_blind_full(row)}
    for answer_type in AnswerType:
        for family in Family:
            chosen = [one for one in study.effects if one.family is family and one.answer_type is answer_type]
            if not chosen:
                continue
            lines += [f"### {family.capitalize()} ({answer_type}, {chosen[0].metric})", ""]
            lines += [f"| {' | '.join(_HEADS)} |", "|---|---|---:|---:|---:|---:|---:|---|---|"]
            for effect in sorted(chosen, key=lambda one: list(Arm).index(one.arm)):
                row = _write_row(effect, blind.get((effect.ability, effect.answer_type, effect.metric)))
                lines.append(f"| {' | '.join(row)} |")
            lines.append("")
    return "\n".join([*lines, METHOD, ""])


def render_csv(rows: Sequence[AblationEffect] | Sequence[ArmScore] | Sequence[AblationScore]) -> str:
    """Return one CSV row per row of a kind, all fields; values 0-1 in full precision. Empty without rows."""
    if not rows:
        return ""
    sink = io.StringIO()
    writer = csv.DictWriter(sink, [field.name for field in fields(rows[0])], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return sink.getvalue()


def write_difference(effect: AblationEffect) -> str:
    """Return `-43.1 [-60.0, -26.2]`, x 100; without its interval where there are too few units or seeds."""
    interval = "" if effect.low is None or effect.high is None else f" [{_round(effect.low):+.1f}, {_round(effect.high):+.1f}]"
    return f"{_round(effect.difference):+.1f}{interval}"


def write_p(p: float | None) -> str:
    """Return a p as `0.012`, `< 0.0001`, or a dash."""
    if p is None:
        return DASH
    return "< 0.0001" if p < 0.0001 else f"{p:.2g}"


def _write_row(effect: AblationEffect, blind: ArmScore | None) -> tuple[str, ...]:
    seeds = f"{effect.n_seeds}" if effect.n_seeds == effect.n_seeds_full else f"{effect.n_seeds} against {effect.n_seeds_full}"
    return (
        title_arm(effect.arm),
        title_ability(effect.ability),
        f"{_round(effect.full):.1f}",
        f"{_round(effect.ablated):.1f}",
        DASH if blind is None else f"{_round(blind.value):.1f}",
        write_difference(effect),
        write_p(effect.p_holm),
        str(effect.verdict),
        f"{effect.n}, {effect.n_clusters}, {seeds}",
    )


def _is_blind_full(row: ArmScore) -> bool:
    return row.arm is Arm.FULL and row.condition is Condition.BLIND


def _round(share: float) -> float:
    return round(100 * share, 1) + 0.0
