"""One run of a model over benchmarks: what is not answered yet is asked, each answer is kept as it comes.

Example:
    >>> RunPlan((), {}).describe()
    'nothing to ask'
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from evaluation.benchmark import BenchmarkItem, items_of_type
from evaluation.conditions.corrupted import pose_corrupted
from evaluation.conditions.pose import pose_items
from evaluation.conditions.posed import PosedItem
from evaluation.models.model import Model, ModelError, Prompt
from evaluation.runs.answers_file import AnswersFile, KeptAnswer
from evaluation.runs.images import ImageFolder
from evaluation.runs.prompt import build_prompt
from pipelines.progress import Progress, Say
from pipelines.score_records import Condition, Finish, ImageUse, ModelCard, Prediction
from pipelines.vocabulary import Ability, AnswerType

WITHOUT_IMAGES = "without readable images at hand"
# Order carries the question in these two abilities; where a file tells no ability, every item that can be swapped is.
_SWAPPED = (Ability.COMPARISON, Ability.TEMPORAL, None)


@dataclass(frozen=True, slots=True)
class Asked:
    """One shown item with its prompt."""

    benchmark: str
    posed: PosedItem
    prompt: Prompt


@dataclass(frozen=True)
class RunPlan:
    """Everything that a run shows, and what it cannot show, counted by benchmark, condition and reason."""

    asked: tuple[Asked, ...]
    left_out: Mapping[tuple[str, Condition, str], int]

    def describe(self) -> str:
        """Return what is shown and what is not, in counts."""
        shown = Counter((one.benchmark, str(one.posed.condition)) for one in self.asked)
        parts = [f"{benchmark} {condition} {count}" for (benchmark, condition), count in shown.items()]
        missing = [f"{name} {condition}: {count} {reason}" for (name, condition, reason), count in self.left_out.items()]
        told = ", ".join(parts) or "nothing to ask"
        return f"{told}; not shown: {', '.join(missing)}" if missing else told


def plan_run(
    card: ModelCard,
    benchmarks: Mapping[str, Sequence[BenchmarkItem]],
    images: ImageFolder,
    *,
    controls: Sequence[Condition],
    corruptions: Sequence[str],
    corrupted: Iterable[str],
    seed: int,
) -> RunPlan:
    """Return all that a model is shown.

    Args:
        card: of the model; one that takes no images is asked blind only.
        benchmarks: items by benchmark.
        images: where their images lie; an item that lacks one is shown blind only.
        controls: beside the items as they are.
        corruptions: variants such as "blur:3".
        corrupted: the benchmarks whose images are spoilt so.
        seed: of the exchange of images.
    """
    spoilt = frozenset(corrupted)
    asked: list[Asked] = []
    left_out: Counter[tuple[str, Condition, str]] = Counter()
    conditions = (Condition.SIGHTED, *controls, *([Condition.CORRUPTED] if corruptions else []))
    for name, items in benchmarks.items():
        at_hand = [item for item in items if images.has_all(item)]
        for condition in conditions:
            needs_images = condition is not Condition.BLIND
            if needs_images and (card.image_use is ImageUse.NONE or (condition is Condition.CORRUPTED and name not in spoilt)):
                continue
            chosen = _choose(at_hand if needs_images else items, condition)
            if condition is Condition.CORRUPTED:
                posing = pose_corrupted(chosen, corruptions)
            else:
                posing = pose_items(chosen, condition, seed)
            asked.extend(_ask(name, posed, images, card) for posed in posing.posed)
            left_out.update({(name, condition, reason): count for reason, count in posing.left_out.items()})
        if len(at_hand) < len(items) and card.image_use is not ImageUse.NONE:
            left_out[name, Condition.SIGHTED, WITHOUT_IMAGES] += len(items) - len(at_hand)
    return RunPlan(tuple(asked), dict(left_out))


def run_model(model: Model, plan: RunPlan, answers: AnswersFile, say: Say | None) -> list[Prediction]:
    """Return the answers to everything planned, asking only what the file has no answer of.

    Raises:
        ModelError: some prompts got no answer; all others are kept, and the next run asks only those.
    """
    waiting = {one.prompt.key: one for one in plan.asked if answers.get(one.prompt.key) is None}
    if waiting and say is not None:
        say(f"{model.card.model}: {len(waiting):,} of {len(plan.asked):,} prompts to answer; {plan.describe()}")
    progress = Progress("answered", "prompts", len(waiting), say)
    for answer in model.answer([one.prompt for one in waiting.values()], say):
        answers.append(_keep(waiting[answer.key], model.card, answer.output, answer.finish, answer.n_output_tokens))
        progress.advance()
    missing = sum(answers.get(key) is None for key in waiting)
    if missing:
        raise ModelError(
            f"{model.card.model}: {missing:,} of {len(plan.asked):,} prompts got no answer; what was answered is kept, and the "
            "next run asks only these"
        )
    return [_predict(model.card.model, one, kept) for one in plan.asked if (kept := answers.get(one.prompt.key)) is not None]


def _choose(items: Sequence[BenchmarkItem], condition: Condition) -> Sequence[BenchmarkItem]:
    match condition:
        case Condition.PERMUTED_OPTIONS:
            return items_of_type(items, AnswerType.CLOSED)
        case Condition.SWAPPED_ORDER:
            return [item for item in items_of_type(items, AnswerType.CLOSED) if item.ability in _SWAPPED]
        case _:
            return items


def _ask(benchmark: str, posed: PosedItem, images: ImageFolder, card: ModelCard) -> Asked:
    found = [image for name in posed.shown.images if (image := images.find(name)) is not None]
    return Asked(benchmark, posed, build_prompt(replace(posed, shown=images.claim(posed.shown)), found, card))


def _keep(one: Asked, card: ModelCard, output: str, finish: Finish, n_tokens: int | None) -> KeptAnswer:
    posed = one.posed
    return KeptAnswer(
        key=one.prompt.key,
        id=posed.item.key,
        index=posed.item.position,
        condition=str(posed.condition),
        variant=posed.variant,
        output=output,
        finish=str(finish),
        n_output_tokens=n_tokens,
        model=card.digest,
        decoding=card.decoding,
        prompt=one.prompt.digest,
    )


def _predict(model: str, one: Asked, kept: KeptAnswer) -> Prediction:
    return Prediction(
        model=model,
        benchmark=one.benchmark,
        record_key=one.posed.item.key,
        output=kept.output,
        condition=one.posed.condition,
        variant=one.posed.variant,
        finish=Finish(kept.finish),
        n_output_tokens=kept.n_output_tokens,
        answer_key=kept.key,
        prompt_digest=kept.prompt,
    )
