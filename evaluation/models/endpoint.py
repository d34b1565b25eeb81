"""A model behind an OpenAI-compatible endpoint: asked through the call ledger, under the egress policy.

What the ledger has an answer of is never sent again, so a run that was killed goes on and pays nothing twice. Whose data may go
to the endpoint, what a run may cost and how fast it goes is `pipelines.calls`' and the policy's to decide.

Example:
    >>> here = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> model = EndpointModel("mine", "here", here, OpenAiOptions(), lambda requests: {}, seed=7)
    >>> model.card.label, model.card.decoding
    ('m at here', 'greedy, at most 700 tokens')
"""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from evaluation.models.drawing import Drawing
from evaluation.models.endpoint_card import describe_endpoint_model
from evaluation.models.endpoint_request import AskingForm
from evaluation.models.model import Answer, ModelError, Prompt
from evaluation.models.options import OpenAiOptions
from pipelines.calls.attempt import Ask, Attempt, Outcome
from pipelines.calls.client import EndpointError
from pipelines.calls.images_in_bodies import ImageChangedError, name_image
from pipelines.calls.kinds import Executor
from pipelines.calls.request import CallRequest
from pipelines.choices import Endpoint
from pipelines.governance.egress import EgressError
from pipelines.progress import Progress, Say
from pipelines.rendering.decode import pillow_warnings
from pipelines.rendering.problem import ImageProblem
from pipelines.score_records import Finish, ModelCard

CHUNK = 4  # times what may be in flight: answers come that often, and few places are empty at its end
THREADS = min(8, os.cpu_count() or 1)
_FINISH = {
    Outcome.ANSWERED: Finish.STOP,
    Outcome.CUT_OFF: Finish.LENGTH,
    Outcome.REFUSED: Finish.REFUSED,
    Outcome.FILTERED: Finish.FILTERED,
}


@runtime_checkable
class _Plans(Protocol):
    """An `Ask` that tells what all requests need, and whether they may go, before the first is sent."""

    executor: Executor

    def plan(self, requests: Sequence[CallRequest]) -> Sequence[CallRequest]: ...


