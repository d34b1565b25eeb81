"""Each kind in a record that has it, and in records that only look as if they had it."""

import pytest

from pipelines.audit.kinds import Kind

TWO = "Q?\nA: one thing\nB: another thing\n"


def expect(desk, record, kind: Kind, variant: str | None = None):
    found = desk.find([record], kind)
    assert found.count == 1
    if variant is not None:
        assert variant in dict(found.variants)


@pytest.mark.parametrize("options", ["A: Effusion\nB: effusion \nC: mass\n", "A: a  b\nB: a b\nC: c\n", "A: x.\nB: x\nC: y\n"])
def test_options_that_differ_in_case_and_blanks_are_doubled(desk, make, options):
    expect(desk, make("Q?\n" + options, "C"), Kind.DUPLICATE_OPTIONS, "of a distractor")


@pytest.mark.parametrize("options", ["A: grade 1\nB: grade 2\n", "A: <5 mm\nB: >5 mm\n", "A: the left\nB: left\n"])
def test_options_that_differ_in_a_sign_or_word_are_not_doubled(desk, make, options):
    assert "duplicate_options" not in desk.kinds(make("Q?\n" + options, "A"))


@pytest.mark.parametrize(
    ("answer", "variant"),
    [
        ("D: one thing", "letter not printed"),
        ("D", "letter not printed"),
        ("A: another thing", "text differs"),
        ("A: one thing else", "text differs"),
        ("Something else", "answer is no option"),
    ],
)
def test_a_key_that_is_no_option_is_told_with_the_way_in_which(desk, make, answer, variant):
    expect(desk, make(TWO, answer), Kind.KEY_NOT_IN_OPTIONS, variant)


@pytest.mark.parametrize(
    "answer", ["A: one thing", "A", "(b)", "One thing.", "A: One  thing", "A. one thing. Since it is round."]
)
def test_a_key_that_is_an_option_is_no_defect(desk, make, answer):
    assert desk.kinds(make(TWO, answer)) == set()


@pytest.mark.parametrize("letters", ["ABD", "BC", "AABC", "ACB"])
def test_letters_with_a_gap_or_repeat_are_found(desk, make, letters):
    options = "".join(f"{letter}: option {place}\n" for place, letter in enumerate(letters))
    expect(desk, make("Q?\n" + options, f"{letters[-1]}: option {len(letters) - 1}"), Kind.LETTER_GAP)


def test_one_option_or_none_with_a_lettered_answer_is_too_few(desk, make):
    expect(desk, make("Q?\nA: one\n", "A: one"), Kind.TOO_FEW_OPTIONS)
    expect(desk, make("Q?", "A: {correct_option}"), Kind.TOO_FEW_OPTIONS)


def test_an_empty_option_is_found_and_two_of_them_are_not_doubled(desk, make):
    assert desk.kinds(make("Q?\nA: \nB: \nC: x\n", "C: x")) == {"empty_option"}


def test_one_image_under_two_paths_is_repeated(desk, make):
    images = ("files/p19/p19999901/s59999901/a.jpg", "p19999901/s59999901/a.png")
    expect(desk, make(images=images, question="Are both images alike?"), Kind.REPEATED_IMAGE, "1 of 2 differ")


@pytest.mark.parametrize(
    "text",
    [
        "Is the third image normal?",
        "Is image 4 normal?",
        "Do the first and third images differ?",
        "Compare images 1 and 3.",
        "Is the 3rd chest X-ray normal?",
        "Is Image #3 normal?",
        "Is image three normal?",
        "Is the middle image normal?",
        "Is the one in the middle normal?",
        "Which of the three images is normal?",
        "Is image 0 normal?",
    ],
)
def test_images_that_are_not_there_are_found_in_question_option_and_answer(desk, make, text):
    expect(desk, make(text), Kind.ORDINAL_BEYOND_IMAGES, "in question")
    expect(desk, make(f"Which?\nA: no\nB: {text}\n", "A: no"), Kind.ORDINAL_BEYOND_IMAGES, "in option")
    expect(desk, make(answer=text), Kind.ORDINAL_BEYOND_IMAGES, "in answer")


@pytest.mark.parametrize("option", ["The middle one", "the third", "Third.", "The center image"])
def test_a_position_that_two_images_do_not_have_is_no_option(desk, make, option):
    expect(desk, make(f"Which image is older?\nA: The first\nB: {option}\n", "A"), Kind.ORDINAL_BEYOND_IMAGES, "in option")


