import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.choice import ChoiceRule, parse_choice
from tests.evaluation.labelled_outputs import FINDINGS, MANY, PLACES, STATEMENTS, YES_NO

GAP = {"A": "cataract", "B": "glaucoma", "D": "myopia"}
REPEATED = {"A": "normal fundus", "B": "glaucoma", "C": "normal fundus"}
GERMS = {"A": "E. coli", "B": "C. difficile", "C": "other", "D": "unknown", "E": "S. aureus"}
PROGRESS = {"A": "improved", "B": "stable", "C": "worsened"}

LETTERS = [  # (output, options, letter)
    # the letter alone, in every dress
    ("B", FINDINGS, "B"),
    ("b", FINDINGS, "B"),
    ("a", FINDINGS, "A"),
    (" B\n", FINDINGS, "B"),
    ("B.", FINDINGS, "B"),
    ("B)", FINDINGS, "B"),
    ("(b)", FINDINGS, "B"),
    ("[B]", FINDINGS, "B"),
    ("{B}", FINDINGS, "B"),
    ('"B"', FINDINGS, "B"),
    ("**B**", FINDINGS, "B"),
    ("`B`", FINDINGS, "B"),
    ("**(B)**", FINDINGS, "B"),
    ("$B$", FINDINGS, "B"),
    ("Option B", FINDINGS, "B"),
    ("option b", FINDINGS, "B"),
    ("Choice (B)", FINDINGS, "B"),
    ("Answer: B", FINDINGS, "B"),
    ("ANSWER: B", FINDINGS, "B"),
    ("Answer B", FINDINGS, "B"),
    ("answer=b", FINDINGS, "B"),
    ("Final Answer: **B**", FINDINGS, "B"),
    ("### Answer: B", FINDINGS, "B"),
    ("- B", FINDINGS, "B"),
    ("ASSISTANT: B", FINDINGS, "B"),
    ("Letter: B", FINDINGS, "B"),
    ("J", MANY, "J"),
    ("I", MANY, "I"),
    ("D", GAP, "D"),
    # full-width and Chinese, Japanese, Korean
    ("Ｂ", FINDINGS, "B"),
    ("（Ｂ）", FINDINGS, "B"),
    ("答案：B", FINDINGS, "B"),
    ("答案是B。", FINDINGS, "B"),
    ("正确答案为 C", FINDINGS, "C"),
    ("选B", FINDINGS, "B"),
    ("故选：B。", FINDINGS, "B"),
    ("我选择B，因为有积液", FINDINGS, "B"),
    ("B选项", FINDINGS, "B"),
    ("答えはBです", FINDINGS, "B"),
    ("Ｂ：pleural effusion", FINDINGS, "B"),
    ("答案是胸腔积液", {"A": "气胸", "B": "胸腔积液"}, "B"),
    # special tokens and reasoning
    ("B</s>", FINDINGS, "B"),
    ("<s> B </s>", FINDINGS, "B"),
    ("B<|im_end|>", FINDINGS, "B"),
    ("B<|eot_id|>\n", FINDINGS, "B"),
    ("[INST] [/INST] B", FINDINGS, "B"),
    ("<｜end▁of▁sentence｜>B", FINDINGS, "B"),
    ("<think>It could be A. The answer is A.</think>B", FINDINGS, "B"),
    ("<think>\nA or C?\n</think>\n\nThe answer is **C**.", FINDINGS, "C"),
    ("The answer is A maybe... </think> B", FINDINGS, "B"),
    ("<thinking>A</thinking><answer>B</answer>", FINDINGS, "B"),
    # boxed and tagged
    (r"\boxed{B}", FINDINGS, "B"),
    (r"$\boxed{\text{B}}$", FINDINGS, "B"),
    (r"The answer is $\boxed{\mathbf{B}}$.", FINDINGS, "B"),
    (r"First A seemed right. \boxed{B: pleural effusion}", FINDINGS, "B"),
    (r"\boxed{\text{pleural effusion}}", FINDINGS, "B"),
    (r"\boxed{A} Wait, that is wrong. \boxed{C}", FINDINGS, "C"),
    ("<answer>B</answer>", FINDINGS, "B"),
    ("<answer> (b) </answer>", FINDINGS, "B"),
    ("<answer>pneumothorax</answer>", FINDINGS, "A"),
    ("A is tempting. <answer>B", FINDINGS, "B"),
    ("Verdict: [[C]]", FINDINGS, "C"),
    # JSON
    ('{"answer": "B"}', FINDINGS, "B"),
    ('```json\n{"answer": "B"}\n```', FINDINGS, "B"),
    ('{"reasoning": "A is out because of C", "answer": "b"}', FINDINGS, "B"),
    ('{"Answer": "B: pleural effusion"}', FINDINGS, "B"),
    ('{"final_answer": "pneumothorax"}', FINDINGS, "A"),
    ("{'answer': 'B'}", FINDINGS, "B"),
    ('{"answer": ["B"]}', FINDINGS, "B"),
    ('{"answer": {"letter": "B"}}', FINDINGS, "B"),
    ('Here is my reply: {"choice": "D"} Hope it helps!', FINDINGS, "D"),
    ('{"answer": "A"}\nCorrected:\n{"answer": "C"}', FINDINGS, "C"),
    ('{"answer": "B"', FINDINGS, "B"),
    # cue phrases
    ("The answer is B.", FINDINGS, "B"),
    ("The answer is b.", FINDINGS, "B"),
    ("the answer is (b)", FINDINGS, "B"),
    ("The answer is: B", FINDINGS, "B"),
    ("The correct answer is option B, pleural effusion.", FINDINGS, "B"),
    ("The correct option is B", FINDINGS, "B"),
    ("The best answer would be C because no shadow is seen.", FINDINGS, "C"),
    ("Final answer: (C)", FINDINGS, "C"),
    ("final answer - C\n", {"A": "x ray", "B": "y ray", "C": "z ray"}, "C"),
    ("I would choose B.", FINDINGS, "B"),
    ("I'll go with option B", FINDINGS, "B"),
    ("I select (B) since the angle is blunted", FINDINGS, "B"),
    ("After review of A, C and D, the answer is B", FINDINGS, "B"),
    ("The answer to the question is B.", FINDINGS, "B"),
    ("The answer is A. No wait, the answer is B.", FINDINGS, "B"),
    ("The answer is A. Wait, B.", FINDINGS, "B"),
    ("A... actually, it's C.", FINDINGS, "C"),
    ("The answer is not A. The answer is B.", FINDINGS, "B"),
    ("The answer is B, not A.", FINDINGS, "B"),
    ("The answer is B rather than D", FINDINGS, "B"),
    ("The answer is B and not C", FINDINGS, "B"),
    ("Option B is correct.", FINDINGS, "B"),
    ("B is the correct answer, A is incorrect and C is incorrect.", FINDINGS, "B"),
    ("(B) is the right choice", FINDINGS, "B"),
    ("The answer is A because the lung edge is visible.", FINDINGS, "A"),
    ("A mass is seen. A nodule too. The answer is C.", FINDINGS, "C"),
    ("The answer is pneumothorax.", FINDINGS, "A"),
    ("The answer is the second image.", PLACES, "B"),
    ("My answer: no abnormality", FINDINGS, "C"),
    ("A: pneumothorax\nB: pleural effusion\nC: no abnormality\nD: large pleural effusion\nAnswer: B", FINDINGS, "B"),
    ("Thus, B.", FINDINGS, "B"),
    ("It is option C that fits", FINDINGS, "C"),
    ("**Answer:** B\n\n**Explanation:** A is wrong, C is wrong.", FINDINGS, "B"),
    ("Answer: I", MANY, "I"),
    # a leading letter
    ("B: pleural effusion", FINDINGS, "B"),
    ("B. pleural effusion", FINDINGS, "B"),
    ("B) Pleural effusion.", FINDINGS, "B"),
    ("(B) pleural effusion", FINDINGS, "B"),
    ("b) pleural effusion", FINDINGS, "B"),
    ("B - pleural effusion", FINDINGS, "B"),
    ("B: a pleural fluid collection", FINDINGS, "B"),
    ("B, because the angle is blunted", FINDINGS, "B"),
    ("B because the angle is blunted", FINDINGS, "B"),
    ("B\n\nThe costophrenic angle is blunted.", FINDINGS, "B"),
    ("Option B: pleural effusion", FINDINGS, "B"),
    ("A: pneumothorax", FINDINGS, "A"),
    ("B: pleural effusion\n\nA: wrong, the lung edge is not seen\nC: wrong", FINDINGS, "B"),
    (f"C: {STATEMENTS['C']}", STATEMENTS, "C"),
    (f"a: {STATEMENTS['A']}", STATEMENTS, "A"),
    # option text
    ("pneumothorax", FINDINGS, "A"),
    ("Pneumothorax.", FINDINGS, "A"),
    ("There is a pneumothorax on the left side", FINDINGS, "A"),
    ("A large pleural effusion is seen", FINDINGS, "D"),
    ("I see a pleural effusion of moderate size", FINDINGS, "B"),
    ("It is not a pneumothorax, it is a pleural effusion", FINDINGS, "B"),
    ("There is a pleural effusion but no pneumothorax", FINDINGS, "B"),
    ("Pneumothorax is ruled out; pleural effusion remains.", FINDINGS, "B"),
    ("Pleural effusion rather than pneumothorax", FINDINGS, "B"),
    ("There is no abnormality.", FINDINGS, "C"),
    (STATEMENTS["B"], STATEMENTS, "B"),
    (STATEMENTS["B"].upper().rstrip("."), STATEMENTS, "B"),
    ("It has worsened since the first image", PROGRESS, "C"),
    ("Yes, there is no difference.", YES_NO, "A"),
    ("No, there is no difference.", YES_NO, "B"),
    ("E. coli", GERMS, "A"),
    ("C. difficile", GERMS, "B"),
    ("The second image", PLACES, "B"),
    # both, neither, none of the above
    ("Both", PLACES, "C"),
    ("Both of them show it.", PLACES, "C"),
    ("None of the above", PLACES, "D"),
    ("None of the above.", PLACES, "D"),
    ("None of these options is right", PLACES, "D"),
    ("Neither", {"A": "left eye", "B": "right eye", "C": "neither eye"}, "C"),
    # the only capital letter
    ("Going by the blunted angle, (B)", FINDINGS, "B"),
    ("Most likely B", FINDINGS, "B"),
    ("Not A, so B", FINDINGS, "B"),
    ("I think B", FINDINGS, "B"),
    ("I think B", MANY, "B"),
    ("A shadow at the base points to B.", FINDINGS, "B"),
]