@dataclass(frozen=True)
class EndpointModel:
    """One endpoint of the settings as a model that answers prompts; see `evaluation.models.model.Model`."""

    name: str  # in the score table
    endpoint_name: str  # in the settings and in the policy
    endpoint: Endpoint
    options: OpenAiOptions
    ask: Ask
    seed: int
    _names: dict[Drawing, str | ImageProblem] = field(default_factory=dict, repr=False, compare=False)

    @property
    def card(self) -> ModelCard:
        """What is asked, and how; which weights answer is the endpoint's word alone."""
        return describe_endpoint_model(self.name, self.endpoint_name, self._form)

    @property
    def _form(self) -> AskingForm:
        return AskingForm(self.endpoint, self.options, self.seed)

    def answer(self, prompts: Sequence[Prompt], say: Say | None) -> Iterator[Answer]:
        """Yield the answers as they come, in chunks of a few times what may be in flight.

        Raises:
            ModelError: the endpoint is away, misconfigured or refuses all it is asked, or an image changed meanwhile.
            EgressError: data of a prompt may not go to the endpoint; nothing was sent.
            BudgetSpentError, CallsPendingError: see `pipelines.calls.attempt`; what was answered is in the ledger.
        """
        self._name_images(prompts, say)
        requests = {prompt.key: request for prompt in prompts if (request := self._build(prompt)) is not None}
        self._plan(prompts, list(requests.values()))
        turned_down: dict[str, Attempt] = {}
        n_open = n_answered = 0
        for keys in self._divide(list(requests)):
            finals = self._send([requests[key] for key in keys])
            for key in keys:
                attempt = finals.get(requests[key].key)
                if attempt is None:
                    n_open += 1
                elif attempt.outcome in _FINISH:
                    n_answered += 1
                    yield _read(key, attempt)
                else:
                    turned_down[key] = attempt
        if turned_down and not n_answered:
            raise ModelError(
                f"{self.name}: {self._tell_turned_down(list(turned_down.values()))}; other options make new requests"
            )
        yield from (Answer(key, "", Finish.NOT_ACCEPTED, None) for key in turned_down)
        if say is not None and turned_down:
            say(f"{self.name}: {self._tell_turned_down(list(turned_down.values()))}; they count as empty answers")
        if say is not None and n_open:
            say(f"{self.name}: {n_open:,} prompts found no final answer; the next run asks these again")

    def _name_images(self, prompts: Sequence[Prompt], say: Say | None) -> None:
        """Draw every image once, to know its hash or why there is none; the pixels are not kept."""
        wanted = dict.fromkeys(drawing for prompt in prompts for drawing in self._form.list_drawings(prompt))
        new = [drawing for drawing in wanted if not isinstance(self._names.get(drawing), str)]
        progress = Progress("prepared", "images", len(new), say)
        with pillow_warnings(), ThreadPoolExecutor(THREADS, thread_name_prefix="draw") as pool:
            for drawing, named in zip(new, pool.map(_name, new), strict=True):
                self._names[drawing] = named
                progress.advance()
        if say is not None and (problems := [named for one in new if isinstance(named := self._names[one], ImageProblem)]):
            n_left_out = sum(self._build(prompt) is None for prompt in prompts)
            # The detail names a file, and its name may tell who a patient is.
            listed = ", ".join(f"{reason} {count:,}" for reason, count in Counter(one.reason for one in problems).items())
            say(f"{self.name}: {n_left_out:,} prompts are left out, since {len(problems):,} images cannot be read ({listed})")

    def _build(self, prompt: Prompt) -> CallRequest | None:
        """Return the request of a prompt, None where one of its images cannot be read."""
        found = {drawing: self._names[drawing] for drawing in self._form.list_drawings(prompt)}
        names = {drawing: named for drawing, named in found.items() if isinstance(named, str)}
        return self._form.build(prompt, names) if len(names) == len(found) else None

    def _plan(self, prompts: Sequence[Prompt], requests: Sequence[CallRequest]) -> None:
        """Tell what is needed and hold the policy to all prompts at once, so that one denied source denies all of them."""
        if not isinstance(self.ask, _Plans):
            return
        try:
            self.ask.plan(requests)
        except EgressError as error:
            n_unknown = sum(prompt.sources is None for prompt in prompts)
            if n_unknown == 0:
                raise
            raise EgressError(
                f"{error}\nof {n_unknown:,} prompts nobody knows whose data they hold, so that they may go only where data of "
                "every source may; if you know it, say so with --source"
            ) from error

    def _divide(self, keys: Sequence[str]) -> Iterator[Sequence[str]]:
        """Yield chunks; files and batches take all at once."""
        is_live = not isinstance(self.ask, _Plans) or self.ask.executor is Executor.LIVE
        size = CHUNK * self.endpoint.max_in_flight if is_live else max(1, len(keys))
        for start in range(0, len(keys), size):
            yield keys[start : start + size]

    def _send(self, requests: Sequence[CallRequest]) -> Mapping[str, Attempt]:
        try:
            with pillow_warnings():  # images are drawn again where they are sent
                return self.ask(requests)
        except (EndpointError, ImageChangedError) as error:
            raise ModelError(f"{self.name}: {error}") from error

    def _tell_turned_down(self, turned_down: Collection[Attempt]) -> str:
        reason, count = Counter(attempt.detail or "no reason given" for attempt in turned_down).most_common(1)[0]
        return f"{self.name}: {len(turned_down):,} prompts were turned down for good ({count:,} of them: {reason})"


def _name(drawing: Drawing) -> str | ImageProblem:
    try:
        return name_image(drawing.encode())
    except ImageProblem as problem:
        return problem


def _read(key: str, attempt: Attempt) -> Answer:
    text = "" if attempt.outcome is Outcome.FILTERED else attempt.text or ""
    return Answer(key, text, _FINISH[attempt.outcome], attempt.completion_tokens)
