"""A real small model (SmolLM2-135M, 98 MB, on the CPU) behind llama.cpp's server, as the approved endpoint of a policy file.

It writes nonsense of the right form, which is what this is for: the whole way from plan to validators is gone with answers that
nobody made up for the test, and nothing of it may pass. Two items only: a prompt takes the CPU some seconds.
"""

import socket
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.plan import plan_calls
from pipelines.calls.prices import load_prices
from pipelines.choices import Generation
from pipelines.generation.draft import Draft
from pipelines.generation.model.answer import WrittenItem
from pipelines.generation.model.drafting import build_draft
from pipelines.generation.model.item import plan_items
from pipelines.generation.model.prompt_texts import load_writing_prompt
from pipelines.generation.model.requests import plan_requests
from pipelines.generation.model.write import write_with_model
from pipelines.generation.record import build_records
from pipelines.reasons import Reason, Stage
from pipelines.validation.rules import find_record_failures
from pipelines.vocabulary import AnswerType, Source, SubTask
from tests.pipelines.calls.small_model import find_weights, serve
from tests.pipelines.generation.model.played_model import Line, open_line
from tests.pipelines.generation.model.small_groups import build_groups, build_image

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SETTINGS = Generation()
GROUPS = build_groups(SubTask.SUSPICIOUS_IMAGE, is_synthetic=False)
IMAGES = [build_image(group, place) for group in GROUPS for place in range(len(group.image_ids))]
NOT_WRITTEN = {Reason.MODEL_ANSWER_UNREADABLE, Reason.MODEL_STOPPED}


def _shorten(line: Line) -> Line:
    """Let answers be short and the same every time."""
    changes = {"max_completion_tokens": 200, "temperature": 0.0, "max_in_flight": 1}
    endpoint = line.endpoint.model_copy(update=changes)
    return replace(line, endpoint=endpoint, ask=replace(line.ask, desk=replace(line.ask.desk, endpoint=endpoint)))


def _build_unchecked(text: str, attempt: Attempt) -> Draft | None:
    """Return the closed draft that an answer would give if nothing but its form were looked at."""
    try:
        written = WrittenItem.model_validate_json(text)
    except ValidationError:
        return None
    item = next(one for one in plan_items(GROUPS, SETTINGS.seed) if one.answer_type is AnswerType.CLOSED)
    return build_draft(item, written, load_writing_prompt(item.group.subtask), "smollm2", attempt.key)


def test_nonsense_of_a_real_model_is_caught_recorded_and_never_paid_twice(tmp_path: Path) -> None:
    server = serve(find_weights())
    address = server.listening_address
    with open_line(tmp_path, address, allowed=(Source.EMBED,)) as opened:
        line = _shorten(opened)
        planned = plan_requests(GROUPS, "played", line.endpoint, SETTINGS)
        plan = plan_calls(planned, line.ledger, line.endpoint, load_prices(), date(2026, 11, 22))
        assert plan.n_open == len(planned) == 2

        outcome = write_with_model(GROUPS, "played", line.endpoint, line.ask, SETTINGS)
        records = build_records(outcome.rows, SETTINGS.seed)
        assert set(find_record_failures(records, GROUPS, IMAGES)) == {record.record_id for record in records}
        assert len(records) + len(outcome.rejections) == len(planned)
        assert {one.reason for one in outcome.rejections} <= NOT_WRITTEN
        assert {one.stage for one in outcome.rejections} <= {Stage.GENERATE}

        finals = line.ledger.final_attempts([request.key for request in planned])
        assert len(finals) == len(planned)
        assert line.ledger.spent().tokens > 1000 * len(planned)
        answers = [(one.text, one) for one in finals.values() if one.outcome is Outcome.ANSWERED and one.text]
        drafts = [draft for text, attempt in answers if (draft := _build_unchecked(text, attempt)) is not None]
        assert drafts, "the model wrote nothing of the asked form: nothing was tested"
        for draft in drafts:
            unchecked = build_records([draft], SETTINGS.seed)
            assert set(find_record_failures(unchecked, GROUPS, IMAGES)) == {draft.record_id}

        spent = line.ledger.spent()
        del server
        with pytest.raises(OSError), socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=5):
            pass
        again = write_with_model(GROUPS, "played", line.endpoint, line.ask, SETTINGS)
        assert (again, line.ledger.spent()) == (outcome, spent)
        assert line.ledger.verify() >= len(planned)
