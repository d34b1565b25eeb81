"""The judge: blind to the key, read against it, and a flag where it comes to another answer."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipelines.choices import Generation
from pipelines.generation.model.judge import DISAGREES, Judged, find_shared_family, judge_records
from pipelines.generation.record import build_records
from pipelines.generation.template.write import write_templates
from pipelines.records import Record
from pipelines.vocabulary import SubTask
from tests.pipelines.generation.model.played_model import open_line
from tests.pipelines.generation.model.small_groups import SUBTASKS, build_groups

ALL = [group for subtask in SUBTASKS for group in build_groups(subtask)]
GROUPS = {group.group_id: group for group in ALL}
RECORDS = build_records(write_templates(ALL, Generation()).rows, seed=1)


def play_judge(server: HTTPServer, letters: Mapping[str, str | None]) -> list[str]:
    """Answer each question with its letter; returns the prompts as they come in."""
    prompts: list[str] = []

    def reply(request: Request) -> Response:
        prompt = json.loads(request.get_data())["messages"][1]["content"]
        prompts.append(prompt)
        question = re.search(r"QUESTION\n(.*)\n", prompt)
        assert question is not None
        content: dict[str, Any] = {"letter": letters.get(question[1]), "ground": "the sources"}
        choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": json.dumps(content)}}
        return Response(json.dumps({"choices": [choice], "model": "judge"}), content_type="application/json")

    server.clear()
    server.expect_request("/v1/chat/completions").respond_with_handler(reply)
    return prompts


def _judge(folder: Path, server: HTTPServer, records: list[Record]) -> Judged:
    with open_line(folder, f"http://127.0.0.1:{server.port}") as line:
        return judge_records(records, GROUPS, line.endpoint, line.ask, Generation())


CLOSED = [record for record in RECORDS if record.subtask is SubTask.RESECTION_EXTENT and record.letter is not None]


def test_a_judge_that_comes_to_the_key_leaves_records_as_they_are(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play_judge(httpserver_ipv4, {record.question: record.letter for record in CLOSED})
    judged = _judge(tmp_path, httpserver_ipv4, CLOSED)
    assert judged == Judged(tuple(CLOSED), n_agreed=len(CLOSED), n_disagreed=0, n_silent=0)


@pytest.mark.parametrize("said", ["wrong", None])
def test_another_letter_and_no_single_answer_are_flagged_and_rejected_by_nobody(
    tmp_path: Path, httpserver_ipv4: HTTPServer, said: str | None
) -> None:
    others = {record.question: "AB".replace(record.letter or "", "") if said else None for record in CLOSED}
    play_judge(httpserver_ipv4, others)
    judged = _judge(tmp_path, httpserver_ipv4, CLOSED)
    assert (judged.n_agreed, judged.n_disagreed) == (0, len(CLOSED))
    assert all(record.flags == (DISAGREES,) for record in judged.records)
    assert [record.digest for record in judged.records] == [record.digest for record in CLOSED]


def test_the_judge_is_not_told_key_class_or_evidence(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    prompts = play_judge(httpserver_ipv4, {})
    _judge(tmp_path, httpserver_ipv4, RECORDS)
    assert len(prompts) == len(RECORDS)
    assert not [prompt for prompt in prompts if "right answer" in prompt or "Class of" in prompt or "CASE" in prompt]


def test_the_letters_of_open_items_do_not_tell_the_answer(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    prompts = play_judge(httpserver_ipv4, {})
    opened = [record for record in RECORDS if record.letter is None and record.subtask is SubTask.TWO_VIEW_ASSESSMENT]
    _judge(tmp_path, httpserver_ipv4, opened)
    lists = [re.findall(r"^([A-G]): (.*)$", prompt.split("ANSWERS\n")[1], re.MULTILINE) for prompt in prompts]
    assert all(len(answers) == 7 for answers in lists)
    assert len({tuple(text for _, text in answers) for answers in lists}) == len(opened)


def test_a_silent_judge_flags_nothing(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    httpserver_ipv4.clear()
    httpserver_ipv4.expect_request("/v1/chat/completions").respond_with_data("{}", status=500)
    judged = _judge(tmp_path, httpserver_ipv4, CLOSED)
    assert judged == Judged(tuple(CLOSED), n_agreed=0, n_disagreed=0, n_silent=len(CLOSED))


def test_an_earlier_verdicts_flag_goes_where_the_judge_now_agrees(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play_judge(httpserver_ipv4, {record.question: record.letter for record in CLOSED})
    flagged = [replace(record, flags=(DISAGREES, "single_image")) for record in CLOSED]
    assert {record.flags for record in _judge(tmp_path, httpserver_ipv4, flagged).records} == {("single_image",)}


@pytest.mark.parametrize(
    ("writer", "judge", "shared"),
    [
        ("gpt-4o", "gpt-4o-mini", "gpt"),
        ("gpt-4o", "o3-mini", "gpt"),
        ("meta-llama/Llama-3.3-70B", "llama3.1:8b", "llama"),
        ("gpt-4o", "Qwen/Qwen3-32B", None),
        ("mistral-large", "Mixtral-8x7B", "mistral"),
    ],
)
def test_models_of_one_family_are_known_by_their_names(writer: str, judge: str, shared: str | None) -> None:
    assert find_shared_family(writer, judge) == shared