UNDECIDED = [  # (output, options)
    ("", FINDINGS),
    ("   \n", FINDINGS),
    ("</s>", FINDINGS),
    ("...", FINDINGS),
    ("E", FINDINGS),
    ("C", GAP),
    ("The answer is E.", FINDINGS),
    ("Answer: E", FINDINGS),
    (r"\boxed{E}", FINDINGS),
    # never closed: cut off while thinking
    ("<think>The answer is A", FINDINGS),
    # two letters, hedges
    ("A or B", FINDINGS),
    ("A/B", FINDINGS),
    ("A, B", FINDINGS),
    ("A and C", FINDINGS),
    ("A B", FINDINGS),
    ("AB", FINDINGS),
    ("It is either A or B.", FINDINGS),
    ("The answer is A or B.", FINDINGS),
    ("The answer is A and C", FINDINGS),
    ("The answer is (a) or (b).", FINDINGS),
    ("The answer is either B or C.", FINDINGS),
    ("It could be A, but B is possible as well", FINDINGS),
    (r"\boxed{A} or \boxed{B}", FINDINGS),
    (r"\boxed{\text{A or B}}", FINDINGS),
    ('{"answer": ["A", "B"]}', FINDINGS),
    ('{"answer": null}', FINDINGS),
    ('{"A": 0.2, "B": 0.7}', FINDINGS),
    ("A is correct and C is correct", FINDINGS),
    ("pneumothorax or pleural effusion", FINDINGS),
    ("pneumothorax, pleural effusion", FINDINGS),
    # denials, questions, conditions
    ("The answer is not B.", FINDINGS),
    ("The answer isn't B", FINDINGS),
    ("not B", FINDINGS),
    ("B is wrong", FINDINGS),
    ("B is not the correct answer.", FINDINGS),
    ("I don't think the answer is B.", FINDINGS),
    ("I would not choose B", FINDINGS),
    ("Neither A nor B is correct", FINDINGS),
    ("If the answer is B, there would be fluid.", FINDINGS),
    ("Is the answer B?", FINDINGS),
    ("It is not a pneumothorax.", FINDINGS),
    ("No pneumothorax is seen", {"A": "pneumothorax", "B": "fracture"}),
    ("There is no evidence of a pneumothorax", {"A": "pneumothorax", "B": "fracture"}),
    ("Pneumothorax is unlikely", FINDINGS),
    # refusals
    ("I cannot determine the answer.", FINDINGS),
    ("I'm sorry, but I can't help with medical images.", FINDINGS),
    ("I am unable to tell whether there is a pneumothorax.", FINDINGS),
    ("As an AI, I cannot diagnose. Please see a doctor.", FINDINGS),
    ("I do not know.", MANY),
    ("I am not sure.", MANY),
    ("A definite answer cannot be given.", FINDINGS),
    # articles, pronouns, names
    ("A radiograph shows the chest.", FINDINGS),
    ("A patient was imaged twice", FINDINGS),
    ("Answer: A small nodule in the left lobe", FINDINGS),
    ("The answer is a nodule in the left lobe", FINDINGS),
    ("I see two images", MANY),
    ("Vitamin C deficiency", FINDINGS),
    ("Hepatitis B", FINDINGS),
    ("Kerley B lines are visible", FINDINGS),
    ("The CT shows bone", FINDINGS),
    ("B-cell lymphoma", FINDINGS),
    ("It is shown in image B", FINDINGS),
    # echoes
    ("A: pneumothorax\nB: pleural effusion\nC: no abnormality\nD: large pleural effusion", FINDINGS),
    ("A: pneumothorax B: pleural effusion C: no abnormality D: large pleural effusion", FINDINGS),
    ("Options: A: pneumothorax, B: pleural effusion", FINDINGS),
    ("Answer with the option's letter from the given choices directly.", FINDINGS),
    ("Please choose A, B, C or D.", FINDINGS),
    ("A: B", FINDINGS),
    # one text under two letters: which letter was meant cannot be known
    ("normal fundus", REPEATED),
    ("The fundus is a normal fundus", REPEATED),
    # "both" of something else
    ("There is fluid in both lungs", PLACES),
    ("Both images show a mass", STATEMENTS),
    ("false", FINDINGS),
    ("0", FINDINGS),
]


