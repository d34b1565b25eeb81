"""A model that answers by a function of what it is shown, and counts what it is asked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from evaluation.models.model import Answer, ModelError, Prompt
from pipelines.progress import Say
from pipelines.score_records import Finish, ImageUse, ModelCard


@dataclass
class ScriptedModel:
    """Implements the protocol of `evaluation.models.model.Model`."""

    say_what: Callable[[Prompt], str]
    digest: str = "weights-1"
    decoding: str = "greedy, at most 8 tokens"
    image_use: ImageUse = ImageUse.MANY
    stop_after: int | None = None  # then it fails as a model that cannot be reached
    skips: frozenset[str] = frozenset()  # records that it gives no answer to
    asked: list[Prompt] = field(default_factory=list)

    @property
    def card(self) -> ModelCard:
        return ModelCard(
            "scripted", "test", "scripted", self.digest, self.decoding, self.image_use, "published", ("python",), 1, ()
        )

    def answer(self, prompts: Sequence[Prompt], say: Say | None) -> Iterator[Answer]:
        for prompt in sorted(prompts, key=lambda one: one.digest):  # in an order of its own
            if self.stop_after is not None and len(self.asked) >= self.stop_after:
                raise ModelError("scripted: out of reach")
            self.asked.append(prompt)
            if prompt.record_key not in self.skips:
                yield Answer(prompt.key, self.say_what(prompt), Finish.STOP, 1)
