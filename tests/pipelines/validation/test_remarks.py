from dataclasses import replace

import pytest

from pipelines.validation.remarks import Remark, find_slip, is_negated, remarks_of
from pipelines.validation.synonyms import find_synonyms


@pytest.mark.parametrize(
    "options",
    [
        ("Unchanged", "No significant change", "Worse"),
        ("Stable", "Unchanged", "Improved", "Worsened"),
        ("Improving", "Better", "Worse"),
        ("Progressed", "Worsened", "Stable"),
        ("Normal", "No abnormality", "Glaucoma"),
        ("Within normal limits", "Unremarkable", "Cataract"),
        ("Negative for any tumors", "Benign conditions confirmed", "Malignant"),
        ("Malignancy", "Cancer", "Benign"),
        ("Complete resection", "Gross total resection", "Partial resection"),
        ("Subtotal resection", "Partial resection", "Complete resection"),
        ("The second image", "The middle image", "The first image"),
        ("Image 1", "The first image", "The second image"),
        ("The CC view", "Craniocaudal", "MLO"),
        ("Same", "Identical", "Different"),
        ("AMD", "Age-related macular degeneration", "Normal"),
    ],
)
def test_options_that_may_say_the_same_are_remarked(options: tuple[str, ...]):
    assert len(find_synonyms(options)) == 2


@pytest.mark.parametrize(
    "options",
    [
        ("Stable", "Improved", "Worsened"),
        ("Unchanged in size", "No significant change in density"),
        ("Benign", "Probably benign", "Malignant"),
        ("Negative", "Benign", "Suspicious"),
        ("Complete resection", "Partial resection"),
        ("The first image", "The second image", "The third image"),
        ("Normal", "Glaucoma", "Cataract", "Myopia"),
        ("Yes", "No"),
        ("Same", "Different"),
        ("CC", "MLO", "ML"),
        (),
    ],
)
def test_options_that_differ_are_not_remarked(options: tuple[str, ...]):
    assert find_synonyms(options) == ()


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("Which image does not show an effusion?", True),
        ("Which is NOT a finding of the first image?", True),
        ("All except one image show it. Which one?", True),
        ("Which image lacks a mass?", True),
        ("Which statement is false?", True),
        ("Which statement about the images is incorrect?", True),
        ("Which image was taken without contrast?", False),
        ("Is it there or not?", False),
        ("Say which, without relying on view markers.", False),
        ("Tell whether or not the heart is enlarged.", False),
        ("The next visit is not among the images. What do you expect?", False),
        ("Which image shows no effusion?", False),
        ("How has the effusion changed?", False),
        ("What do you notice?", False),
    ],
)
def test_a_stem_that_asks_for_what_is_not_so_is_remarked(stem: str, expected: bool):
    assert is_negated(stem) is expected


@pytest.mark.parametrize(
    "text",
    [
        "Which image shows the the mass?",
        "A effusion is seen.",
        "It is an mass.",
        "An a mass is seen.",
        "The image shows a unenhanced tumour.",
        "a mass is seen.",
        "The first image shows it ,and the second one not.",
        "Is it there ?",
        "Normal,without a mass",
        "Both images shows it.",
        "The two views of a MLO image",
    ],
)
def test_slips_of_grammar_are_remarked(text: str):
    assert find_slip(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Which of the two images shows the mass?",
        "Which of the images is it?",
        "An effusion and a mass are seen.",
        "A unilateral effusion, a uniform mass and a European eye",
        "It had had a mass.",
        "That that image shows a mass is clear.",
        "A one-sided effusion in an MLO view",
        "An hour and an honest answer",
        "An X-ray of a heart",
        "mRNA in the second image",
        "Signs of 1,000 cells, of 2.5 cm",
        "Where among the images is the FLAIR one?",
        "An umbilical hernia",
    ],
)
def test_sound_english_is_not_remarked(text: str):
    assert find_slip(text) is None


def test_remarks_are_added_to_flags_and_reject_nothing(good):
    record = good.first("statement")
    assert remarks_of(replace(record, flags=("kept",))) == ("kept",)
    asked = replace(record, question="Which statement about the two two images is not true?")
    assert set(remarks_of(asked)) == {Remark.GRAMMAR, Remark.NEGATED_STEM}


def test_a_key_that_is_clearly_the_longest_is_remarked_below_what_rejects(good):
    record = replace(good.first("which_image"), options=("Clearly larger", "Smaller", "The same"), letter="A")
    assert Remark.LENGTH_CUE in remarks_of(replace(record, answer="Clearly larger"))
    assert Remark.LENGTH_CUE not in remarks_of(replace(record, answer="Smaller", letter="B"))
    close = replace(record, options=("Bigger", "Smaller"), answer="Smaller", letter="B")
    assert Remark.LENGTH_CUE not in remarks_of(close)


def test_words_that_the_key_alone_shares_with_the_stem_are_remarked(good):
    record = replace(
        good.first("which_image"),
        question="Which of the two images shows calcified plaques?",
        options=("Plaques of the aorta", "A mass of the lung"),
        letter="A",
        answer="Plaques of the aorta",
    )
    assert Remark.KEY_WORDS_IN_STEM in remarks_of(record)
    assert Remark.KEY_WORDS_IN_STEM not in remarks_of(replace(record, answer=record.options[1], letter="B"))
    both = replace(record, options=("Plaques of the aorta", "Plaques of the lung"))
    assert Remark.KEY_WORDS_IN_STEM not in remarks_of(both)
