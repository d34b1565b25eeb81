"""Duplicates, near duplicates and contradictions: what only several records tell."""

import os
import random
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records import Record
from pipelines.validation.context import Context
from pipelines.validation.contradictions import find_contradictions
from pipelines.validation.near_duplicates import LIKE, MEASURED_BLOCK, find_alike, find_near_duplicates, likeness
from pipelines.vocabulary import AnswerType, ImageOrder, SubTask

STEM = "Compare the first chest film with the second image. How has the pleural effusion changed?"
REWORDED = "Compare the first chest film with the second image. In what way has the pleural effusion changed?"
OTHER_FINDING = "Compare the first chest film with the second image. How has the pneumothorax changed?"
OTHER_WORDS = "Looking at both images in turn, what became of the pleural fluid?"


def _pair(good, **changes: object) -> tuple[Record, Record, Context]:
    """Two inherent records of the same films, alike but for the changes of the second."""
    group = replace(good.groups[0], asked="pleural_effusion", order=ImageOrder.CHRONOLOGICAL)
    base = replace(
        good.first("statement"),
        record_id="record-a",
        group_id=group.group_id,
        image_ids=group.image_ids,
        subtask=SubTask.FINDING_PROGRESSION,
        generator="template",
        asked="pleural_effusion",
        question=STEM,
        answer_class="improving",
    )
    groups = [group, replace(group, group_id="group-shuffled", order=ImageOrder.SHUFFLED)]
    return base, replace(base, **{"record_id": "record-b", **changes}), Context.of(groups, good.images)


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("a word exchanged", {"question": REWORDED}, True),
        ("the very same", {}, True),
        ("another wording throughout", {"question": OTHER_WORDS}, False),
        ("another finding", {"question": OTHER_FINDING, "asked": "pneumothorax"}, False),
        ("the open item of the group", {"answer_type": AnswerType.OPEN}, False),
        ("another answer", {"answer_class": "worsening"}, False),
        ("another sub-task", {"subtask": SubTask.VISIT_PROGRESSION}, False),
    ],
)
def test_near_duplicates_ask_nearly_the_same_of_the_same_images(good, name: str, changes: dict[str, object], expected: bool):
    first, second, context = _pair(good, **changes)
    assert set(find_near_duplicates([second, first], context)) == ({"record-b"} if expected else set())


def test_records_of_other_pictures_are_no_near_duplicates_and_of_equal_pixels_they_are(good):
    first, second, context = _pair(good)
    elsewhere = next(one for one in good.groups if not set(one.image_ids) & set(first.image_ids) and len(one.image_ids) == 2)
    moved = replace(second, image_ids=elsewhere.image_ids)
    assert find_near_duplicates([first, moved], context) == {}
    pixels = {image_id: context.images[image_id].pixel_sha256 for image_id in first.image_ids}
    copies = dict(zip(elsewhere.image_ids, pixels.values(), strict=True))
    images = [replace(one, pixel_sha256=copies.get(one.image_id, one.pixel_sha256)) for one in good.images]
    assert set(find_near_duplicates([first, moved], Context(context.groups, {one.image_id: one for one in images}))) == {
        "record-b"
    }


def test_located_questions_about_different_images_of_one_group_are_no_near_duplicates(good):
    first, second, context = _pair(good)
    about = {"subtask": SubTask.LOCATED_QUESTION, "answer_class": "no", "asked": "whether: effusion"}
    one = replace(first, question="Is there a pleural effusion in the first image?", **about)
    other = replace(second, question="Is there a pleural effusion in the second image?", **about)
    again = replace(second, question="Is there any pleural effusion in the first image?", **about)
    assert find_near_duplicates([one, other], context) == {}
    assert set(find_near_duplicates([one, again], context)) == {"record-b"}


def test_free_questions_are_told_apart_by_their_content_words(good):
    first, second, context = _pair(good)
    free = {"subtask": SubTask.LOCATED_QUESTION, "answer_class": "open", "asked": None, "answer": "No sign of it"}
    one = replace(first, question="Does this part of the first image show a pleural effusion of the left lung?", **free)
    other = replace(second, question="Does this part of the first image show a pleural mass of the left lung?", **free)
    assert likeness(one.question, other.question) > LIKE
    assert find_near_duplicates([one, other], context) == {}


def test_the_first_by_record_id_is_kept_and_named(good):
    first, second, context = _pair(good)
    third = replace(first, record_id="record-c", question=REWORDED)
    for order in ([first, second, third], [third, second, first]):
        failures = find_near_duplicates(order, context)
        assert set(failures) == {"record-b", "record-c"}
        assert all("record-a" in failure.detail for failure in failures.values())


