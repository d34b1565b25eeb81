"""Requests that are handed over in files end a run plainly, and give the records that live ones give."""

import json

from pipelines.records import Record
from tests.assets.graphs import failures
from tests.assets.model_generation.model_site import (
    Site,
    play_well,
)
from tests.assets.model_generation.outcome import (
    IN_PROMPT,
    has_no_trace_of_the_cause,
)
from tests.pipelines.calls.test_batch_api import MockBatches


def answer_line(line: bytes) -> dict:
    row = json.loads(line)
    body = json.loads(play_well(0, row["body"]).get_data())
    return {
        "id": "r",
        "custom_id": row["custom_id"],
        "error": None,
        "response": {"status_code": 200, "request_id": "r", "body": body},
    }


def test_requests_in_a_file_give_the_records_that_live_ones_give(site: Site, undisturbed: list[Record]) -> None:
    folder = site.folder / "storage" / "calls" / "played"
    for _ in range(2):
        result = site.generate({"executor": "file"})
        (message,) = failures(result)
        assert f"vllm run-batch -i {folder}/requests-001.jsonl -o {folder}/answers-001.jsonl --model played" in message
        assert "CallsPendingError" in message and not any(one in message for one in IN_PROMPT)
        assert has_no_trace_of_the_cause(result)
    assert [path.name for path in folder.iterdir()] == ["requests-001.jsonl"]
    lines = (folder / "requests-001.jsonl").read_bytes().splitlines()
    (folder / "answers-001.jsonl").write_text("".join(json.dumps(answer_line(line)) + "\n" for line in lines))
    assert failures(site.generate({"executor": "file"})) == []
    assert site.candidates() == undisturbed
    assert site.server.bodies == []


class PlayedBatches(MockBatches):
    """Batches whose answers are a model's."""

    def end_well(self, batch_id: str) -> None:
        batch = self.batches[batch_id]
        lines = [answer_line(line) for line in self.files[batch["input_file_id"]].splitlines()]
        batch |= {"status": "completed", "output_file_id": "output"}
        self.files["output"] = "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_requests_in_a_batch_give_the_records_that_live_ones_give(site: Site, undisturbed: list[Record]) -> None:
    batches = PlayedBatches(site.server)
    for _ in range(2):
        result = site.generate({"executor": "batch"})
        (message,) = failures(result)
        assert "CallsPendingError" in message and "batch_0: in_progress, 17 requests" in message
        assert has_no_trace_of_the_cause(result)
    batches.end_well("batch_0")
    assert failures(site.generate({"executor": "batch"})) == []
    assert list(batches.batches) == ["batch_0"] and set(batches.removed) == {"file-0", "output"}
    assert site.candidates() == undisturbed
    assert site.server.bodies == []
