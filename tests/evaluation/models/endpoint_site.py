"""An endpoint model in front of the loopback server that plays it, and prompts with images made here."""

import base64
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from evaluation.models.endpoint import EndpointModel
from evaluation.models.model import Answer, Prompt, ShownImage
from evaluation.models.options import OpenAiOptions
from pipelines.calls.attempt import Ask
from pipelines.calls.kinds import Executor
from pipelines.vocabulary import Source
from tests.pipelines.calls.loopback import asking

SECRET = "Two films of Mrs Roe, five months apart: which shows the larger effusion?"
CLOSED = f"{SECRET}\nA: first\nB: second\n"


def draw_image(folder: Path, name: str, *, size: tuple[int, int] = (48, 36), seed: int = 1, colour: bool = False) -> ShownImage:
    """Write an image of random pixels and return it."""
    shape = (size[1], size[0], 3) if colour else (size[1], size[0])
    path = folder / name
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, np.uint8)).save(path)
    return shown(path)


def read_image(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes()))


def shown(path: Path, corruption: str = "") -> ShownImage:
    return ShownImage(path, hashlib.sha256(path.read_bytes()).hexdigest(), corruption)


def make_prompt(
    number: int,
    images: Sequence[ShownImage] = (),
    *,
    text: str = CLOSED,
    letters: tuple[str, ...] = ("A", "B"),
    sources: tuple[Source, ...] | None = (Source.ODIR,),
) -> Prompt:
    return Prompt(f"answer-{number}", f"record-{number}", text, tuple(images), letters, sources)


@contextmanager
def opened(
    folder: Path,
    url: str,
    options: str = "",
    executor: Executor = Executor.LIVE,
    *,
    said: list[str] | None = None,
    **settings: object,
) -> Iterator[EndpointModel]:
    """Give a model at `url`, approved for ODIR; ledger, policy and files lie in the folder."""
    with asking(folder, url, executor, said=said, **settings) as ask:
        yield EndpointModel("played", "mock", ask.desk.endpoint, OpenAiOptions.parse(options), ask, seed=7)


def answer_all(model: EndpointModel, prompts: Sequence[Prompt], said: list[str] | None = None) -> dict[str, Answer]:
    answers = list(model.answer(prompts, None if said is None else said.append))
    assert len({answer.key for answer in answers}) == len(answers)
    return {answer.key: answer for answer in answers}


def keep_requests(kept: list) -> Ask:
    """Return an ask that keeps the requests and answers none."""

    def ask(requests):
        kept.extend(requests)
        return {}

    return ask


def read_sent(body: dict) -> list[Image.Image]:
    """Return the images that a server was sent, in order."""
    content = body["messages"][0]["content"]
    parts = [part for part in content if part["type"] == "image_url"] if isinstance(content, list) else []
    images = []
    for part in parts:
        head, data = part["image_url"]["url"].split(",", 1)
        assert head == "data:image/png;base64"
        images.append(Image.open(io.BytesIO(base64.b64decode(data, validate=True))))
    return images
