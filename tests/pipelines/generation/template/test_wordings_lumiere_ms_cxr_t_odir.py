"""What holds for the wordings of LUMIERE, MS-CXR-T and ODIR alike, over every stem, answer and thing asked about."""

import itertools
from collections import defaultdict

import pytest

from pipelines.generation.template.classes import PLACE, classes_of
from pipelines.generation.template.placeholders import OPTIONAL, fields_of
from pipelines.generation.template.wording import load_wordings
from pipelines.validation.images import images_spoken_of
from pipelines.validation.labels.check import check_labels
from pipelines.validation.rules import RULES
from pipelines.validation.text import contains_words, normalise
from pipelines.vocabulary import AnswerType, SubTask
from tests.pipelines.generation.template.every_record import context_of, options_of, records_of, stems_of

SUBTASKS = (
    SubTask.SEQUENCE_IDENTIFICATION,
    SubTask.RESECTION_EXTENT,
    SubTask.VISIT_PROGRESSION,
    SubTask.NEXT_STATUS,
    SubTask.FINDING_PROGRESSION,
    SubTask.EYE_DIAGNOSIS,
    SubTask.SAME_DIAGNOSIS,
)
MAX_LIKENESS = 0.6  # of two stems: shared word triples of all that either has

of_each_subtask = pytest.mark.parametrize("subtask", SUBTASKS, ids=str)


@of_each_subtask
def test_a_file_is_rich_enough_that_no_wording_stands_for_an_answer(subtask: SubTask) -> None:
    wordings = load_wordings(subtask)
    for stems in wordings.stems.values():
        assert sum(not OPTIONAL & set(fields_of(stem)) for stem in stems) >= 15
    assert {len(answer.options) for answer in wordings.answers.values()} == {6}
    assert {len(answer.references) for answer in wordings.answers.values()} == {6}


@of_each_subtask
def test_validation_accepts_every_stem_with_every_answer(subtask: SubTask) -> None:
    context = context_of(subtask)
    failures = {
        f"{rule.__name__}: {failure.detail}"
        for record in records_of(subtask)
        for rule in (*RULES, check_labels)
        if (failure := rule(record, context)) is not None
    }
    assert failures == set()


@of_each_subtask
def test_every_stem_speaks_of_all_images_that_are_shown(subtask: SubTask) -> None:
    missing = {record.question for record in records_of(subtask) if len(images_spoken_of(record)) != len(record.image_ids)}
    assert missing == set()


@of_each_subtask
def test_no_option_stands_in_a_stem(subtask: SubTask) -> None:
    options = {text for _, texts in options_of(subtask) for text in texts}
    stems = {text for _, _, text in stems_of(subtask)}
    assert {(stem, option) for stem in stems for option in options if contains_words(stem, option)} == set()


@of_each_subtask
def test_no_two_stems_are_nearly_one(subtask: SubTask) -> None:
    wordings = load_wordings(subtask)
    stems = [stem for kind in AnswerType for stem in wordings.stems[kind]]
    likenesses = {pair: _liken(*pair) for pair in itertools.combinations(stems, 2)}
    assert {pair: likeness for pair, likeness in likenesses.items() if likeness >= MAX_LIKENESS} == {}


@of_each_subtask
def test_stems_begin_in_many_ways(subtask: SubTask) -> None:
    for stems in load_wordings(subtask).stems.values():
        openings = {" ".join(normalise(stem).split()[:2]) for stem in stems}
        assert len(openings) >= 0.75 * len(stems)


@of_each_subtask
def test_no_two_wordings_of_one_question_are_equal(subtask: SubTask) -> None:
    said: defaultdict[str, list[str]] = defaultdict(list)
    for group, kind, text in stems_of(subtask):
        said[f"{group.group_id} {kind}"].append(normalise(text))
    for group, texts in options_of(subtask):
        said[f"{group.group_id} option"] += [normalise(text) for text in texts]
    for texts in said.values():
        assert len(texts) == len(set(texts))


@of_each_subtask
def test_options_printed_together_are_alike_in_length(subtask: SubTask) -> None:
    for _, texts in options_of(subtask):
        short, long = min(map(len, texts)), max(map(len, texts))
        assert long - short <= max(6, 0.25 * long), texts


# Not of places: "second" is the longest word there, and each place is right equally often.
@pytest.mark.parametrize("subtask", [subtask for subtask in SUBTASKS if classes_of(subtask) != (PLACE,)], ids=str)
def test_whoever_takes_the_longest_option_is_right_by_chance(subtask: SubTask) -> None:
    sets = {texts for _, texts in options_of(subtask)}
    n_printed = min(4, *map(len, sets))
    printed = [shown for texts in sorted(sets) for shown in itertools.combinations(enumerate(texts), n_printed)]
    hits: defaultdict[int, list[float]] = defaultdict(list)
    for shown in printed:
        longest = max(len(text) for _, text in shown)
        n_longest = sum(len(text) == longest for _, text in shown)
        for label, text in shown:
            hits[label].append((len(text) == longest) / n_longest)
    by_label = {label: sum(found) / len(found) for label, found in hits.items()}
    assert max(by_label.values()) <= 1 / n_printed + 0.1, by_label


def _liken(one: str, other: str) -> float:
    """Return the Jaccard index (0-1) of the word triples of two stems."""
    triples, others = _triples(one), _triples(other)
    return len(triples & others) / len(triples | others)


def _triples(text: str) -> set[tuple[str, ...]]:
    words = normalise(text).split()
    return {tuple(words[place : place + 3]) for place in range(len(words) - 2)}
