"""What the controls say of a score, as text for a terminal.

Example:
    >>> describe_controls(Measured((), (), (), (), (), ()))
    'no answers under a control: what the images add to the score is not measured (predict --controls)'
"""

from collections.abc import Iterator, Sequence

from evaluation.controls.headline import describe_effect
from evaluation.measuring import Measured
from evaluation.robustness.curves import RobustnessCurve
from evaluation.robustness.values import ALL_MODALITIES
from evaluation.titles import write_as_words
from pipelines.score_records import Consistency, ControlEffect
from pipelines.vocabulary import AnswerType

NONE = "no answers under a control: what the images add to the score is not measured (predict --controls)"


def describe_controls(measured: Measured) -> str:
    """Return what is left over each control, whether answers keep to themselves when the order changes, and all curves."""
    lines = [
        *_describe_effects(measured.effects),
        *_describe_consistency(measured.consistency),
        *_describe_curves(measured.curves),
    ]
    return "\n".join(lines) or NONE


def _describe_effects(effects: Sequence[ControlEffect]) -> Iterator[str]:
    if effects:
        yield "left over each control, on the items answered both ways (95 % by independent unit):"
    for effect in effects:
        view = f", {write_as_words(effect.view)}" if effect.answer_type is AnswerType.CLOSED else ""
        p = "fewer than two units differ" if effect.p is None else f"sign-flip p {effect.p:.2g}"
        scores = f"{100 * effect.sighted:.1f} sighted, {100 * effect.control:.1f} {write_as_words(effect.condition)}"
        title = f"{effect.answer_type}{view}"
        yield f"  {title:<22}  {describe_effect(effect)}  ({scores}, n {effect.n:,}, {effect.n_clusters:,} units; {p})"


def _describe_consistency(rows: Sequence[Consistency]) -> Iterator[str]:
    if rows:
        yield "closed answers when only the order changes:"
    for row in rows:
        interval = "" if row.low is None or row.high is None else f" [{100 * row.low:.1f}, {100 * row.high:.1f}]"
        kept, right = f"{100 * row.consistent:.1f} %{interval}", f"{100 * row.always_right:.1f} %"
        yield (
            f"  {write_as_words(row.condition):<22}  {kept} keep to one option, {right} are right in every order; mean "
            f"{100 * row.accuracy:.1f} %  (n {row.n:,})"
        )
        if row.position_bias or any(row.places):
            yield (
                f"  {'':<22}  position bias {row.position_bias:.2f}: places named {_share(row.places)}, keyed "
                f"{_share(row.keyed_places)}"
            )


def _describe_curves(curves: Sequence[RobustnessCurve]) -> Iterator[str]:
    shown = [curve for curve in curves if curve.corruption is None and curve.modality == ALL_MODALITIES]
    if shown:
        yield "mean over all corruptions and levels of the images:"
    for curve in shown:
        drop = "" if curve.drop_low is None or curve.drop_high is None else _interval(curve.drop_low, curve.drop_high)
        yield (
            f"  {curve.answer_type:<22}  {100 * curve.area:.1f} of {100 * curve.clean:.1f}, "
            f"{100 * curve.drop:.1f}{drop} lost  (n {curve.n:,})"
        )


def _interval(low: float, high: float) -> str:
    return f" [{100 * low:.1f}, {100 * high:.1f}]"


def _share(places: Sequence[float]) -> str:
    return f"{' / '.join(f'{100 * place:.0f}' for place in places)} %"
