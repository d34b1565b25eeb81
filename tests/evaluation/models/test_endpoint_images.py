"""What a server receives of images: compared with the files, pixel by pixel."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from evaluation.corruptions.corrupt import corrupt
from evaluation.corruptions.kinds import Corruption
from evaluation.models.canvas import compose_canvas
from evaluation.models.endpoint import EndpointModel
from evaluation.models.model import ModelError
from evaluation.models.options import OpenAiOptions
from pipelines.choices import Endpoint
from pipelines.vocabulary import Modality
from tests.evaluation.models.endpoint_site import (
    CLOSED,
    answer_all,
    draw_image,
    keep_requests,
    make_prompt,
    opened,
    read_image,
    read_sent,
    shown,
)
from tests.pipelines.calls.loopback import MockEndpoint, complete

pytestmark = pytest.mark.usefixtures("shared_server")


def send(folder: Path, images, options: str = "", **settings) -> dict:
    """Send one prompt and return the body that the server read."""
    bodies: list[dict] = []

    def script(n_before, body):
        bodies.append(body)
        return complete("A")

    with MockEndpoint(script) as server, opened(folder, server.url, options, **settings) as model:
        assert answer_all(model, [make_prompt(1, images)])["answer-1"].output == "A"
    [body] = bodies
    return body


def same(left: Image.Image, right: Image.Image) -> bool:
    return left.mode == right.mode and np.array_equal(np.asarray(left), np.asarray(right))


def test_pixels_arrive_as_they_are_each_under_its_number_and_before_the_question(tmp_path):
    images = [draw_image(tmp_path, f"{number}.png", seed=number, colour=number == 2) for number in range(3)]
    body = send(tmp_path, images)
    content = body["messages"][0]["content"]
    assert [part["type"] for part in content] == ["text", "image_url"] * 3 + ["text"]
    assert [part["text"] for part in content if part["type"] == "text"] == ["Image 1:", "Image 2:", "Image 3:", CLOSED]
    assert all(same(sent, read_image(image.path)) for sent, image in zip(read_sent(body), images, strict=True))
    assert all(set(part["image_url"]) == {"url"} for part in content[1::2])


def test_real_radiographs_arrive_scaled_down_and_with_nothing_but_pixels(tmp_path, vqa_rad_root):
    paths = sorted((vqa_rad_root / "VQA_RAD Image Folder").glob("*.jpg"))[:6]
    sent = read_sent(send(tmp_path, [shown(path) for path in paths], "longest_side=512"))
    for image, path in zip(sent, paths, strict=True):
        original = read_image(path)
        assert max(image.size) == min(512, max(original.size))
        assert image.info == {}
        assert same(image, original.convert(image.mode).resize(image.size, Image.Resampling.LANCZOS))
    assert {image.mode for image in sent} == {"L", "RGB"}, "files in colour whose channels are equal are sent as gray ones"


def test_text_and_profile_of_a_file_do_not_leave(tmp_path):
    words = PngImagePlugin.PngInfo()
    words.add_text("PatientName", "Roe^Jane")
    path = tmp_path / "film.png"
    Image.new("L", (40, 30), 7).save(path, pnginfo=words)
    assert b"Roe^Jane" in path.read_bytes()
    [sent] = read_sent(send(tmp_path, [shown(path)]))
    assert sent.info == {} and same(sent, read_image(path))


def test_a_wide_16_bit_file_is_sent_in_8_bits(tmp_path):
    values = np.linspace(0, 4095, 64 * 48).reshape(48, 64).astype(np.uint16)
    path = tmp_path / "deep.png"
    Image.fromarray(values).save(path)
    [sent] = read_sent(send(tmp_path, [shown(path)]))
    assert sent.mode == "L" and (np.asarray(sent).min(), np.asarray(sent).max()) == (0, 255)


def test_one_image_a_question_is_one_canvas(tmp_path):
    images = [draw_image(tmp_path, f"{number}.png", size=(300, 240), seed=number) for number in range(3)]
    body = send(tmp_path, images, "images=one&longest_side=2048")
    canvas = compose_canvas([read_image(image.path) for image in images])
    assert [part["type"] for part in body["messages"][0]["content"]] == ["image_url", "text"]
    assert same(read_sent(body)[0], canvas)
    [single] = read_sent(send(tmp_path, images[:1], "images=one"))
    assert same(single, read_image(images[0].path)), "one image needs no canvas"


def test_a_corruption_is_applied_before_scaling(tmp_path):
    path = draw_image(tmp_path, "film.png", size=(200, 160)).path
    [sent] = read_sent(send(tmp_path, [shown(path, "blur:3")], "longest_side=100"))
    spoilt = corrupt(read_image(path), Corruption.BLUR, 3, None, seed=7)
    assert same(sent, spoilt.resize((100, 80), Image.Resampling.LANCZOS))


def test_a_corruption_goes_by_the_modality(tmp_path):
    kept: list = []
    path = draw_image(tmp_path, "film.png", size=(200, 160)).path
    endpoint = Endpoint(base_url="http://127.0.0.1:9/v1", model="m")
    model = EndpointModel("mine", "here", endpoint, OpenAiOptions(), keep_requests(kept), 7)
    film = shown(path, "contrast:5")
    list(model.answer([make_prompt(1, [film]), make_prompt(2, [replace(film, modality=Modality.FUNDUS)])], None))
    assert kept[0].document["messages"] != kept[1].document["messages"]


def test_the_chosen_detail_is_sent(tmp_path):
    body = send(tmp_path, [draw_image(tmp_path, "film.png")], "detail=low")
    assert body["messages"][0]["content"][1]["image_url"]["detail"] == "low"


def test_other_pixels_make_another_request_and_a_renamed_file_does_not(tmp_path):
    prompts = [
        make_prompt(1, [draw_image(tmp_path, "film.png", seed=1)]),
        make_prompt(1, [draw_image(tmp_path, "moved.png", seed=1)]),
        make_prompt(1, [draw_image(tmp_path, "other.png", seed=2)]),
    ]
    with MockEndpoint() as server, opened(tmp_path, server.url) as model:
        for prompt in prompts:
            answer_all(model, [prompt])
        assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-40]), "image_truncated"),
        (lambda path: path.write_bytes(b"no image at all"), "image_unreadable"),
        (lambda path: path.write_bytes(b""), "image_unreadable"),
    ],
)
def test_a_malformed_image_is_counted_and_its_neighbours_are_answered(tmp_path, spoil, told):
    images = [draw_image(tmp_path, f"film-{number}.png", seed=number) for number in range(3)]
    spoil(images[1].path)
    prompts = [make_prompt(number, [shown(image.path)]) for number, image in enumerate(images)]
    both = make_prompt(9, [shown(images[0].path), shown(images[1].path)])
    said: list[str] = []
    with MockEndpoint() as server, opened(tmp_path, server.url) as model:
        assert set(answer_all(model, [*prompts, both], said)) == {"answer-0", "answer-2"}
        assert len(server.bodies) == 2
    [line] = said
    assert line.startswith(f"played: 2 prompts are left out, since 1 images cannot be read ({told} 1)")
    assert "film" not in line, "a file's name may tell who a patient is"
    assert str(tmp_path) not in line


def test_a_missing_and_a_changed_file_are_told_apart(tmp_path):
    gone, changed = draw_image(tmp_path, "gone.png"), draw_image(tmp_path, "changed.png")
    gone.path.unlink()
    Image.new("L", (9, 9)).save(changed.path)
    said: list[str] = []
    with MockEndpoint() as server, opened(tmp_path, server.url) as model:
        assert answer_all(model, [make_prompt(1, [gone]), make_prompt(2, [changed])], said) == {}
        assert server.bodies == []
    assert "(image_missing 1, image_changed 1)" in said[0]


def test_an_image_that_is_mended_is_answered_by_the_same_model(tmp_path):
    image = draw_image(tmp_path, "film.png")
    content = image.path.read_bytes()
    image.path.unlink()
    with MockEndpoint() as server, opened(tmp_path, server.url) as model:
        assert answer_all(model, [make_prompt(1, [image])]) == {}
        image.path.write_bytes(content)
        assert len(answer_all(model, [make_prompt(1, [image])])) == 1


def test_an_image_that_changes_while_it_is_asked_is_not_sent(tmp_path):
    images = [draw_image(tmp_path, f"{number}.png", seed=number) for number in range(9)]
    prompts = [make_prompt(number, [image]) for number, image in enumerate(images)]
    with MockEndpoint() as server, opened(tmp_path, server.url, max_in_flight=2) as model:
        answers = model.answer(prompts, None)
        next(answers)
        Image.new("L", (9, 9)).save(images[8].path)
        with pytest.raises(ModelError, match=r"^played: an image could be read .* and now: image_changed; run again$"):
            list(answers)
        assert len(server.bodies) == 8
        assert hashlib.sha256(images[8].path.read_bytes()).hexdigest() != images[8].sha256


def test_a_model_without_images_is_never_given_one(tmp_path):
    with MockEndpoint() as server, opened(tmp_path, server.url, "images=none") as model:
        with pytest.raises(ValueError, match="takes no images"):
            answer_all(model, [make_prompt(1, [draw_image(tmp_path, "film.png")])])
        assert server.bodies == []


def test_the_plan_counts_the_images_and_what_they_may_cost(tmp_path):
    images = [draw_image(tmp_path, f"{number}.png", seed=number) for number in range(3)]
    said: list[str] = []
    with MockEndpoint() as server, opened(tmp_path, server.url, said=said) as model:
        answer_all(model, [make_prompt(number, images) for number in range(2)])
    [line] = [line for line in said[0].splitlines() if line.startswith("prompt tokens")]
    assert line.endswith("(4 characters of English each; 6 images at the most that one may take)")
    assert 6 * 1536 < int(line.split()[3].replace(",", "")) < 6 * 1536 + 200
