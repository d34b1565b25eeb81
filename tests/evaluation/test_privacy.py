"""What may be read, sent and left for others: benchmark files of strangers against servers that count what reaches them."""

import base64
import io
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evaluation.__main__ import main
from evaluation.benchmark import BenchmarkItem, items_from_mantis
from evaluation.conditions.pose import pose_items
from evaluation.runs.answers_file import open_answers
from evaluation.runs.images import ImageFolder
from evaluation.scores.undecided import open_reader, read_undecided
from pipelines.formats.mantis import build_record
from pipelines.governance.egress import EgressError
from pipelines.governance.whose_files import FileOwners
from pipelines.records import Turn
from pipelines.score_records import Condition
from pipelines.settings import Settings, load_settings
from pipelines.vocabulary import Role, Source
from tests.evaluation.scripted_endpoint import OPTIONS, write_site
from tests.pipelines.calls.loopback import MockEndpoint, complete, own_server

ODIR, MS_CXR_T = "VQA_ODIR_instruction_multichoice", "MS_CXR_T_vqa_edema"
SECRET = 201  # the gray of every pixel of an image that may not leave


@pytest.fixture(scope="module", autouse=True)
def server():
    with own_server() as server:
        MockEndpoint.shared = server
        yield server


class Place:
    """A folder with settings, policy and images; its endpoint is approved for ODIR alone."""

    def __init__(self, folder: Path, endpoint: MockEndpoint) -> None:
        self.folder, self.endpoint = folder, endpoint

    def write_secret(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (40, 30), SECRET).save(path)
        return path

    def write(self, *records: tuple[str, str]) -> None:
        """Write the benchmark: a closed question of one image each, as (image name, source tag)."""
        turns = [{"role": "user", "content": f"<image>How is it?\n{OPTIONS}"}, {"role": "assistant", "content": "B: darker"}]
        written = [
            {"id": f"r{place}", "images": [name], "conversation": turns, "source": tag}
            for place, (name, tag) in enumerate(records)
        ]
        (self.folder / "b.json").write_text(json.dumps(written), encoding="utf-8")

    def predict(self, *more: str, images: str = "images", model: str = "openai:mock") -> int:
        words = ["--benchmark", str(self.folder / "b.json"), "--images", str(self.folder / images), "--model", model]
        return main(["predict", *words, "--out", str(self.folder / "p.jsonl"), *more])

    def has_sent_secret(self) -> bool:
        return any(bool((np.asarray(image) == SECRET).all()) for body in self.endpoint.bodies for image in _read_images(body))


def _read_images(body: bytes) -> Iterator[Image.Image]:
    content = json.loads(body)["messages"][0]["content"]
    for part in content if isinstance(content, list) else ():
        if part["type"] == "image_url":
            yield Image.open(io.BytesIO(base64.b64decode(part["image_url"]["url"].partition(",")[2])))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with MockEndpoint(lambda n_before, body: complete("B")) as endpoint:
        write_site(tmp_path, endpoint.url)
        monkeypatch.setenv("MEDMIM_CONFIG", str(tmp_path / "medmim.toml"))
        yield Place(tmp_path, endpoint)


@pytest.mark.parametrize(
    "name",
    [
        lambda place: str(place.folder / "secret.png"),
        lambda place: f"//{place.folder / 'secret.png'}",
        lambda place: f"/proc/self/root{place.folder / 'secret.png'}",
        lambda place: f"file://{place.folder / 'secret.png'}",
        lambda place: f"{place.endpoint.url}/secret.png",
        lambda place: "data:image/png;base64," + base64.b64encode((place.folder / "secret.png").read_bytes()).decode(),
        lambda place: "../secret.png",
        lambda place: "./.././secret.png",
        lambda place: "up/secret.png",
        lambda place: "link.png",
        lambda place: "../secret.png\0.png",
    ],
)
def test_a_name_in_a_benchmark_file_leads_nowhere_but_down_from_its_folder(place: Place, name: Callable[[Place], str]):
    secret = place.write_secret("secret.png")
    (place.folder / "images" / "link.png").symlink_to(secret)
    (place.folder / "images" / "up").symlink_to(place.folder)
    place.write((name(place), ODIR), ("0-0.png", ODIR), ("1-0.png", ODIR))
    assert place.predict() == 0
    assert len(place.endpoint.bodies) > 2 and not place.has_sent_secret()
    assert [request.path for request, _ in place.endpoint.server.log if request.method == "GET"] == []


def test_what_never_ends_is_not_read(place: Place):
    os.mkfifo(place.folder / "images" / "pipe.png")
    folder = ImageFolder(place.folder / "images")
    assert folder.find("pipe.png") is None and folder.find("/dev/zero") is None
    assert ImageFolder(Path("/"), known=frozenset({"/dev/zero"})).find("/dev/zero") is None


def test_a_name_that_was_not_found_by_us_is_not_looked_for_even_where_a_file_has_it(place: Place):
    path = str(place.write_secret("images/ours.png"))
    folder = ImageFolder(place.folder, known=frozenset({path}))
    assert folder.find(path) is not None, "names that the import made absolute are read"
    assert folder.find("images/ours.png") is None and folder.find("images/0-0.png") is None


