"""The task's own letter reader decides little and never against `parse_choice`; its open scores are those of the project."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rouge_score.rouge_scorer import RougeScorer

from evaluation.benchmark import load_benchmark
from evaluation.choice import parse_choice
from evaluation.open_answers.rouge_l import rouge_l_recalls
from pipelines.formats.lmms_eval.task_functions import (
    doc_to_messages,
    doc_to_target,
    doc_to_text,
    doc_to_visual,
    mean_score,
    process_results,
    read_letter,
    rouge_l_recall,
    sentence_bleu,
)

OPTIONS = {"A": "no change", "B": "worsening of change", "D": "improvement"}
WORDS = st.sampled_from(["the", "left", "Lung", "is", "clear.", "no", "effusion", "3.5", "é", ""])


def closed(**changes):
    doc = {"position": 3, "key": "r#3", "unit": "u", "letter": "B", "letters": list(OPTIONS), "answer": "worsening of change"}
    return doc | {"options": list(OPTIONS.values()), "images": [], "content": "<image>Q", "text": "Q"} | changes


@pytest.mark.parametrize(
    ("output", "letter"),
    [
        *((form, "B") for form in ("B", "b", "(B)", "B.", " **B** ", "Option B", "B: worsening of change", "B) because")),
        *((form, "B") for form in ("The answer is B.", "the correct choice is (b)", "Answer: B", "Worsening of change.")),
        ("The answer is A. No, the answer is B", "B"),
        ("<think>The answer is A</think>B", "B"),
        ("<think>The answer is A", None),
        ("The answer is A or B", None),
        ("C", None),  # not printed
        ("The answer is C", None),
        ("A or B", None),
        ("A change is seen", None),
        ("The answer is a change", None),
        ("The answer is A change", None),
        ("The answer is B because of D", "B"),
        ("I cannot tell", None),
        ("", None),
    ],
)
def test_letters_are_read_or_left_undecided(output: str, letter: str | None) -> None:
    assert read_letter(output, list(OPTIONS), list(OPTIONS.values())) == letter


def test_a_text_that_two_options_share_decides_nothing() -> None:
    assert read_letter("normal", ["A", "B"], ["normal", "normal"]) is None


@pytest.mark.parametrize("name", ["Held_out_RAD", "Held_out_ODIR"])
def test_on_the_release_the_reader_never_contradicts_the_projects_own(med_mim_root: Path, name: str) -> None:
    forms = ("{0}", "({0})", "{0}. {1}", "The answer is {0}.", "{1}", "I think {1}", "{0} or A", "Not {0}", "a {1} is seen")
    n_read = 0
    for item in load_benchmark(med_mim_root / f"Med_MIM_benchmark_{name}.json")[::5]:
        for letter, text in item.options.items():
            for form in forms:
                output = form.format(letter, text)
                read = read_letter(output, list(item.options), list(item.options.values()))
                n_read += read is not None
                assert read in (None, parse_choice(output, item.options).letter), output
    assert n_read > 400


@given(st.lists(WORDS), st.lists(WORDS))
def test_rouge_l_recall_is_rouge_scores(got: list[str], wanted: list[str]) -> None:
    theirs = RougeScorer(["rougeL"]).score(" ".join(wanted), " ".join(got))["rougeL"].recall
    assert rouge_l_recall(" ".join(got), " ".join(wanted)) == pytest.approx(theirs)


def test_the_lines_of_a_long_answer_count_as_in_our_open_score() -> None:
    got, wanted = "The left lung\n\nis clear. Édema?", "Left lung: no effusion, it is clear"
    assert rouge_l_recall(got, wanted) == pytest.approx(rouge_l_recalls([(got, wanted)])[0], abs=1e-12)


def test_bleu_is_that_of_open_v1_with_its_smoothing_and_effective_order() -> None:
    # a wrong option of sacrebleu would give 0 to the short answer, and another value to the other case
    assert sentence_bleu("CLEAR", "clear") == pytest.approx(1)
    assert 0 < sentence_bleu("left lung", "The left lung is clear.") < 1 and sentence_bleu("", "clear") == 0


def test_an_items_scores_carry_the_key_and_place_by_which_the_answer_is_found_again() -> None:
    logged = process_results(closed(), ["I cannot tell"])
    assert logged["medmim_accuracy"] == {"unit": "u", "position": 3, "key": "r#3", "score": 0.0, "letter": None}
    assert mean_score(list(logged.values())) == 0.5  # wrong, and undecided
    opened = process_results(closed(letter=None, answer="clear lung"), ["a lung"])
    assert opened["medmim_rouge_l_recall"]["score"] == 0.5 and json.dumps(opened)


def test_images_are_opened_in_order_and_stand_where_their_marks_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (1, 2):
        Image.new("L", (place, 1)).save(tmp_path / f"{place}.png")
    monkeypatch.setenv("MEDMIM_IMAGES", str(tmp_path))
    doc = closed(images=["2.png", str(tmp_path / "1.png")], content="<image>first, <image>then?", text="first, <image>then?")
    assert [(image.size, image.mode) for image in doc_to_visual(doc)] == [((2, 1), "RGB"), ((1, 1), "RGB")]
    parts = doc_to_messages(doc, {"post_prompt": " Letter only."})[0]["content"]
    assert [part["type"] for part in parts] == ["image", "text", "image", "text"]
    assert parts[1]["text"] == "first, " and parts[3]["text"] == "then? Letter only."
    assert doc_to_text(doc) == doc["content"]  # marks are kept where leaving them out would lose their places
    assert doc_to_text(closed(), {"pre_prompt": "Look. "}) == "Look. Q"


def test_the_target_is_the_letter_or_the_reference() -> None:
    assert (doc_to_target(closed()), doc_to_target(closed(letter=None, answer="text"))) == ("B", "text")
