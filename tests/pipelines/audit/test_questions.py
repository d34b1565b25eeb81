import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.audit.questions import read_question
from pipelines.formats.closed_question import format_closed_question

OPTIONS = st.text("abcdefgh ,.()", min_size=1, max_size=12).map(str.strip).filter(bool)
TEXTS = ("left lung", "right lung")


@pytest.mark.parametrize(
    "printed",
    [
        "Which?\nA: left lung\nB: right lung\n",
        "Which?\nA. left lung\nB. right lung",
        "Which?\n(A) left lung\n(B) right lung",
        "Which?\na) left lung\nb) right lung",
        "Which?\nA) left lung\nB) right lung\n\n",
        "Which?\nA:left lung\nB:right lung",
        "Which?\n- A. left lung\n- B. right lung",
        "Which?\nＡ：left lung\nＢ：right lung",
        "Which?\n（A）left lung\n（B）right lung",
        "Which? A. left lung B. right lung",
        "Which? (A) left lung (B) right lung",
        "Which? A: left lung, B: right lung",
        "Which? A) left lung; B) right lung",
        "Which?\nOptions: A: left lung B: right lung",
        "A. left lung\nB. right lung\n<image>",
    ],
)
@pytest.mark.parametrize(
    "answer",
    [
        "B",
        "(B)",
        "B.",
        "B: right lung",
        "B. right lung",
        "(B) Right lung.",
        "B) right lung",
        "Answer: B",
        "right lung",
        "The answer is B",
        "Ｂ：right lung",
        "B. right lung. It is darker.",
    ],
)
def test_options_and_key_are_read_in_every_common_form(printed: str, answer: str):
    asked = read_question(printed, answer, is_closed_tag=False)
    assert asked.texts == TEXTS
    assert asked.keyed_place == 1


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is vitamin A: low or B: high here?", "It is normal."),
        ("What do panels (A) and (B) show?", "(A) shows an effusion and (B) shows none."),
        ("Compare A. fumigatus with B. cereus in the first image.", "A. fumigatus has branching hyphae."),
        ("Describe hepatitis A. B. is not of interest.", "An enlarged liver."),
        ("What is shown?", "A large mass."),
        ("Answer both:\na) Which organ is shown?\nb) Is it normal?", "a) The liver.\nb) It is normal."),
        ("What is shown?", "I. V. contrast"),
    ],
)
def test_letters_in_running_text_are_no_options(question: str, answer: str):
    asked = read_question(question, answer, is_closed_tag=False)
    assert not asked.is_closed and not asked.has_lost_options


def test_an_option_list_within_the_stem_does_not_replace_the_last_one():
    asked = read_question("Panels A. and B. are shown. Which is older? A. left B. right", "B", is_closed_tag=False)
    assert asked.texts == ("left", "right")


def test_image_tokens_in_any_place_and_form_are_counted_and_no_part_of_the_question():
    assert read_question("<image>\nWhich?\n<image>", "x", is_closed_tag=False).n_marks == 2
    asked = read_question("<image_1> Which is <|image_2|> older? <ImageHere>", "x", is_closed_tag=False)
    assert asked.n_marks == 3 and "<" not in asked.stem


def test_of_a_doubled_option_the_keyed_letter_is_the_key_not_the_first_copy():
    assert read_question("Q?\nA: x\nB: y\nC: y\n", "C: y", is_closed_tag=False).keyed_place == 2


def test_several_letters_name_no_single_key():
    asked = read_question("Q?\nA: x\nB: y\nC: z\n", "A, C", is_closed_tag=False)
    assert asked.keyed_place is None and asked.key.letters == ("A", "C")


def test_a_letter_without_options_tells_that_they_were_lost():
    assert read_question("Which one?", "B: the second", is_closed_tag=False).has_lost_options
    assert read_question("Which one?\nA: the first", "A", is_closed_tag=False).has_lost_options
    assert not read_question("Which one?", "B", is_closed_tag=False).has_lost_options  # may be a name


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.text("abcdefgh ,.()", min_size=1, max_size=12).map(str.strip).filter(bool), min_size=2, max_size=7, unique=True
    ),
    st.data(),
)
def test_what_the_release_form_writes_is_read_back(options: list[str], data: st.DataObject):
    place = data.draw(st.integers(0, len(options) - 1))
    answer = f"{chr(65 + place)}: {options[place]}"
    asked = read_question("<image>" + format_closed_question("Which?", options), answer, is_closed_tag=False)
    assert asked.texts == tuple(options) and asked.keyed_place == place


def test_a_stem_that_begins_like_an_option_is_no_option():
    asked = read_question(
        "Look.\nA: a man of 50. Which is true?\nA: left lung\nB: right lung\n", "B: right lung", is_closed_tag=False
    )
    assert asked.stem == "Look.\nA: a man of 50. Which is true?"
    assert asked.texts == TEXTS
    assert asked.is_lettered_well


def test_a_letter_that_stands_twice_among_options_stays_there():
    asked = read_question("Which?\nA: left lung\nA: both lungs\nB: right lung\n", "B: right lung", is_closed_tag=False)
    assert [letter for letter, _ in asked.options] == ["A", "A", "B"]
