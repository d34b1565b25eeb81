"""A model that transformers loads, as an evaluation asks it: greedy, in batches of equal shape, each answer on its own.

Example:
    >>> TransformersModel("mine", "no/such-model", TransformersOptions(), seed=1).card
    Traceback (most recent call last):
    evaluation.models.model.ModelError: transformers:no/such-model: neither a folder nor in the local Hugging Face \
cache, and evaluation downloads nothing. Fetch it once (hf download no/such-model), or give a folder
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path

from evaluation.models.model import Answer, ModelError, Prompt
from evaluation.models.options import AnswerForm, TransformersOptions
from evaluation.models.transformers_model.batches import Halving, gather
from evaluation.models.transformers_model.decoding import answer_by_letter, answer_freely
from evaluation.models.transformers_model.folders import ModelFolder, find_folder
from evaluation.models.transformers_model.identity import describe
from evaluation.models.transformers_model.loading import LoadedModel, load_model
from evaluation.models.transformers_model.preparing import PreparedPrompt, Preparer, PromptError
from evaluation.models.transformers_model.prompt_layout import choose_layout
from evaluation.models.transformers_model.shots import ShotError, ShotPool
from pipelines.progress import Say
from pipelines.rendering.problem import ImageProblem
from pipelines.score_records import Finish, ImageUse, ModelCard


class TransformersModel:
    """A model by folder or by its name on the hub; weights are loaded at the first question and kept."""

    def __init__(self, name: str, reference: str, options: TransformersOptions, seed: int) -> None:
        self._name, self._reference, self._options, self._seed = name, reference, options, seed

    @property
    def card(self) -> ModelCard:
        """What the model is; ModelError where it is not on this machine or its options contradict each other."""
        return self._card

    @cached_property
    def _card(self) -> ModelCard:
        card = describe(self._name, self._folder, self._options, self._seed)
        if self._options.shots and self._options.examples is None:
            raise ModelError(f"{self._name}: shots={self._options.shots} needs examples=FILE, a training file of Mantis form")
        if self._options.shots and card.image_use is ImageUse.ONE:
            raise ModelError(f"{self._name}: examples have images, and this model takes one image in all; leave out shots")
        return card

    def answer(self, prompts: Sequence[Prompt], say: Say | None) -> Iterator[Answer]:
        """Yield one answer per prompt, in batches of equal shape; prompts that cannot be put are left out and told.

        Raises:
            ModelError: the model cannot be loaded, or one prompt alone does not fit into memory.
        """
        preparer = Preparer(self._loaded, choose_layout(self._folder), self.card.image_use, self._seed, self._options.prompt)
        halving, unfit = self._halving, _Unfit()
        n_answered = 0
        for (is_by_letter, *_), block in groupby(self._order(prompts), key=lambda entry: entry[0]):
            run = partial(answer_by_letter, self._loaded) if is_by_letter else self._answer_freely
            ready = self._prepare(preparer, [prompt for _, prompt in block], unfit)
            for batch in gather(ready, lambda each: each.shape, lambda each: each.n_bytes, halving.batch):
                for answer in halving.run(batch, partial(run, seed=self._seed)):
                    n_answered += 1
                    yield answer
        if unfit.turned_down and not n_answered:
            raise ModelError(
                f"{self._name}: none of {len(prompts):,} prompts can be put to it: {_count(unfit.turned_down.values())}"
            )
        yield from (Answer(key, "", Finish.NOT_ACCEPTED, None) for key in unfit.turned_down)
        if unfit.turned_down and say is not None:
            reasons = _count(unfit.turned_down.values())
            say(f"{self._name}: {len(unfit.turned_down):,} of {len(prompts):,} prompts count as empty answers: {reasons}")
        if unfit.left_out and say is not None:
            say(f"{self._name}: {len(unfit.left_out):,} of {len(prompts):,} prompts left out: {_count(unfit.left_out)}")

    @cached_property
    def _folder(self) -> ModelFolder:
        return find_folder(self._reference, self._options.revision)

    @cached_property
    def _loaded(self) -> LoadedModel:
        return load_model(self._folder, self._options)

    @cached_property
    def _halving(self) -> Halving:
        return Halving(self._options.batch)

    @cached_property
    def _shots(self) -> ShotPool | None:
        path = Path(self._options.examples or "").expanduser()
        return ShotPool(path, self._options.shots, self._seed) if self._options.shots else None

    def _answer_freely(self, batch: Sequence[PreparedPrompt], seed: int) -> list[Answer]:
        return answer_freely(self._loaded, batch, self._options.max_new_tokens, seed)

    def _order(self, prompts: Sequence[Prompt]) -> list[tuple[tuple[bool, int, int], Prompt]]:
        """Return prompts by how they are answered, images and length of text: those that may share a batch stand together."""
        if not prompts:
            return []
        is_letters = self._options.answer is AnswerForm.LETTERS
        lengths = [len(ids) for ids in self._loaded.tokenizer([prompt.text for prompt in prompts])["input_ids"]]
        entries = [
            ((is_letters and bool(prompt.letters), len(prompt.images), length), prompt)
            for prompt, length in zip(prompts, lengths, strict=True)
        ]
        return sorted(entries, key=lambda entry: (entry[0], entry[1].key))

    def _prepare(self, preparer: Preparer, prompts: Sequence[Prompt], unfit: "_Unfit") -> Iterator[PreparedPrompt]:
        for prompt in prompts:
            try:
                yield preparer.prepare(prompt, self._shots.draw(prompt) if self._shots else [])
            except ImageProblem as problem:
                unfit.left_out.append(str(problem.reason))  # the detail names a file, and its name may tell who a patient is
            except ShotError as error:
                unfit.left_out.append(str(error))
            except PromptError as error:
                unfit.turned_down[prompt.key] = str(error)


@dataclass(frozen=True)
class _Unfit:
    """Prompts without a true answer: by reason those that another run may put, by key those that this model never takes."""

    left_out: list[str] = field(default_factory=list)
    turned_down: dict[str, str] = field(default_factory=dict)


def _count(reasons: Iterable[str]) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in sorted(Counter(reasons).items()))
