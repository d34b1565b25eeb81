"""Runs that were killed, files that are handed over and batches: nothing is paid twice, and only what was hashed is sent."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from werkzeug import Response

from pipelines.calls import batch_file
from pipelines.calls.attempt import CallsPendingError
from pipelines.calls.batch_file import BatchFileError, split_requests
from pipelines.calls.images_in_bodies import take_images_out
from pipelines.calls.kinds import Executor
from pipelines.calls.request import CallRequest
from tests.evaluation.models.endpoint_site import (
    answer_all,
    draw_image,
    keep_requests,
    make_prompt,
    opened,
    read_image,
    read_sent,
)
from tests.pipelines.calls.loopback import MockEndpoint, complete
from tests.pipelines.calls.test_batch_api import MockBatches
from tests.pipelines.calls.test_handover import URL, run_vllm

pytestmark = pytest.mark.usefixtures("shared_server")
ROOT = Path(__file__).parents[3]
RUN = """
import sys
from pathlib import Path
from tests.evaluation.models.endpoint_site import answer_all, make_prompt, opened, shown
folder = Path(sys.argv[1])
prompts = [make_prompt(number, [shown(folder / f"{number}.png")]) for number in range(int(sys.argv[3]))]
with opened(folder, sys.argv[2], max_in_flight=2) as model:
    answer_all(model, prompts)
"""


def make_prompts(folder: Path, count: int):
    return [make_prompt(number, [draw_image(folder, f"{number}.png", seed=number)]) for number in range(count)]


def test_a_killed_run_is_finished_by_the_next_one_with_the_missing_requests_alone(tmp_path):
    prompts = make_prompts(tmp_path, 24)

    def script(n_before: int, body: dict) -> Response:
        time.sleep(0.02)
        return complete(str(np.asarray(read_sent(body)[0]).sum()))

    command = [sys.executable, "-c", RUN, str(tmp_path), "", "24"]
    with MockEndpoint(script) as server:
        command[4] = server.url
        run = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )
        while len(server.bodies) < 13 and run.poll() is None:
            time.sleep(0.005)
        run.kill()
        printed = run.communicate()
        while server.n_in_flight:
            time.sleep(0.01)
        before = Counter(server.bodies)
        assert run.returncode == -signal.SIGKILL and printed == (b"", b"")
        assert 13 <= len(before) < 24
        with opened(tmp_path, server.url, max_in_flight=2) as model:
            answers = answer_all(model, prompts)
            n_recorded = model.ask.desk.ledger.verify()
        counts = Counter(server.bodies)
    assert n_recorded == 24
    assert len(counts) == 24 and max(counts.values()) <= 2
    assert sum(count == 2 for count in counts.values()) <= 2, "those in flight when it was killed"
    sums = {f"answer-{number}": str(np.asarray(read_image(tmp_path / f"{number}.png")).sum()) for number in range(24)}
    assert {key: answer.output for key, answer in answers.items()} == sums


def test_a_rerun_sends_nothing_and_says_the_same(tmp_path):
    prompts = make_prompts(tmp_path, 5)
    with MockEndpoint() as server:
        with opened(tmp_path, server.url) as model:
            first = answer_all(model, prompts)
        with opened(tmp_path, server.url) as model:
            assert answer_all(model, prompts) == first
        assert len(server.bodies) == 5


def test_all_prompts_go_into_one_file_with_their_pixels_and_its_answers_are_taken(tmp_path):
    prompts = make_prompts(tmp_path, 20)
    with opened(tmp_path, URL, executor=Executor.FILE, max_in_flight=1) as model:
        with pytest.raises(CallsPendingError, match="1 file"):
            answer_all(model, prompts)
        file = tmp_path / "calls/mock/requests-001.jsonl"
        rows = [json.loads(line) for line in file.read_bytes().splitlines()]
        sent = [np.asarray(read_sent(row["body"])[0]) for row in rows]
        assert all(np.array_equal(one, np.asarray(read_image(tmp_path / f"{number}.png"))) for number, one in enumerate(sent))
        assert file.stat().st_mode & 0o077 == 0
        run_vllm(tmp_path, 1)
        assert len(answer_all(model, prompts)) == 20


def swap_pixels(line: bytes, other: bytes) -> bytes:
    row, donor = json.loads(line), json.loads(other)
    row["body"]["messages"][0]["content"][1] = donor["body"]["messages"][0]["content"][1]
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def name_pixels(line: bytes, _: bytes) -> bytes:
    return take_images_out(line)


def add_to_pixels(line: bytes, _: bytes) -> bytes:
    row = json.loads(line)
    part = row["body"]["messages"][0]["content"][1]["image_url"]
    data = base64.b64decode(part["url"].split(",")[1]) + b"Roe^Jane"
    part["url"] = "data:image/png;base64," + base64.b64encode(data).decode()
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize("change", [swap_pixels, name_pixels, add_to_pixels])
def test_a_request_file_with_other_pixels_is_refused(tmp_path, change):
    prompts = make_prompts(tmp_path, 3)
    with opened(tmp_path, URL, executor=Executor.FILE) as model:
        with pytest.raises(CallsPendingError):
            answer_all(model, prompts)
        file = tmp_path / "calls/mock/requests-001.jsonl"
        lines = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join([lines[0], change(lines[1], lines[2]), lines[2]]))
        with pytest.raises(BatchFileError, match=r"requests-001\.jsonl: line 2 is not request call-"):
            answer_all(model, prompts)


def test_a_batch_carries_the_pixels_and_its_answers_are_taken(tmp_path):
    prompts = make_prompts(tmp_path, 4)
    with MockEndpoint() as server, opened(tmp_path, server.url, executor=Executor.BATCH) as model:
        batches = MockBatches(server)
        with pytest.raises(CallsPendingError):
            answer_all(model, prompts)
        [uploaded] = (tmp_path / "calls/mock").glob("batch-*.jsonl")
        assert uploaded.read_bytes().count(b"data:image/png;base64,") == 4
        batches.end("batch_0")
        assert len(answer_all(model, prompts)) == 4


def test_files_are_divided_by_what_their_images_weigh(tmp_path):
    kept: list[CallRequest] = []
    images = [draw_image(tmp_path, f"{number}.png", size=(100, 100), seed=number) for number in range(4)]
    with opened(tmp_path, URL) as model:
        asked = replace(model, ask=keep_requests(kept))
        assert list(asked.answer([make_prompt(number, [image]) for number, image in enumerate(images)], None)) == []
    n_bytes = len(batch_file.format_requests(kept[:1]))
    assert n_bytes > 13_000, "pixels, not their names"
    assert [len(part) for part in split_requests(kept, max_bytes=2 * n_bytes + 500)] == [2, 2]
