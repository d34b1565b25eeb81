import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipelines.reasons import Reason
from pipelines.rendering import decode
from pipelines.rendering.decode import check_header, count_frames, load, pillow_warnings
from pipelines.rendering.picture import to_8_bit
from pipelines.rendering.problem import ImageProblem


def encode(kind, size=(40, 30), **options):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, kind, **options)
    return sink.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"])
def test_each_known_format_is_read(kind):
    assert check_header(encode(kind)) == load(encode(kind)).size == (40, 30)


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff\xd8", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"])
def test_what_is_no_image_of_the_known_formats_is_unreadable(content):
    for read in (check_header, load):
        with pytest.raises(ImageProblem) as caught:
            read(content)
        assert caught.value.reason is Reason.IMAGE_UNREADABLE


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_that_was_cut_has_a_good_header_and_truncated_pixels(kind, share):
    content = encode(kind, size=(200, 150))
    cut = content[: int(len(content) * share)]
    assert check_header(cut) == (200, 150)
    with pytest.raises(ImageProblem, match=f"{kind} of 200 x 150 pixels") as caught:
        load(cut)
    assert caught.value.reason is Reason.IMAGE_TRUNCATED


@settings(deadline=None)  # a busy machine is no failure
@given(st.data())
def test_random_damage_gives_an_image_or_a_problem_and_no_other_error(data):
    content = bytearray(encode(data.draw(st.sampled_from(["JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"]))))
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with pillow_warnings():
        try:
            assert to_8_bit(load(bytes(content)))[0].mode in ("L", "RGB")
            assert count_frames(bytes(content)) >= 1
        except ImageProblem as problem:
            assert problem.detail


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch):
    monkeypatch.setattr(decode, "MAX_PIXELS", 1199)
    with pytest.raises(ImageProblem, match="40 x 30 pixels, at most 1199") as caught:
        load(encode("PNG"))
    assert caught.value.reason is Reason.IMAGE_TOO_LARGE
    monkeypatch.setattr(decode, "MAX_PIXELS", 1200)
    assert load(encode("PNG")).size == (40, 30)


@pytest.mark.parametrize("size", [(12_000, 10_000), (30_000, 20_000)], ids=["Pillow warns", "Pillow raises"])
def test_a_decompression_bomb_is_too_large(size):
    sink = io.BytesIO()
    Image.new("1", size).save(sink, "PNG")
    with pillow_warnings(), pytest.raises(ImageProblem) as caught:
        check_header(sink.getvalue())
    assert caught.value.reason is Reason.IMAGE_TOO_LARGE
