"""Makes of each prompt, on its own, the tensors that the model is called with.

Example:
    >>> prompt = Prompt("answer-1", "r1", "Which?", (), ("A", "B"), ())
    >>> PreparedPrompt(prompt, {}, 12).shape
    (12,)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from PIL import Image

from evaluation.models.model import ModelError, Prompt
from evaluation.models.options import PromptForm
from evaluation.models.question_text import write_question
from evaluation.models.transformers_model.loading import LoadedModel
from evaluation.models.transformers_model.pictures import show_pictures
from evaluation.models.transformers_model.prompt_layout import Exchange, Layout, lay_out
from evaluation.models.transformers_model.shots import Shot
from pipelines.formats.closed_question import IMAGE_MARK
from pipelines.score_records import ImageUse

if TYPE_CHECKING:
    from torch import Tensor


class PromptError(ValueError):
    """A prompt that this model cannot be given; says why without its text."""


@dataclass(frozen=True)
class PreparedPrompt:
    """One prompt as the model's arguments, each with a first dimension along which prompts are put together."""

    prompt: Prompt
    inputs: "Mapping[str, Tensor]"
    n_tokens: int  # of the prompt, those of its images among them

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        """What must be equal for prompts to share a batch without padding."""
        return (self.n_tokens, *((name, tuple(value.shape)) for name, value in sorted(self.inputs.items())))

    @property
    def n_bytes(self) -> int:
        """Memory that the tensors take."""
        return sum(value.nbytes for value in self.inputs.values())


class Preparer:
    """Prepares prompts for one loaded model."""

    def __init__(
        self, loaded: LoadedModel, layout: Layout, use: ImageUse, seed: int, form: PromptForm = PromptForm.PUBLISHED
    ) -> None:
        self._loaded, self._layout, self._use, self._seed, self._form = loaded, layout, use, seed, form
        mark = getattr(loaded.processor, "image_token", None) or IMAGE_MARK
        self._mark = str(getattr(mark, "content", mark))
        self._render = self._choose_rendering()

    def prepare(self, prompt: Prompt, shots: Sequence[Shot]) -> PreparedPrompt:
        """Return a prompt's tensors.

        Raises:
            ImageProblem: one of its images, or of an example's, cannot be shown.
            PromptError: it is too long for the model, or holds marks of its own.
        """
        if prompt.images and self._use is ImageUse.NONE:
            raise PromptError("images shown to a model that takes none")
        if not prompt.images and self._loaded.needs_image:
            raise PromptError("no image shown to a model that cannot do without")
        pictures = [picture for images in (*(shot.images for shot in shots), prompt.images) for picture in self._show(images)]
        asked = [Exchange(self._count(shot.images), shot.question, shot.answer) for shot in shots]
        text = self._write([*asked, Exchange(self._count(prompt.images), write_question(prompt, self._form), None)])
        try:
            inputs = self._process(text, pictures)
        except (ValueError, IndexError, StopIteration) as error:  # as processors tell surplus marks in a text
            raise PromptError(f"refused by the processor ({type(error).__name__})") from error
        prepared = PreparedPrompt(prompt, inputs, int(inputs["input_ids"].shape[1]))
        if self._loaded.room is not None and prepared.n_tokens >= self._loaded.room:
            raise PromptError(f"longer than the model's {self._loaded.room} tokens")
        return prepared

    def _write(self, exchanges: Sequence[Exchange]) -> str:
        try:
            return self._render(exchanges)
        except Exception as error:  # a template may raise whatever it likes, and say in it what it was asked
            raise PromptError(f"refused by the chat template ({type(error).__name__})") from None

    def _show(self, images: Sequence[Any]) -> list[Image.Image]:
        return show_pictures(images, self._use, self._seed)

    def _count(self, images: Sequence[Any]) -> int:
        return min(len(images), 1) if self._use is ImageUse.ONE else len(images)

    def _process(self, text: str, pictures: list[Image.Image]) -> "dict[str, Tensor]":
        tokenizer = self._loaded.tokenizer
        has_start = bool(tokenizer.bos_token) and text.startswith(tokenizer.bos_token)
        chosen = {"return_tensors": "pt", "add_special_tokens": not has_start}
        if self._loaded.processor is tokenizer:
            found = tokenizer(text, return_token_type_ids=False, **chosen)
        elif pictures:
            found = self._loaded.processor(text=[text], images=[pictures], **chosen)
        else:
            found = self._loaded.processor(text=[text], **chosen)
        import torch

        return {name: value for name, value in found.items() if isinstance(value, torch.Tensor)}

    def _choose_rendering(self) -> Callable[[Sequence[Exchange]], str]:
        if self._layout is not Layout.TEMPLATE:
            end = self._loaded.tokenizer.eos_token or ""
            return lambda exchanges: lay_out(self._layout, exchanges, mark=self._mark, end=end)
        problems: list[str] = []
        for form in (_form_parts, self._form_text):
            if (problem := self._find_problem(form)) is None:
                return partial(self._apply_template, form)
            problems.append(problem)
        raise ModelError(
            f"the model's chat template shows images neither as parts ({problems[0]}) nor as marks in the text "
            f"({problems[1]}); mend chat_template.jinja, or remove it for a plain form (docs/models.md)"
        )

    def _apply_template(self, form: Callable[[int, str], Any], exchanges: Sequence[Exchange]) -> str:
        turns: list[dict[str, Any]] = []
        for exchange in exchanges:
            turns.append({"role": "user", "content": form(exchange.n_images, exchange.text)})
            if exchange.answer is not None:
                turns.append({"role": "assistant", "content": form(0, exchange.answer)})
        owner = self._loaded.processor if getattr(self._loaded.processor, "chat_template", None) else self._loaded.tokenizer
        return str(owner.apply_chat_template(turns, add_generation_prompt=True, tokenize=False))

    def _find_problem(self, form: Callable[[int, str], Any]) -> str | None:
        """Return what a template makes wrong of questions in a form; None where it prints text and something per image."""
        probe = "Which of these is it"
        counts = range({ImageUse.NONE: 1, ImageUse.ONE: 2, ImageUse.MANY: 3}[self._use])
        try:
            texts = [self._apply_template(form, [Exchange(count, probe, None)]) for count in counts]
        except Exception as error:  # templates raise errors of their own
            return f"{type(error).__name__}: {error}"
        if any(text.count(probe) != 1 or "'type'" in text for text in texts):
            return "the question is not printed as it is"
        lengths = [len(text) for text in texts]
        return None if lengths == sorted(set(lengths)) else "images are not printed"

    def _form_text(self, n_images: int, text: str) -> str:
        return self._mark * n_images + text


def _form_parts(n_images: int, text: str) -> list[dict[str, str]]:
    return [*({"type": "image"} for _ in range(n_images)), {"type": "text", "text": text}]