@pytest.mark.parametrize(("output", "options", "letter"), LETTERS)
def test_the_letter_that_was_meant_is_read(output, options, letter):
    choice = parse_choice(output, options)
    assert choice.letter == letter, choice
    assert choice.rule is not ChoiceRule.UNDECIDED and choice.span


@pytest.mark.parametrize(("output", "options"), UNDECIDED)
def test_what_cannot_be_decided_gets_no_letter(output, options):
    choice = parse_choice(output, options)
    assert (choice.letter, choice.rule, choice.span) == (None, ChoiceRule.UNDECIDED, None), choice


LETTER_SETS = st.sampled_from(["AB", "ABC", "ABCD", "ABD", "ABCDEFGHIJ", "BDH"])
ANY_TEXT = st.text(
    alphabet=st.one_of(st.sampled_from(string.ascii_letters + " .,:;()[]{}'\"\\/\n-"), st.characters()), max_size=60
)
PHRASES = st.lists(
    st.sampled_from(
        [
            *(
                "A",
                "B",
                "C",
                "J",
                "I",
                "the answer is",
                "not",
                "or",
                "and",
                "no",
                "wait,",
                "\\boxed{",
                "}",
                '{"answer": "',
                '"}',
            ),
            *(
                "<think>",
                "</think>",
                "option",
                "correct",
                "is",
                ".",
                ",",
                ":",
                "\n",
                "a shadow",
                "finding",
                "None of the above",
            ),
            *("答案", "选", "(", ")"),
        ]
    ),
    max_size=14,
).map(" ".join)


