import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.corruptions.kinds import LEVELS, Corruption, name_variant, parse_variant


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("corruption", Corruption)
def test_a_variants_name_is_read_back(corruption, level):
    assert parse_variant(name_variant(corruption, level)) == (corruption, level)


def test_the_name_is_corruption_and_level():
    assert name_variant(Corruption.BLUR, 3) == "blur:3"


@pytest.mark.parametrize(
    "name", ["", "blur", "blur:", "blur:0", "blur:6", "blur:03", "Blur:3", "blur:3:1", "fog:3", " blur:3", "blur:٣"]
)
def test_another_name_is_refused_with_what_there_is(name):
    with pytest.raises(
        ValueError, match="noise, blur, contrast, jpeg, down_sampling, crop, rotation, levels are 1, 2, 3, 4, 5"
    ):
        parse_variant(name)


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_clean_image_or_a_level_beyond_has_no_name(level):
    with pytest.raises(ValueError, match="one of 1, 2, 3, 4, 5"):
        name_variant(Corruption.CROP, level)


@given(st.text())
def test_any_text_is_a_variant_or_refused(text):
    try:
        corruption, level = parse_variant(text)
    except ValueError:
        return
    assert name_variant(corruption, level) == text
