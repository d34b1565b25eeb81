"""A reviewer rejects a record: the next version is asked with the comment, and approvals of the former are gone."""

import json

from werkzeug import Response

from pipelines import stages
from pipelines.reasons import RejectReason
from pipelines.records import Record
from pipelines.review.decisions import NewDecision
from pipelines.review.ledger import open_ledger
from pipelines.settings import load_settings
from pipelines.vocabulary import Verdict
from tests.assets.graphs import failures
from tests.assets.model_generation.model_site import (
    Site,
)
from tests.pipelines.calls.loopback import complete
from tests.pipelines.generation.model.played_model import Case, answer_well


def test_a_rejected_record_is_written_anew_with_the_comment_and_its_approvals_are_gone(site: Site) -> None:
    def word_anew(n_before: int, body: dict) -> Response:
        case = Case.read(body["messages"])
        item = answer_well(case)
        if case.is_rewrite:
            item["question"] = f"Look again. {item['question']}"
        return complete(json.dumps(item))

    site.server.script = word_anew
    assert site.generate().success
    first = {record.record_id: record for record in site.validated()}
    settings = load_settings()
    (chosen, *_) = first.values()
    with open_ledger(settings.review_ledger()) as ledger:
        ledger.append(
            [
                NewDecision(record.record_id, record.digest, reviewer, Verdict.APPROVE)
                for record in first.values()
                for reviewer in ("Ada", "Bob")
            ]
        )
        decisions = ledger.read()
        assert stages.approve_records(list(first.values()), decisions, settings).is_complete
        ledger.append(
            [NewDecision(chosen.record_id, chosen.digest, "Cyd", Verdict.REJECT, RejectReason.WORDING, "Name the left eye.")]
        )
    n_before = len(site.server.bodies)
    assert failures(site.generate()) == []
    (sent,) = site.server.bodies[n_before:]
    prompt = json.loads(sent)["messages"][1]["content"]
    assert "Name the left eye." in prompt and "reviewer: wording" in prompt
    assert f"Question: {chosen.question}\nRight answer: {chosen.answer}" in prompt
    assert [one.version for one in site.candidates() if one.record_id == chosen.record_id] == [1, 2]
    assert chosen in site.candidates()
    second = {record.record_id: record for record in site.validated()}
    anew = second.pop(chosen.record_id)
    assert (anew.version, anew.question) == (2, f"Look again. {chosen.question}")
    assert second == {record_id: record for record_id, record in first.items() if record_id != chosen.record_id}
    with open_ledger(settings.review_ledger()) as ledger:
        approval = stages.approve_records([*second.values(), anew], ledger.read(), settings)
    assert sum(lot.decisions_needed for lot in approval.lots) == 2, "two people must look at what is new"

    assert site.generate().success
    assert len(site.server.bodies) == n_before + 1 and site.validated() == sorted([*second.values(), anew], key=by_id)


def by_id(record: Record) -> str:
    return record.record_id