@given(output=st.one_of(ANY_TEXT, PHRASES), letters=LETTER_SETS, texts=st.lists(ANY_TEXT, min_size=10, max_size=10))
def test_no_letter_outside_the_options_is_ever_returned(output, letters, texts):
    options = dict(zip(letters, texts, strict=False))
    choice = parse_choice(output, options)
    assert choice.letter is None or choice.letter in options
    assert (choice.letter is None) == (choice.rule is ChoiceRule.UNDECIDED)


@given(
    output=st.one_of(ANY_TEXT, PHRASES), letters=LETTER_SETS, wrap=st.sampled_from(["{}", "  {}\n", "**{}**", "\n\n**{}** "])
)
def test_white_space_and_bold_around_an_output_change_nothing(output, letters, wrap):
    options = {letter: f"finding {letter.lower()}{letter.lower()}" for letter in letters}
    assert parse_choice(wrap.format(output), options) == parse_choice(output, options)


@given(letters=LETTER_SETS, texts=st.lists(st.one_of(ANY_TEXT, PHRASES), min_size=10, max_size=10), data=st.data())
def test_letter_colon_option_text_gives_that_letter_whatever_the_texts_say(letters, texts, data):
    options = dict(zip(letters, texts, strict=False))
    letter = data.draw(st.sampled_from(letters))
    assert parse_choice(f"{letter}: {options[letter]}", options).letter == letter


@pytest.mark.parametrize(
    "template", ["{}", "{}.", "({})", "**{}**", "Option {}", "The answer is {}.", r"\boxed{{{}}}", '{{"answer": "{}"}}']
)
@pytest.mark.parametrize("letter", MANY)
def test_every_letter_from_a_to_j_is_read(template, letter):
    assert parse_choice(template.format(letter), MANY).letter == letter


def test_the_order_of_options_changes_no_letter():
    backwards = dict(reversed(FINDINGS.items()))
    for output, options, letter in LETTERS:
        if options is FINDINGS and "\n" not in output:
            assert parse_choice(output, backwards).letter == letter, output