@pytest.mark.parametrize(
    "text",
    [
        "Is it a first-degree or a third-degree burn?",
        "Is this image 12 of the series?",
        "Is image 12 of 40 the key slice?",
        "Are both lungs clear?",
        "Is the third ventricle enlarged in the second image?",
        "Is the middle lobe, or the middle one-third of the lung, opaque?",
        "Was the scan 3 months later better?",
        "Should a third scan be made?",
        "Is the third trimester over?",
        "Does the image 2019 archive help?",
        "Is the second image normal, and the 1st?",
        "Do both images agree?",
        "Is the fifth rib broken in either image?",
    ],
)
def test_numbers_that_name_no_image_of_the_record_are_no_defect(desk, make, text):
    assert "ordinal_beyond_images" not in desk.kinds(make(text))


def test_both_images_of_three_and_panels_of_one_are_no_defect(desk, make):
    three = make("Do both images, the first and the third image, agree?", images=("1.png", "2.png", "3.png"))
    one = make("Do both images in the figure agree?", images=("1.png",))
    assert "ordinal_beyond_images" not in desk.kinds(three, one)


@pytest.mark.parametrize(("n_marks", "variant"), [(0, "no tokens"), (1, "fewer tokens"), (3, "more tokens")])
def test_image_tokens_that_are_not_as_many_as_images_are_found(desk, make, n_marks, variant):
    expect(desk, make(n_marks=n_marks), Kind.MARK_MISMATCH, variant)


@pytest.mark.parametrize(
    "text",
    [
        "Is the {first/second} X-ray image normal?",
        "The answer is {correct_option}",
        "At ages nan and nan",
        "At ages NaN and 61.2",
        "Is there pleural_effusion?",
        "Seen by Dr. ___ before",
        "Is <finding> there?",
        "Is [finding] there?",
        "Is <image> normal",
        "at age undefined and undefined",
    ],
)
def test_residue_of_templates_is_found(desk, make, text):
    expect(desk, make(answer=text), Kind.TEMPLATE_RESIDUE, "in answer")


@pytest.mark.parametrize(
    "text",
    [
        "a nanometre, a nanoparticle and Hunan",
        "from Nan Province",
        "with an undefined margin and undefined etiology",
        "the null hypothesis, p53-null mice",
        "10^{3} cells, H_{2}O",
        "SUV_max and T_max",
        "see https://example.org/a_b_c for x",
        "p < 0.05 and a > b",
        "10<sup>3</sup>",
        "50% of it",
        "mail me_you@example.org",
    ],
)
def test_what_only_looks_like_residue_is_none(desk, make, text):
    assert "template_residue" not in desk.kinds(make(answer=text))


@pytest.mark.parametrize("text", ['Which image?"', '"Which image?', "Which “image?"])
def test_a_quote_without_partner_is_stray(desk, make, text):
    expect(desk, make(text), Kind.STRAY_QUOTE, "in question")


@pytest.mark.parametrize("text", ['Is "this" it?', 'a 5" nodule', 'the "grade 3" one', "the patient's lung", '5" by 3"'])
def test_quotes_in_pairs_and_inches_are_not_stray(desk, make, text):
    assert "stray_quote" not in desk.kinds(make(text))


@pytest.mark.parametrize(
    "text", ["Is it worse next year?Based on the images, is it?", "Look at it.What is it?", "Is it (x)?Yes it is"]
)
def test_glued_questions_are_found(desk, make, text):
    expect(desk, make(text), Kind.GLUED_QUESTIONS)


@pytest.mark.parametrize(
    "text",
    ["Is it? What else?", "1.5 cm, e.g.the left", "see www.x.org/a?Id=3", "Is it T2.What", "p.The", "St.George", "U.S.A"],
)
def test_marks_within_words_glue_nothing(desk, make, text):
    assert "glued_questions" not in desk.kinds(make(text))


@pytest.mark.parametrize(
    ("text", "is_hidden"),
    [
        ("According to the report, is it worse?", True),
        ("As the Impression says, is it?", True),
        ("From the information provided, is it?", True),
        ("The patient reports pain; is it there?", False),
        ("Is there basilar impression, or the impression of a mass?", False),
        ("Is a case report needed?", False),
        ("Is it reported so?", False),
    ],
)
def test_words_of_hidden_texts_are_a_warning(desk, make, text, is_hidden):
    assert ("hidden_text" in desk.kinds(make(text))) is is_hidden


