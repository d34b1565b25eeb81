"""Rewriting: a rejected version goes back with what was wrong with it, and the next version is another one."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pipelines.choices import Generation
from pipelines.generation.model.prompt_texts import load_rewriting_prompt
from pipelines.generation.model.rewrite import rewrite_with_model
from pipelines.generation.model.write import write_with_model
from pipelines.generation.record import build_records
from pipelines.generation.rewrite import Objection, Rewrite
from pipelines.reasons import Reason, RejectReason
from pipelines.records import Record
from pipelines.validation.rules import find_record_failures
from pipelines.vocabulary import SubTask
from tests.pipelines.generation.model.played_model import Case, Line, WrittenItem, answer_well, open_line, play
from tests.pipelines.generation.model.small_groups import SUBTASKS, build_group, build_groups, build_image

SETTINGS = Generation()
ALL = [group for subtask in SUBTASKS for group in build_groups(subtask)]
GROUPS = {group.group_id: group for group in ALL}
IMAGES = [build_image(group, place) for group in ALL for place in range(len(group.image_ids))]


def _url(server: HTTPServer) -> str:
    return f"http://127.0.0.1:{server.port}"


def _bad_at_first(spoil: Callable[[WrittenItem], WrittenItem]) -> Callable[[Case], WrittenItem]:
    return lambda case: answer_well(case) if case.is_rewrite else spoil(answer_well(case))


def _leak(item: WrittenItem) -> WrittenItem:
    return {**item, "question": "Reading the report of the two images: " + item["question"]}


def _invent(item: WrittenItem) -> WrittenItem:
    return {**item, "evidence": [{"image": 1, "quote": "a large new mass"}]}


def _rewrite(line: Line, rewrites: list[Rewrite]) -> list[Record]:
    outcome = rewrite_with_model(rewrites, GROUPS, "played", line.endpoint, line.ask, SETTINGS)
    assert outcome.rejections == ()
    return build_records(outcome.rows, SETTINGS.seed, former=[one.record for one in rewrites])


def _first_records(line: Line) -> list[Record]:
    return build_records(write_with_model(ALL, "played", line.endpoint, line.ask, SETTINGS).rows, SETTINGS.seed)


@pytest.mark.parametrize("spoil", [_leak, _invent])
def test_a_second_version_mends_what_the_first_was_rejected_for(
    tmp_path: Path, httpserver_ipv4: HTTPServer, spoil: Callable[[WrittenItem], WrittenItem]
) -> None:
    model = play(httpserver_ipv4, _bad_at_first(spoil))
    with open_line(tmp_path, _url(httpserver_ipv4)) as line:
        first = _first_records(line)
        failed = find_record_failures(first, ALL, IMAGES)
        assert set(failed) == {record.record_id for record in first}
        failures = {key: tuple(Objection(one.reason, one.detail) for one in found) for key, found in failed.items()}
        second = _rewrite(line, [Rewrite(record, failures[record.record_id]) for record in first])
    assert find_record_failures(second, ALL, IMAGES) == {}
    assert [(one.record_id, one.version, one.letter) for one in second] == [(one.record_id, 2, one.letter) for one in first]
    told = [body["messages"][1]["content"] for body in model.received if "PREVIOUS VERSION" in body["messages"][1]["content"]]
    assert len(told) == len(first)
    assert all(f"- {objections[0].reason}: " in "\n".join(told) for objections in failures.values())


def test_a_further_version_has_the_rewriting_prompts_id(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play(httpserver_ipv4, answer_well)
    with open_line(tmp_path, _url(httpserver_ipv4)) as line:
        first = _first_records(line)
        (second,) = _rewrite(line, [Rewrite(first[0], (Objection(Reason.LENGTH_CUE, "long"),))])
    prompt = load_rewriting_prompt(first[0].subtask)
    assert (second.template_id, second.template_hash) == (prompt.template_id, prompt.hash)
    assert second.ledger_key != first[0].ledger_key


def test_each_version_is_asked_anew_and_a_rerun_of_it_is_not(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    model = play(httpserver_ipv4, answer_well)
    with open_line(tmp_path, _url(httpserver_ipv4)) as line:
        first = _first_records(line)[0]
        sent = len(model.received)
        (second,) = _rewrite(line, [Rewrite(first, (Objection(Reason.LENGTH_CUE, "long"),))])
        # the same text is given back: only the version tells the next request from the one before
        (third,) = _rewrite(line, [Rewrite(replace(first, version=2), (Objection(Reason.LENGTH_CUE, "long"),))])
        assert len(model.received) == sent + 2
        assert _rewrite(line, [Rewrite(first, (Objection(Reason.LENGTH_CUE, "long"),))]) == [second]
        assert len(model.received) == sent + 2
    assert len({first.ledger_key, second.ledger_key, third.ledger_key}) == 3
    assert (first.version, second.version, third.version) == (1, 2, 3)


def test_the_classes_of_the_options_are_the_cases_whatever_was_rejected(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    model = play(httpserver_ipv4, answer_well)
    with open_line(tmp_path, _url(httpserver_ipv4)) as line:
        first = next(one for one in _first_records(line) if one.subtask is SubTask.FINDING_PROGRESSION and one.letter)
        spoilt = replace(first, option_classes=("stable", "stable", "stable"), answer_class="stable")
        (second,) = _rewrite(line, [Rewrite(spoilt, (Objection(Reason.LABEL_MISMATCH, "reads as stable"),))])
    assert second.answer_class == GROUPS[first.group_id].label
    assert sorted(second.option_classes) == ["improving", "stable", "worsening"]
    assert f"Class of the right answer: {GROUPS[first.group_id].label}" in model.received[-1]["messages"][1]["content"]


def test_a_reviewers_comment_reaches_the_model_without_names(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    model = play(httpserver_ipv4, answer_well)
    with open_line(tmp_path, _url(httpserver_ipv4)) as line:
        first = _first_records(line)[0]
        comment = f"Ask about the border. Discussed with Dr. Jane Roe on 3 May 2021, subject {first.subject_ids[0]}."
        _rewrite(line, [Rewrite(first, (Objection(RejectReason.WORDING),), comment)])
    sent = json.dumps(model.received[-1])
    assert "Ask about the border." in sent
    assert not [word for word in ("Roe", "2021", first.subject_ids[0]) if word in sent]


def test_records_of_other_generators_are_passed_over_and_unknown_groups_refused(
    tmp_path: Path, httpserver_ipv4: HTTPServer
) -> None:
    model = play(httpserver_ipv4, answer_well)
    with open_line(tmp_path, _url(httpserver_ipv4)) as line:
        first = _first_records(line)[0]
        sent = len(model.received)
        composed = Rewrite(replace(first, record_id="record-of-a-composed-group"), (Objection(Reason.SCHEMA, "x"),))
        assert _rewrite(line, [composed]) == []
        lost = Rewrite(
            replace(first, group_id=build_group(SubTask.SAME_DIAGNOSIS, number=9).group_id), (Objection(Reason.SCHEMA, "x"),)
        )
        with pytest.raises(KeyError):
            _rewrite(line, [lost])
    assert len(model.received) == sent