def test_no_foreign_program_is_started_for_an_image(place: Place, monkeypatch: pytest.MonkeyPatch):
    from PIL import EpsImagePlugin

    def start(*args: object) -> None:
        raise AssertionError("Ghostscript was started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", start)
    (place.folder / "images" / "x.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n%%EOF\n")
    assert ImageFolder(place.folder / "images").find("x.png") is None


@pytest.mark.parametrize(
    ("secret", "images", "name"),
    [
        ("store/rendered/ms_cxr_t/x.png", "store", "rendered/ms_cxr_t/x.png"),
        ("store/rendered/ms_cxr_t/x.png", "store/rendered/ms_cxr_t", "x.png"),
        ("mimic/files/p10/x.png", "mimic/files", "p10/x.png"),
        ("mimic/files/p10/x.png", "innocent", "p10/x.png"),
    ],
)
def test_an_image_falls_under_the_rule_of_the_folder_that_it_lies_in(
    place: Place, capsys: pytest.CaptureFixture[str], secret: str, images: str, name: str
):
    place.write_secret(secret)
    (place.folder / "innocent").symlink_to(place.folder / "mimic" / "files")
    settings = (place.folder / "medmim.toml").read_text(encoding="utf-8")
    (place.folder / "medmim.toml").write_text(f"sources.ms_cxr_t = '{place.folder}/mimic'\n{settings}", encoding="utf-8")
    place.write((name, ODIR), (name, "nobody knows"))
    assert place.predict("--source", "odir", images=images) == 2
    assert "ms_cxr_t (credentialed) does not allow endpoint mock" in capsys.readouterr().err
    assert place.endpoint.bodies == []


def test_of_folders_within_each_other_the_innermost_says_whose_a_file_is():
    folders = {"vqa_rad": "/data", "odir": "/data/eyes", "embed": "/data/eyes"}
    settings = Settings.model_validate({"storage_root": "/data/store", "sources": folders})
    owners = FileOwners.of_settings(settings)
    assert owners.of(Path("/data/eyes/left.png")) == (Source.EMBED, Source.ODIR)
    assert owners.of(Path("/data/store/rendered/lumiere/x.png")) == (Source.LUMIERE,)
    assert owners.of(Path("/data/eyes/../x.png")) == (Source.VQA_RAD,)
    assert owners.of(Path("/database/x.png")) == ()


@pytest.mark.parametrize("tag", [MS_CXR_T, "nobody knows"])
def test_an_image_of_another_item_brings_the_rule_of_its_own(place: Place, capsys: pytest.CaptureFixture[str], tag: str):
    place.write_secret("images/s0.png")
    place.write(("0-0.png", ODIR), ("s0.png", tag))
    assert place.predict("--limit", "1") == 2, "the first item alone is asked, shuffled with the image of the second"
    assert place.endpoint.bodies == [] and "does not allow endpoint mock" in capsys.readouterr().err
    assert place.predict("--limit", "1", "--controls", "blind") == 0
    assert len(place.endpoint.bodies) == 2 and not place.has_sent_secret()


def test_a_synthetic_item_shown_with_an_image_of_a_patient_is_the_patients(make_item: Callable[..., BenchmarkItem]):
    items = [replace(make_item(f"r{number}"), sources=sources) for number, sources in enumerate([(), (Source.EMBED,)])]
    shown = {one.item.key: one.shown.sources for one in pose_items(items, Condition.SHUFFLED_IMAGES, 1).posed}
    assert shown == {"r0": (Source.EMBED,), "r1": (Source.EMBED,)}


def test_a_judge_is_shown_no_answer_to_images_that_may_not_go_there(place: Place):
    with (place.folder / "medmim.toml").open("a", encoding="utf-8") as settings:
        settings.write('[evaluation]\nchoice_judge = "mock"\n')
    turns = (Turn(Role.USER, f"<image>How is it?\n{OPTIONS}"), Turn(Role.ASSISTANT, "B: darker"))
    items = items_from_mantis([build_record(tag, (f"{tag}.png",), turns, tag) for tag in (ODIR, MS_CXR_T)])
    output = {ODIR: "The film shows something beside the heart."}
    with open_reader(load_settings(), None) as reader:
        [shuffled] = [one for one in pose_items(items, Condition.SHUFFLED_IMAGES, 1).posed if one.item.key == ODIR]
        with pytest.raises(EgressError, match="ms_cxr_t"):
            read_undecided(reader, "model", [shuffled], output)
        assert place.endpoint.bodies == []
        read_undecided(
            reader, "model", [one for one in pose_items(items, Condition.SIGHTED, 1).posed if one.item.key == ODIR], output
        )
        assert place.endpoint.bodies != [], "the answer to its own image may go"


@pytest.mark.parametrize("model", ["openai:mock", "baseline:longest"])
def test_answers_can_be_read_by_their_owner_alone(place: Place, model: str):
    place.write(("0-0.png", ODIR), ("1-0.png", ODIR))
    before = os.umask(0)
    try:
        assert place.predict(model=model) == 0
    finally:
        os.umask(before)
    private = [place.folder / "p.jsonl", *place.folder.rglob("ledger.sqlite*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


def test_a_file_of_answers_that_others_could_read_is_made_private(tmp_path: Path):
    path = tmp_path / "answers" / "mine.jsonl"
    with open_answers(path):
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    with open_answers(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