@pytest.mark.parametrize(
    ("question", "is_given_away"),
    [
        ("Where is the pleural effusion?\nA: pleural effusion\nB: mass\n", True),
        ("Is it pleural effusion or mass?\nA: pleural effusion\nB: mass\n", False),
        ("Is the mass beside the pleural effusion?\nA: pleural effusion\nB: mass\n", False),
        ("Is there no CT?\nA: no\nB: yes\n", False),
        ("Is it masslike?\nA: mass\nB: cyst\n", False),
    ],
)
def test_a_question_that_holds_its_key_alone_is_a_warning(desk, make, question, is_given_away):
    assert ("answer_in_question" in desk.kinds(make(question, "A"))) is is_given_away


@pytest.mark.parametrize(
    ("question", "left_out"),
    [
        ("Do the first and second images differ?", "image 3 of 3"),
        ("Are the middle one and image 3 alike?", "image 1 of 3"),
        ("Is the middle one normal?", None),  # finding it is the task
        ("Is the first image as the second image and as the third image?", None),
        ("Which image is older, not the first image?", None),
        ("In these images, is the first image older?", None),
        ("What is the diagnosis?", None),
        ("Of all three images, is the first image older?", None),
    ],
)
def test_of_three_images_the_one_not_spoken_of_is_a_warning(desk, make, question, left_out):
    found = desk.find([make(question, images=("1.png", "2.png", "3.png"))], Kind.IMAGE_NOT_ASKED_ABOUT)
    assert dict(found.variants) == ({} if left_out is None else {left_out: 1})


def test_of_two_images_one_may_be_asked_about(desk, make):
    assert desk.kinds(make("Is the first image normal?")) == set()


def test_a_blank_answer_and_a_missing_one_are_found(desk, make):
    unanswered = make(id="r2")
    unanswered["conversation"].pop()
    found = desk.find([make(answer=" \n"), unanswered], Kind.EMPTY_ANSWER)
    assert found.count == 2 and dict(found.variants) == {"blank answer": 1, "no answer": 1}


def test_a_record_that_has_a_kind_in_three_texts_counts_once(desk, make):
    found = desk.find([make("Is nan?\nA: nan\nB: x\n", "A: nan")], Kind.TEMPLATE_RESIDUE)
    assert found.count == 1 and dict(found.variants) == {"in question": 1, "in option": 1, "in answer": 1}


def test_no_example_quotes_more_than_a_snippet(desk, make):
    long = "word " * 400
    records = [make(f'{long}{{first/second}} nan {long}?"', f"{long}nan pleural_effusion", id=str(n)) for n in range(9)]
    for kind in desk.audit(records).kinds:
        assert len(kind.examples) <= 5
        assert all(len(example.detail) <= 130 for example in kind.examples)


def test_every_turn_pair_of_a_conversation_is_a_question(desk, make):
    record = make()
    record["conversation"] += [
        {"role": "user", "content": "And now?\nA: x\nB: x\n"},
        {"role": "assistant", "content": "A: x"},
        {"role": "user", "content": "And then?\nA: x\nB: y\n"},
        {"role": "assistant", "content": "C"},
    ]
    assert desk.kinds(record) == {"duplicate_options", "key_not_in_options"}
    assert desk.audit([record]).closed_questions == 2


@pytest.mark.parametrize(
    "text", ["At ages 51.2 and 51.2, what follows?", "She was 51.2, 52.3 and 52.3 years old.", "aged 51 years and 51.0 years"]
)
def test_successive_visits_at_one_age_are_a_warning(desk, make, text):
    expect(desk, make(text), Kind.EQUAL_AGES, "in question")


@pytest.mark.parametrize(
    "text",
    [
        "At ages 51.2 and 52.2, what follows?",
        "At ages 51.2 and 51.21, what follows?",
        "At age 50, are the nodules of 5 and 5 mm new?",
        "Are scans 2 and 2 years later alike?",
        "Is the stage 2 and 2 in both?",
    ],
)
def test_equal_numbers_that_are_no_ages_are_no_warning(desk, make, text):
    assert "equal_ages" not in desk.kinds(make(text))


@pytest.mark.parametrize("text", ["Are the margins undefined in both?", "Are the borders still undefined in the first image?"])
def test_a_margin_that_is_undefined_is_no_residue(desk, make, text):
    assert "template_residue" not in desk.kinds(make(text))
