import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.images_in_bodies import ImageChangedError, name_image, names_images, put_images_in, take_images_out
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.reasons import Reason
from pipelines.rendering.problem import ImageProblem


def build_body(names: list[str], text: str = "Which?") -> bytes:
    parts = [{"type": "image_url", "image_url": {"detail": "low", "url": name}} for name in names]
    content = [*parts, {"type": "text", "text": text}]
    return canonical_body({"model": "m", "messages": [{"role": "user", "content": content}]}).encode()


@given(st.lists(st.binary(min_size=1), max_size=3), st.text())
def test_what_is_put_in_is_read_as_it_was_and_taken_out_again(images, text):
    names = [name_image(png) for png in images]
    body = build_body(names, text)
    sent = put_images_in(body, {name: (lambda png=png: png) for name, png in zip(names, images, strict=True)})
    content = json.loads(sent)["messages"][0]["content"]
    urls = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    assert [base64.b64decode(url.removeprefix("data:image/png;base64,")) for url in urls] == images
    assert content[-1]["text"] == text
    assert take_images_out(sent) == body
    assert names_images(body) == bool(images) and not names_images(sent)


@pytest.mark.parametrize("words", ["{}", '"url":"{}"', '\\"url\\":\\"{}\\"', '{{"url":"{}"}}'])
def test_words_that_look_like_an_image_s_name_stay_words(words):
    body = build_body([], words.format(name_image(b"PNG")))
    assert not names_images(body)
    assert put_images_in(body, {}) == take_images_out(body) == body


def test_base64_that_could_be_read_in_another_way_is_not_taken_for_the_image():
    for data in (b"cG5=", b"cG4", b"cG5n=", b"===="):  # bits beyond the end, no padding, too much of it, nothing
        line = b'{"url":"data:image/png;base64,%s"}' % data
        assert take_images_out(line) == line
    assert names_images(take_images_out(b'{"url":"data:image/png;base64,cG5n"}'))


def raise_problem() -> bytes:
    raise ImageProblem(Reason.IMAGE_MISSING, "film.png: No such file or directory")


@pytest.mark.parametrize(
    ("images", "told"),
    [
        ({}, "came without this image"),
        ({name_image(b"PNG"): lambda: b"other"}, "was changed after its request was planned"),
        ({name_image(b"PNG"): raise_problem}, "and now: image_missing; run again$"),
    ],
)
def test_an_image_that_is_not_the_named_one_is_not_put_in(images, told):
    with pytest.raises(ImageChangedError, match=told):
        put_images_in(build_body([name_image(b"PNG")]), images)


def test_the_key_is_of_the_hashes_and_not_of_who_makes_the_bytes():
    def ask(png: bytes, images) -> CallRequest:
        return CallRequest((), Purpose.ANSWER, "r1", "0" * 64, build_body([name_image(png)]).decode(), images=images)

    one = ask(b"PNG", {name_image(b"PNG"): lambda: b"PNG"})
    assert one == ask(b"PNG", {}) and one.key == ask(b"PNG", {}).key
    assert one.key != ask(b"other", {}).key
    assert b"base64" in one.render() and "base64" not in one.body
