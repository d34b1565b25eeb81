"""What is told of an evaluation run: words planted in questions, references, ids, file names and outputs are looked for in all
events that Dagster stores and in what the process prints, of runs that succeed and of runs that fail."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import dagster as dg
import pytest
from PIL import Image
from pytest_httpserver import HTTPServer
from werkzeug import Response

from pipelines.settings import Settings
from tests.assets.graphs import Graph, failures
from tests.pipelines.calls.loopback import MockEndpoint, complete, own_server, write_policy

IN_QUESTION, IN_OPTION, IN_REFERENCE, IN_ID, IN_NAME = "quibblewort", "zanthorply", "grimbleshank", "wexlebat", "thrundlecop"
IN_OUTPUT, IN_FILE, IN_SECRET_FILE = "mimblefrost", "gorvenclasp", "plinkerdown"
PLANTED = (IN_QUESTION, IN_OPTION, IN_REFERENCE, IN_ID, IN_NAME, IN_OUTPUT, IN_FILE, IN_SECRET_FILE)
TAG = "VQA_ODIR_instruction_multichoice"


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    with own_server() as server:
        yield server


class Bench:
    """A released benchmark of an approved source, asked of a model behind an endpoint and of a file of answers."""

    def __init__(self, folder: Path, endpoint: MockEndpoint) -> None:
        self.folder, self.endpoint, self.images = folder, endpoint, folder / "images"
        self.printed = io.StringIO()
        self.records = [self._write_record(place) for place in range(4)]
        write_policy(folder, endpoint.url)
        self.answer_from_file([record["id"] for record in self.records])

    def _write_record(self, place: int) -> dict:
        name = f"{IN_NAME}-{place}.png"
        (self.folder / "images").mkdir(exist_ok=True)
        Image.new("L", (24, 16), 40 * place).save(self.folder / "images" / name)
        asked = f"Which {IN_QUESTION}, number {place}?"
        question = asked if place == 3 else f"{asked}\nA: {IN_OPTION}\nB: another {IN_OPTION}\n"
        answer = f"The {IN_REFERENCE}." if place == 3 else f"A: {IN_OPTION}"
        turns = [{"role": "user", "content": f"<image>{question}"}, {"role": "assistant", "content": answer}]
        return {"id": f"{IN_ID}-{place}", "images": [name], "conversation": turns, "source": TAG}

    def answer_from_file(self, ids: list[str]) -> None:
        lines = [json.dumps({"id": name, "output": f"A, {IN_FILE} {place}"}) for place, name in enumerate(ids)]
        (self.folder / "mine.jsonl").write_text("\n".join(lines), encoding="utf-8")

    def run(self) -> tuple[dg.ExecuteInProcessResult, str]:
        """Evaluate; return the result and every event that Dagster stores: messages, metadata, checks, failures."""
        (self.folder / "b.json").write_text(json.dumps(self.records), encoding="utf-8")
        endpoint = {"base_url": f"{self.endpoint.url}/v1", "model": "m", "max_in_flight": 1, "max_attempts": 1}
        settings = Settings.model_validate(
            {
                "storage_root": str(self.folder / "store"),
                "sources": {"odir": self.folder / "download", "ms_cxr_t": self.folder / "mimic"},
                "policy": self.folder / "policy.toml",
                "endpoints": {"mock": endpoint},
                "evaluation": {
                    "released": {"b": self.folder / "b.json"},
                    "released_images": {"b": self.images},
                    "models": {"played": "openai:mock", "mine": f"file:{self.folder / 'mine.jsonl'}"},
                    "bootstrap_draws": 100,
                },
            }
        )
        # An instance in memory: one on disk migrates its database, which closes the handlers of every logger in the process.
        with dg.DagsterInstance.ephemeral() as instance, redirect_stdout(self.printed), redirect_stderr(self.printed):
            result = Graph(settings, instance).evaluate_every_model()
            stored = "\n".join(entry.to_json() for entry in instance.all_logs(result.run_id))
        return result, stored


@pytest.fixture
def bench(tmp_path: Path, server: HTTPServer) -> Iterator[Bench]:
    with MockEndpoint(lambda n_before, body: complete(f"A: {IN_OUTPUT}"), server) as endpoint:
        yield Bench(tmp_path, endpoint)


def find_planted(*texts: bytes | str) -> set[str]:
    whole = b"\n".join(text if isinstance(text, bytes) else text.encode() for text in texts).lower()
    return {word for word in PLANTED if word.encode() in whole}


def test_nothing_of_a_run_that_succeeds_is_told_but_counts(bench: Bench) -> None:
    result, stored = bench.run()
    assert failures(result) == [] and result.success
    assert find_planted(*bench.endpoint.bodies) == {IN_QUESTION, IN_OPTION}, "file names and ids do not leave either"
    assert "played: 15 of 15 prompts to answer" in stored, "what is looked through is what the run told"
    assert find_planted(stored, bench.printed.getvalue()) == set()
    answers = bench.folder / "store" / "answers" / "played.jsonl"
    assert find_planted(answers.read_bytes()) == {IN_OUTPUT, IN_ID}
    exports = bench.folder / "store" / "exports"
    assert "data:image/webp" in (exports / "leaderboard.html").read_text(encoding="utf-8"), "the group may see its items"
    assert find_planted(*((exports / f"leaderboard.{suffix}").read_bytes() for suffix in ("md", "csv", "png"))) == set()


def test_names_in_a_released_file_lead_to_no_image_but_its_own(bench: Bench) -> None:
    stored = bench.folder / "store" / "rendered" / "ms_cxr_t" / "x.png"
    stored.parent.mkdir(parents=True)
    for path in (bench.folder / "secret.png", stored):
        Image.new("L", (24, 16), 201).save(path)
    (bench.images / "link.png").symlink_to(bench.folder / "secret.png")
    strange = (str(bench.folder / "secret.png"), "../secret.png", "link.png", "rendered/ms_cxr_t/x.png")
    for record, name in zip(bench.records, strange, strict=True):
        record["images"] = [name]
    result, _ = bench.run()
    assert failures(result) == []
    assert len(bench.endpoint.bodies) == 4 and b"image_url" not in b"".join(bench.endpoint.bodies), "all are asked blind"
    page = (bench.folder / "store" / "exports" / "leaderboard.html").read_text(encoding="utf-8")
    assert "data:image/webp" not in page


def hide_the_source(bench: Bench) -> None:
    for record in bench.records:
        record["source"] = f"somebody's {IN_SECRET_FILE}"


def spoil_images_while_asked(bench: Bench) -> None:
    def script(n_before: int, body: dict) -> Response:
        for path in (bench.folder / "images").iterdir():
            path.write_bytes(IN_SECRET_FILE.encode())
        return complete(IN_OUTPUT)

    bench.endpoint.script = script


def ask_twice(bench: Bench) -> None:
    bench.records[1]["conversation"] *= 2


def lengthen_a_name(bench: Bench) -> None:
    bench.records[1]["images"] = [IN_SECRET_FILE * 400]
    bench.records[2]["images"] = [f"{IN_SECRET_FILE}\0"]
    bench.answer_from_file([])


def repeat_an_id(bench: Bench) -> None:
    bench.answer_from_file([bench.records[0]["id"], bench.records[0]["id"]])


def share_an_id(bench: Bench) -> None:
    bench.records[1]["id"] = bench.records[0]["id"]
    bench.answer_from_file([bench.records[0]["id"]])


def show_images_of_another_source(bench: Bench) -> None:
    bench.images = bench.images.rename(bench.folder / "mimic")


def break_an_answer(bench: Bench) -> None:
    (bench.folder / "mine.jsonl").write_text(f'{{"id": "{IN_ID}", "output": "{IN_FILE}"', encoding="utf-8")


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (hide_the_source, "EgressError: none of 15 request(s) was sent"),
        (spoil_images_while_asked, "ModelError: played: an image could be read when"),
        (ask_twice, "BenchmarkError: record 1: a benchmark record has one user"),
        (lengthen_a_name, "holds no predictions"),
        (repeat_an_id, "lines 1 and 2 give one item different outputs"),
        (share_an_id, "line 1: its id belongs to 2 items"),
        (show_images_of_another_source, "ms_cxr_t (credentialed) does not allow endpoint mock"),
        (break_an_answer, "1 broken line(s): line 1: not JSON"),
    ],
)
def test_nothing_of_a_run_that_fails_is_told_but_what_to_mend(
    bench: Bench, break_it: Callable[[Bench], None], says: str
) -> None:
    break_it(bench)
    result, stored = bench.run()
    assert any(says in failure for failure in failures(result)), failures(result)
    assert find_planted(stored, bench.printed.getvalue(), *failures(result)) == set()
