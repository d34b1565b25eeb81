"""A second set, written after the rules were: wording that the first set does not have."""

from time import process_time

import pytest

from evaluation.choice import ChoiceRule, parse_choice

FINDINGS = {"A": "pneumothorax", "B": "pleural effusion", "C": "no abnormality", "D": "large pleural effusion"}
STATEMENTS = {
    "A": "The first image is unremarkable, and the second one shows a renal stone.",
    "B": "The first image shows a thickened wall, while the second one has a septated cyst.",
    "C": "Both images are unremarkable.",
}
PLACES = {"A": "the first image", "B": "the second image", "C": "both images", "D": "none of the above"}
YES_NO = {"A": "yes", "B": "no"}
PROGRESS = {"A": "improved", "B": "stable", "C": "worsened"}
MANY = {letter: f"finding {letter.lower()}{place}" for place, letter in enumerate("ABCDEFGHIJ")}

CASES = [
    ("I believe the correct answer is option C: no abnormality.", FINDINGS, "C"),
    ("Based on the images provided, the answer is:\n\nB: pleural effusion", FINDINGS, "B"),
    ("Based on the image, **B. pleural effusion** is the most likely diagnosis.", FINDINGS, "B"),
    (
        "The correct statement is B: The first image shows a thickened wall, while the second one has a septated cyst.",
        STATEMENTS,
        "B",
    ),
    ("Looking at the images:\n- Image 1 shows X\n- Image 2 shows Y\n\nTherefore the answer is **B**.", FINDINGS, "B"),
    ("Answer: B\nConfidence: 0.9", FINDINGS, "B"),
    ("Answer: (B) pleural effusion", FINDINGS, "B"),
    ("The answer is “B”.", FINDINGS, "B"),
    (
        "Let me analyze each option.\nA: incorrect, no lung edge.\nB: correct, blunted angle.\nC: incorrect.\n\nAnswer: B",
        FINDINGS,
        "B",
    ),
    ("Let me analyze each option.\nA: pneumothorax - no.\nB: pleural effusion - yes.", FINDINGS, None),
    ("B is most likely.", FINDINGS, "B"),
    ("Probably B", FINDINGS, "B"),
    ("B?", FINDINGS, "B"),
    ("B!", FINDINGS, "B"),
    ("B, C", FINDINGS, None),
    ("B & C", FINDINGS, None),
    ("Both A and B", FINDINGS, None),
    ("A but not B", FINDINGS, "A"),
    ("not A but B", FINDINGS, "B"),
    ("Neither", FINDINGS, None),
    ("I'd say B", FINDINGS, "B"),
    ("I would go with C.", FINDINGS, "C"),
    ("My choice: D", FINDINGS, "D"),
    ("The answer is: A, pneumothorax", FINDINGS, "A"),
    ("The answer is A, since the lung edge is visible", FINDINGS, "A"),
    ("The answer is A - pneumothorax", FINDINGS, "A"),
    ("The answer is a) pneumothorax", FINDINGS, "A"),
    ("the correct answer is a", FINDINGS, "A"),
    ("the correct answer is a pneumothorax", FINDINGS, "A"),
    ("The correct choice is therefore B.", FINDINGS, "B"),
    ("Correct answer: B. Incorrect: A, C, D.", FINDINGS, "B"),
    ("So the final answer is $\\boxed{C}$", FINDINGS, "C"),
    ("Answer is B", FINDINGS, "B"),
    ("ans: b", FINDINGS, "B"),
    ("Ans. B", FINDINGS, "B"),
    ("The second image.", PLACES, "B"),
    ("It's the second image", PLACES, "B"),
    ("In the second image, not the first image", PLACES, "B"),
    ("The first image shows a cyst, the second image does not.", PLACES, None),
    ("both", PLACES, "C"),
    ("Both images are affected", PLACES, "C"),
    ("neither of them", PLACES, "D"),
    ("The images cannot be compared", PLACES, None),
    ("I can't tell which one. A?", PLACES, None),
    ("stable", PROGRESS, "B"),
    ("The finding is stable.", PROGRESS, "B"),
    ("The finding has neither improved nor worsened; it is stable.", PROGRESS, "B"),
    ("No improvement; unchanged", PROGRESS, None),
    ("not improved, worsened", PROGRESS, "C"),
    ("It improved, not worsened.", PROGRESS, "A"),
    (
        "Option A is incorrect as there is no lung edge. Option B is correct as the angle is blunted. Option C is incorrect.",
        FINDINGS,
        "B",
    ),
    ("Option A is wrong. Option C is wrong. Option D is wrong.", FINDINGS, None),
    ("I am torn between A and C.", FINDINGS, None),
    ("The answer could be B.", FINDINGS, "B"),
    ("It might be option B", FINDINGS, "B"),
    ("If A were true, there would be a lung edge. Hence B", FINDINGS, "B"),
    ("Question: which? A: pneumothorax B: pleural effusion. Answer: A", FINDINGS, "A"),
    ("USER: foo ASSISTANT: B", FINDINGS, "B"),
    ("Sure! B", FINDINGS, "B"),
    ("Sure! The answer is B.", FINDINGS, "B"),
    ("OK B", FINDINGS, "B"),
    ("<answer>B", FINDINGS, "B"),
    ("<Answer> B. pleural effusion </Answer>", FINDINGS, "B"),
    ("<answer>A or B</answer>", FINDINGS, None),
    ('{"answer":"none"}', FINDINGS, None),
    ("C C C C C", FINDINGS, "C"),
    ("B B", FINDINGS, "B"),
    ("BBBB", FINDINGS, None),
    ("I", FINDINGS, None),
    ("I", MANY, "I"),
    ("I: finding i8", MANY, "I"),
    ("I think so", MANY, None),
    ("I. finding i8", MANY, "I"),
    ("As shown in (A), the lung... the answer: (B)", FINDINGS, "B"),
    ("Grade C stenosis", FINDINGS, None),
    ("C-shaped lesion", FINDINGS, None),
    ("A.", FINDINGS, "A"),
    ("A", FINDINGS, "A"),
    ("A pneumothorax", FINDINGS, "A"),
    ("A pleural effusion", FINDINGS, "B"),
    ("A. The second is different", FINDINGS, "A"),
    ("Yes", YES_NO, "A"),
    ("Yes.", YES_NO, "A"),
    ("no", YES_NO, "B"),
    ("Not sure, yes?", YES_NO, None),
    ("Yes and no", YES_NO, None),
    ("There is no change.", YES_NO, "B"),
    ("回答：Ｃ", FINDINGS, "C"),
    ("答案：（B）胸腔积液", FINDINGS, "B"),
    ("正确答案是选项C", FINDINGS, "C"),
    ("因此答案选D。", FINDINGS, "D"),
    ("不是A，而是B", FINDINGS, "B"),
    ("A和B都对", FINDINGS, None),
    ("La réponse est B.", FINDINGS, "B"),
    ("Die Antwort ist B.", FINDINGS, "B"),
    ("Respuesta: B", FINDINGS, "B"),
    ("Ответ: B", FINDINGS, "B"),
    ("The answer is\nB", FINDINGS, "B"),
    ("Answer:\n\nB\n", FINDINGS, "B"),
    ("The answer is not A but B.", FINDINGS, "B"),
    ("The answer is not A, it is B", FINDINGS, "B"),
    ("The answer isn't A; it's B.", FINDINGS, "B"),
    ("First I thought A. Now I choose B.", FINDINGS, "B"),
    ("The answer is B. (A would need a lung edge.)", FINDINGS, "B"),
    ("The answer is B. If the answer is A then the edge would be visible.", FINDINGS, "B"),
    ("The answer is B. Why not A? Because no edge.", FINDINGS, "B"),
    ("The answer is B instead of A.", FINDINGS, "B"),
    ("The most accurate statement is C.", STATEMENTS, "C"),
    ("Statement C is accurate.", STATEMENTS, "C"),
    ("Both images are unremarkable", STATEMENTS, "C"),
    ("The images are both normal", STATEMENTS, None),
    ("Large pleural effusion.", FINDINGS, "D"),
    ("Pleural effusion (not large).", FINDINGS, "B"),
    ("pleural effusions", FINDINGS, None),
    ("effusion", FINDINGS, None),
    ("It shows pneumothorax without pleural effusion", FINDINGS, "A"),
    ("No pneumothorax. No pleural effusion.", FINDINGS, None),
    ("I cannot rule out a pneumothorax", FINDINGS, None),
    ("[B]: pleural effusion", FINDINGS, "B"),
    ("B:pleural effusion", FINDINGS, "B"),
    ("B.pleural effusion", FINDINGS, "B"),
    ("B)pleural effusion", FINDINGS, "B"),
    ("<B>", FINDINGS, "B"),
    ("\\text{B}", FINDINGS, "B"),
    ("$$\\boxed{\\text{(B)}}$$", FINDINGS, "B"),
    ("Final Answer: The final answer is $\\boxed{B}$. I hope it is correct.", FINDINGS, "B"),
    ("Choose one: A B C D", FINDINGS, None),
    ("ABCD", FINDINGS, None),
    ("A) B) C) D)", FINDINGS, None),
    ("Image A shows it", FINDINGS, None),
    ("The answer depends on A.", FINDINGS, None),
    ("Among the options A, B, C, and D, the best is B.", FINDINGS, "B"),
    ("The best answer from A, B, C, D is B", FINDINGS, "B"),
    ("Not enough information to answer; B is a guess", FINDINGS, None),
    ("Answer: None", FINDINGS, None),
    ("N/A", FINDINGS, None),
    ("n/a", FINDINGS, None),
    ("NA", FINDINGS, None),
    ("null", FINDINGS, None),
    ("Hepatitis B is visible, answer C", FINDINGS, "C"),
    ("Answer choice: B", FINDINGS, "B"),
    ("selected option - B", FINDINGS, "B"),
    ("Hence, the correct option is (d).", FINDINGS, "D"),
    ("Hence (d).", FINDINGS, "D"),
    ("(d)", FINDINGS, "D"),
    ("d.", FINDINGS, "D"),
    ("答案不是A", FINDINGS, None),
    ("不选A", FINDINGS, None),
    ("答案：A或B", FINDINGS, None),
    ("A、B", FINDINGS, None),
    ("选A和C", FINDINGS, None),
    ("不应选A", FINDINGS, None),
    ("应选A", FINDINGS, "A"),
    ("我认为是B", FINDINGS, "B"),
]
# Readable by a person, not by the rules: a miss is counted as undecided, which is the safe side.
KNOWN_MISSES = [
    ("A, C and D can be excluded, leaving B.", FINDINGS),
    ("Out of A and B, A is the best option", FINDINGS),
    ("pleural effusions", FINDINGS),
]


@pytest.mark.parametrize(("output", "options", "letter"), CASES)
def test_wording_that_the_rules_were_not_written_for_is_read_or_left_undecided(output, options, letter):
    assert parse_choice(output, options).letter == letter


@pytest.mark.parametrize(("output", "options"), KNOWN_MISSES)
def test_a_miss_is_undecided_and_never_a_wrong_letter(output, options):
    assert parse_choice(output, options).rule is ChoiceRule.UNDECIDED


ENDLESS = [
    "A ",
    "{",
    "(",
    "$",
    '{"',
    "\\boxed{",
    "the answer is ",
    "答案",
    "not ",
    "[[",
    "left ",
    "A: ",
    "option ",
    "| ",
    "_",
    "A: wrong\n",
]


@pytest.mark.parametrize("piece", ENDLESS)
def test_a_model_that_repeats_itself_without_end_is_read_in_bounded_time(piece):
    started = process_time()
    parse_choice(piece * (20_000 // len(piece)), {"A": "left", "B": "right", "C": "both sides"})
    # quadratic rules needed minutes here; the bound is generous, for slow machines
    assert process_time() - started < 10