def _texts(n_texts: int, seed: int) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    words = [f"{a}{b}{c}" for a in "bdfklm" for b in "aeiou" for c in "nrst"]
    texts = []
    while len(texts) < n_texts:
        text = rng.choices(words, k=rng.randint(10, 20))
        texts.append(text)
        if rng.random() < 0.3:
            twin = list(text)
            twin[rng.randrange(len(twin))] = rng.choice(words)
            texts.append(twin)
    return [(f"key-{place:05}", " ".join(text)) for place, text in enumerate(texts)]


def test_large_blocks_are_sifted_with_hardly_a_pair_lost():
    block = _texts(1_500, seed=1)
    assert len(block) > MEASURED_BLOCK
    found = dict(find_alike(block))
    exact = {key for place, (key, text) in enumerate(block) if place and likeness(text, block[place - 1][1]) >= LIKE}
    assert len(exact) > 200
    assert len(exact - set(found)) <= 0.005 * len(exact)
    texts = dict(block)
    assert all(likeness(texts[key], texts[kept]) >= LIKE for key, kept in found.items())


def test_sifting_is_the_same_in_every_process():
    script = (
        "import hashlib, sys; sys.path[:0] = sys.argv[1:]\n"
        "from rensa import RMinHash\n"
        "rows = RMinHash.digests_from_token_sets([sorted({f'word{n}', f'word{n + 1}', 'image'}) for n in range(50)], 128, 1)\n"
        "print(hashlib.sha256(repr([list(row) for row in rows]).encode()).hexdigest())"
    )
    told = set()
    for hash_seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
        told.add(run.stdout.strip())
    assert told == {"17831bae6237bdaf53672f7f343211135ac2f41af2783a8385fc89aacbb19a26"}


@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8), st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8)
)
def test_likeness_is_symmetric_and_one_for_equal_texts(first: list[str], second: list[str]):
    one, other = " ".join(first), " ".join(second)
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == 1


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("another answer", {"answer_class": "worsening"}, True),
        ("another answer of the open item", {"answer_class": "stable", "answer_type": AnswerType.OPEN}, True),
        ("another answer in other words", {"answer_class": "stable", "question": OTHER_WORDS}, True),
        ("the same answer", {}, False),
        ("another finding", {"answer_class": "stable", "asked": "pneumothorax"}, False),
        ("another sub-task", {"answer_class": "stable", "subtask": SubTask.VISIT_PROGRESSION}, False),
        ("free words", {"answer_class": "open", "answer": "Something else"}, False),
    ],
)
def test_records_of_the_same_question_must_not_contradict_each_other(
    good, name: str, changes: dict[str, object], expected: bool
):
    first, second, context = _pair(good, **changes)
    assert set(find_contradictions([first, second], context)) == ({"record-a", "record-b"} if expected else set())


def test_the_same_films_in_another_order_of_time_are_another_question(good):
    first, second, context = _pair(good, answer_class="worsening")
    turned = replace(second, image_ids=first.image_ids[::-1])
    assert find_contradictions([first, turned], context) == {}


@pytest.mark.parametrize(("place", "n_contradictions"), [("2", 0), ("1", 2)])
def test_places_of_shuffled_images_are_compared_as_pictures(good, place: str, n_contradictions: int):
    first, second, context = _pair(good)
    asked = {"subtask": SubTask.VIEW_IDENTIFICATION, "asked": "CC", "group_id": "group-shuffled"}
    one = replace(first, answer_class="1", **asked)
    turned = replace(second, answer_class=place, image_ids=first.image_ids[::-1], **asked)
    assert len(find_contradictions([one, turned], context)) == n_contradictions


def test_yes_of_one_image_and_no_of_the_other_do_not_contradict_each_other(good):
    first, second, context = _pair(good)
    about = {"subtask": SubTask.LOCATED_QUESTION, "asked": "whether: effusion", "group_id": "group-shuffled"}
    yes = replace(first, question="Is there an effusion in the first image?", answer_class="yes", **about)
    no = replace(second, question="Is there an effusion in the second image?", answer_class="no", **about)
    assert find_contradictions([yes, no], context) == {}
    assert set(find_contradictions([yes, replace(no, question=yes.question)], context)) == {"record-a", "record-b"}


def test_the_good_records_hold_no_contradiction_and_no_near_duplicate(good):
    assert find_contradictions(good.records, good.context) == {}
    assert find_near_duplicates(good.records, good.context) == {}
