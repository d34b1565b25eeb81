import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources.odir.keywords import (
    ASCII_COMMA,
    KEYWORD_REPEATED,
    KEYWORD_RESPELLED,
    QUALITY_KEYWORDS,
    parse_keywords,
)


@pytest.mark.parametrize(
    ("cell", "findings", "quality", "notes"),
    [
        ("drusen", ("drusen",), (), ()),
        ("drusen，lens dust，cataract", ("drusen", "cataract"), ("lens dust",), ()),
        ("laser spot,drusen", ("laser spot", "drusen"), (), (ASCII_COMMA,)),
        ("abnormal pigment ", ("abnormal pigment",), (), ()),
        ("spotted membranous change，spotted membranous change", ("spotted membranous change",), (), (KEYWORD_REPEATED,)),
        ("suspected glaucoma", ("suspected glaucoma",), (), ()),
        ("suspected abnormal color of  optic disc", ("suspected abnormal color of optic disc",), (), ()),
        ("moderate non proliferative retinopathy", ("moderate nonproliferative retinopathy",), (), (KEYWORD_RESPELLED,)),
        ("Severe Non-Proliferative retinopathy", ("severe nonproliferative retinopathy",), (), (KEYWORD_RESPELLED,)),
        ("optic disc photographically invisible", (), ("optic disk photographically invisible",), (KEYWORD_RESPELLED,)),
        ("，, ，", (), (), ()),
        ("drusen,", ("drusen",), (), ()),
        (None, (), (), ()),
    ],
)
def test_a_cell_is_divided_respelled_and_its_repairs_named(cell, findings, quality, notes):
    keywords = parse_keywords(cell)
    assert (keywords.findings, keywords.quality, keywords.notes) == (findings, quality, notes)


def test_two_spellings_of_one_keyword_in_a_cell_are_one():
    keywords = parse_keywords("mild non proliferative retinopathy，mild nonproliferative retinopathy")
    assert keywords.findings == ("mild nonproliferative retinopathy",)
    assert keywords.notes == (KEYWORD_RESPELLED, KEYWORD_REPEATED)


def test_the_order_within_a_cell_means_nothing():
    left, right = parse_keywords("laser spot，lens dust，drusen"), parse_keywords("drusen，laser spot，lens dust")
    assert left.agrees_with(right)
    assert not left.agrees_with(parse_keywords("drusen，laser spot"))


@given(st.lists(st.sampled_from(["drusen", "cataract", "glaucoma", *sorted(QUALITY_KEYWORDS)])), st.sampled_from("，,"))
def test_every_keyword_comes_back_once_and_on_its_side(words, separator):
    keywords = parse_keywords(separator.join(words))
    assert [*keywords.findings, *keywords.quality] == sorted(dict.fromkeys(words), key=lambda word: word in QUALITY_KEYWORDS)
    assert keywords.notes.count(KEYWORD_REPEATED) == len(words) - len(set(words))
