"""Answers of a given form: asked by JSON schema, else as a JSON object, else as text; and once more where the form was missed.

How strictly a model can be held to a form depends on its server. Unless the settings name the rung, the strictest is tried
with the first question alone, and a server that turns it down is asked one rung lower from then on; that attempt is in the
ledger, so a resumed run knows. Where requests travel in files no such trial is made: a rung that is turned down comes back as
such and is asked lower in the next file. Whatever the rung, pydantic decides whether an answer is of the form.

Example:
    >>> from pipelines.vocabulary import Source
    >>> class Place(BaseModel):
    ...     image: int
    >>> def answer_all(requests):
    ...     started = "2026-11-22T09:00:00+00:00"
    ...     attempt = Attempt("", "local", Executor.LIVE, Outcome.ANSWERED, started, 0.2, text='Sure: {"image": 2}')
    ...     return {request.key: replace(attempt, key=request.key) for request in requests}
    >>> question = Question((Source.ODIR,), Purpose.WRITE, "group-1", "0" * 64, ({"role": "user", "content": "Which?"},))
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> answer = ask_structured([question], Place, endpoint, answer_all)["group-1"]
    >>> answer.value, answer.mends
    (Place(image=2), (<Mend.SURROUNDINGS: 'surroundings'>,))
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ValidationError

from pipelines.calls.attempt import Ask, Attempt, Outcome
from pipelines.calls.failure import ABOUT_FORM
from pipelines.calls.json_text import Mend, parse_object
from pipelines.calls.kinds import Executor, Rung
from pipelines.calls.question import Question, build_request
from pipelines.calls.request import CallRequest, Purpose
from pipelines.choices import Endpoint
from pipelines.reasons import Reason

Form = TypeVar("Form", bound=BaseModel)
FindFault = Callable[[str, Form], str | None]  # of an item and its value: what no schema can say
RUNGS = tuple(Rung)  # from the strictest down
NAMED_ERRORS = 5  # in the repair turn and in details

_REASONS = {
    Outcome.REFUSED: Reason.MODEL_REFUSED,
    Outcome.CUT_OFF: Reason.MODEL_STOPPED,
    Outcome.FILTERED: Reason.MODEL_STOPPED,
    Outcome.NOT_ACCEPTED: Reason.MODEL_CALL_FAILED,
}


@dataclass(frozen=True)
class StructuredAnswer(Generic[Form]):
    """What a question brought: a value of the asked form, or why there is none."""

    value: Form | None
    problem: Reason | None  # None where there is a value
    detail: str | None  # of the problem
    key: str  # of the final call
    rung: Rung
    model: str | None  # as the endpoint names it
    mends: tuple[Mend, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """A question put on a rung, and the final attempt at that; None where there is none."""

    question: Question
    rung: Rung
    request: CallRequest
    attempt: Attempt | None

    @property
    def is_turned_down(self) -> bool:
        """Whether the endpoint cannot do what the rung asks for."""
        attempt = self.attempt
        return attempt is not None and attempt.outcome is Outcome.NOT_ACCEPTED and ABOUT_FORM in (attempt.detail or "")


@runtime_checkable
class _KnowsExecutor(Protocol):
    executor: Executor


@runtime_checkable
class _Announces(Protocol):
    def announce(self, first: CallRequest, requests: Iterable[CallRequest]) -> None: ...


def ask_structured(
    questions: Sequence[Question],
    schema: type[Form],
    endpoint: Endpoint,
    ask: Ask,
    find_fault: FindFault[Form] | None = None,
) -> Mapping[str, StructuredAnswer[Form]]:
    """Ask questions and return one answer for each, by the question's item, in the order of the questions.

    Args:
        questions: each of another item.
        schema: the form; pydantic checks it strictly, so that no "2" passes for 2.
        endpoint: as in the settings; its `rung` is held to where it is named.
        ask: of that endpoint, see `pipelines.calls.executors.open_ask`.
        find_fault: returns what is wrong with an item's value beyond the form; it is repaired likewise.

    Raises:
        ValueError: two questions are about one item; ask them in two calls.
        Whatever `ask` raises; what was answered until then is in the ledger, and is taken from there the next time.
    """
    if len({question.item for question in questions}) != len(questions):
        raise ValueError("two questions are about one item, and answers are given by item; ask them in two calls")
    asked = {one.question.item: one for one in _ask_down(questions, schema, endpoint, ask)}
    answers = {item: _read(one, schema, find_fault) for item, one in asked.items()}
    repairs = [
        (_build_repair(asked[item], answer), answer.rung)
        for item, answer in answers.items()
        if answer.problem is Reason.MODEL_ANSWER_UNREADABLE
    ]
    for one in _ask_all(repairs, schema, endpoint, ask):
        answer = _read(one, schema, find_fault)
        answers[one.question.item] = replace(answer, mends=(*answer.mends, Mend.REPAIR_TURN))
    return {question.item: answers[question.item] for question in questions}


def _ask_down(questions: Sequence[Question], schema: type[Form], endpoint: Endpoint, ask: Ask) -> list[_Asked]:
    """Ask on the first rung that the endpoint can do; what it turns down all the same is asked one rung lower."""
    rung = endpoint.rung or RUNGS[0]
    is_live = isinstance(ask, _KnowsExecutor) and ask.executor is Executor.LIVE
    if endpoint.rung is None and is_live and questions:
        rung = _try_rungs(questions, schema, endpoint, ask)
    done: list[_Asked] = []
    waiting = list(questions)
    while waiting:
        asked = _ask_all([(question, rung) for question in waiting], schema, endpoint, ask)
        is_last = endpoint.rung is not None or rung is RUNGS[-1]
        done.extend(one for one in asked if is_last or not one.is_turned_down)
        waiting = [] if is_last else [one.question for one in asked if one.is_turned_down]
        rung = rung if is_last else RUNGS[RUNGS.index(rung) + 1]
    return done


def _try_rungs(questions: Sequence[Question], schema: type[Form], endpoint: Endpoint, ask: Ask) -> Rung:
    """Return the first rung that the endpoint does not turn down; what all questions need is told before one is sent."""
    first = questions[0]
    for rung in RUNGS[:-1]:
        if isinstance(ask, _Announces):
            requests = (build_request(question, schema, endpoint, rung) for question in questions)
            ask.announce(build_request(first, schema, endpoint, rung), requests)
        if not any(one.is_turned_down for one in _ask_all([(first, rung)], schema, endpoint, ask)):
            return rung
    return RUNGS[-1]


def _ask_all(questions: Sequence[tuple[Question, Rung]], schema: type[Form], endpoint: Endpoint, ask: Ask) -> list[_Asked]:
    if not questions:
        return []
    built = [(question, rung, build_request(question, schema, endpoint, rung)) for question, rung in questions]
    finals = ask([request for _, _, request in built])
    return [_Asked(question, rung, request, finals.get(request.key)) for question, rung, request in built]


def _read(one: _Asked, schema: type[Form], find_fault: FindFault[Form] | None) -> StructuredAnswer[Form]:
    attempt = one.attempt
    if attempt is None:
        detail = "no final outcome in as many attempts as the endpoint may have"
        return StructuredAnswer(None, Reason.MODEL_CALL_FAILED, detail, one.request.key, one.rung, None)
    answer = StructuredAnswer[Form](None, None, None, attempt.key, one.rung, attempt.model_echoed)
    if attempt.outcome is not Outcome.ANSWERED:
        detail = attempt.detail or (attempt.finish_reason and f"finish_reason {attempt.finish_reason}")
        return replace(answer, problem=_REASONS[attempt.outcome], detail=f"{attempt.outcome}: {detail or 'no reason given'}")
    try:
        parsed = parse_object(attempt.text or "")
        value = schema.model_validate_json(json.dumps(parsed.value), strict=True)
    except ValidationError as error:
        return replace(answer, problem=Reason.MODEL_ANSWER_UNREADABLE, detail=_list_errors(error))
    except ValueError as error:
        return replace(answer, problem=Reason.MODEL_ANSWER_UNREADABLE, detail=str(error))
    fault = None if find_fault is None else find_fault(one.question.item, value)
    if fault is not None:
        return replace(answer, problem=Reason.MODEL_ANSWER_UNREADABLE, detail=fault)
    return replace(answer, value=value, mends=parsed.mends)


def _list_errors(error: ValidationError) -> str:
    """Return where and what, without the words that were found there."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    listed = [f"{'.'.join(str(part) for part in one['loc']) or 'the object'}: {one['msg']}" for one in found]
    more = len(listed) - NAMED_ERRORS
    return "; ".join(listed[:NAMED_ERRORS]) + (f"; and {more} more" if more > 0 else "")


def _build_repair(one: _Asked, answer: StructuredAnswer[Form]) -> Question:
    """Return the one repair turn: the question, the answer that was given, and what was wrong with it."""
    given = "" if one.attempt is None else one.attempt.text or ""
    told = f"That answer cannot be used: {answer.detail}. Answer again, with the whole JSON object and nothing else."
    turns = ({"role": "assistant", "content": given}, {"role": "user", "content": told})
    return replace(one.question, purpose=Purpose.REPAIR, messages=(*one.question.messages, *turns))
