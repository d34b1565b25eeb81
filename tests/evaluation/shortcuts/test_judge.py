"""Planted shortcuts are found, and fair records pass: the records are made here, so that the truth is known."""

import random
from dataclasses import replace

import pytest

from evaluation.shortcuts.blind_rules import judge_blind_solver
from evaluation.shortcuts.gate import Gate, describe_gate, failed, tabulate
from evaluation.shortcuts.judge import judge_records
from pipelines.generation.letters import LETTERS
from pipelines.keys import mint_id
from pipelines.records import Record
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Ability, AnswerType, Origin, Source, Split, SubTask

CLASSES = ("improving", "stable", "worsening")
WORDINGS = {
    "improving": ("It has improved", "Better than before", "Improvement is seen"),
    "stable": ("It has not moved", "Same as before ok", "Stability is seen"),
    "worsening": ("It has worsened", "Worse than before", "Deterioration seen"),
}
STEMS = ("How has the {} changed from the first film to the second?", "Compare the two films. What became of the {}?")


def make_records(n: int = 600, *, n_subjects: int = 200, weights: tuple[float, ...] = (1, 1, 1)) -> list[Record]:
    """Fair records of three classes: letters, wordings, stems and findings are drawn apart from the answer."""
    draw = random.Random(5)
    made = []
    for number in range(n):
        label = draw.choices(CLASSES, weights)[0]
        style = draw.randrange(3)
        order = draw.sample(CLASSES, 3)
        subject = f"subject-{number % n_subjects}"
        made.append(
            Record(
                source=Source.MS_CXR_T,
                record_id=mint_id("record", number),
                version=1,
                digest="0" * 64,
                group_id=mint_id("group", number),
                origin=Origin.INHERENT,
                ability=Ability.COMPARISON,
                subtask=SubTask.FINDING_PROGRESSION,
                answer_type=AnswerType.CLOSED,
                split=Split.TRAIN if number % n_subjects % 2 else Split.HELD_IN,
                image_ids=(f"image-{number}-1", f"image-{number}-2"),
                subject_ids=(subject, subject),
                unit_id=f"unit-{number}",
                question=draw.choice(STEMS).format("edema"),
                options=tuple(WORDINGS[one][style] for one in order),
                letter=LETTERS[order.index(label)],
                answer=WORDINGS[label][style],
                evidence=(),
                flags=(),
                generator="template",
                template_id="",
                template_hash="",
                ledger_key=None,
                asked="edema",
                answer_class=label,
                option_classes=tuple(order),
                quotes=(),
                data_class=DataClass.OPEN,
            )
        )
    return made


def with_longest_key(record: Record) -> Record:
    longer = f"{record.answer}, as a careful reader will find"
    return replace(record, answer=longer, options=tuple(longer if one == record.answer else one for one in record.options))


def with_letter_a(record: Record) -> Record:
    """Exchange the key with the first option."""
    place = LETTERS.index(record.letter or "A")
    order = [place, *(number for number in range(3) if number != place)]
    return replace(
        record,
        letter="A",
        options=tuple(record.options[number] for number in order),
        option_classes=tuple(record.option_classes[number] for number in order),
    )


def with_telling_stem(record: Record) -> Record:
    hint = {"improving": "After treatment, ", "stable": "At a routine visit, ", "worsening": "With a fever, "}
    return replace(record, question=hint[record.answer_class] + record.question)


def with_marked_key(record: Record) -> Record:
    marked = tuple(f"clearly {one}" if one == record.answer else f"perhaps {one}" for one in record.options)
    return replace(record, options=marked, answer=f"clearly {record.answer}")


def with_dead_option(record: Record) -> Record:
    return replace(record, options=(*record.options, "Cannot be told"), option_classes=(*record.option_classes, "unknown"))


def gates_failed(records: list[Record], max_label_excess: float = 1.5) -> set[Gate]:
    results = judge_records(records, seed=1, max_label_excess=max_label_excess)
    return {result.gate for result in results if not result.has_passed}


def test_fair_records_pass_every_gate() -> None:
    results = judge_records(make_records(), seed=1, max_label_excess=1.5)
    assert {result.gate for result in results} == set(Gate) - {Gate.BLIND_SOLVER}  # which takes a model's answers
    assert [result for result in results if not result.has_passed] == []


@pytest.mark.parametrize(
    ("plant", "gate", "share"),
    [
        (with_longest_key, Gate.LONGEST_OPTION, 0.6),
        (with_letter_a, Gate.LETTER_BALANCE, 0.3),
        (with_telling_stem, Gate.QUESTION_ONLY, 0.6),
        (with_marked_key, Gate.TEXT_ONLY, 0.6),
        (with_dead_option, Gate.NEVER_CORRECT, 1.0),
    ],
)
def test_a_planted_shortcut_fails_its_gate(plant, gate: Gate, share: float) -> None:
    records = make_records()
    n_planted = int(len(records) * share)
    assert gate in gates_failed([*map(plant, records[:n_planted]), *records[n_planted:]])


def test_one_subject_on_both_sides_fails_with_zero_tolerance() -> None:
    records = make_records()
    moved = replace(records[0], split=Split.TRAIN if records[0].split is not Split.TRAIN else Split.HELD_OUT)
    results = judge_records([moved, *records[1:]], seed=1, max_label_excess=1.5)
    assert [(result.value, result.bound) for result in failed(results, Gate.SUBJECT_OVERLAP)] == [(1.0, 0.0)]


def test_a_composed_record_of_subjects_from_both_sides_fails_too() -> None:
    first, second, *rest = make_records()
    assert first.split is not second.split
    mixed = replace(first, origin=Origin.COMPOSED, subject_ids=(first.subject_ids[0], second.subject_ids[0]))
    assert Gate.SUBJECT_OVERLAP in gates_failed([mixed, second, *rest])


def test_a_dominant_answer_fails_the_label_gate_and_not_the_blind_rules_that_merely_know_it() -> None:
    assert gates_failed(make_records(weights=(0.1, 0.8, 0.1))) == {Gate.LABEL_BALANCE}


def test_a_prior_within_the_settings_passes() -> None:
    assert gates_failed(make_records(weights=(0.27, 0.46, 0.27))) == set()


def test_words_that_tell_more_than_the_prior_fail_though_the_prior_is_high() -> None:
    records = make_records(weights=(0.27, 0.46, 0.27))
    assert Gate.QUESTION_ONLY in gates_failed([with_telling_stem(record) for record in records])


def test_a_handful_of_records_fails_on_nothing_that_chance_explains() -> None:
    assert gates_failed([with_longest_key(record) for record in make_records(4, n_subjects=4)]) == set()


def test_a_shortcut_of_one_ability_is_not_diluted_by_the_others() -> None:
    fair = [replace(record, record_id=f"{record.record_id}-t", ability=Ability.TEMPORAL) for record in make_records(3000)]
    planted = [with_longest_key(record) for record in make_records(100)]
    results = failed(judge_records([*fair, *planted], seed=1, max_label_excess=1.5), Gate.LONGEST_OPTION)
    assert [result.scope for result in results] == ["comparison"]


def test_the_order_of_records_changes_no_result() -> None:
    records = make_records(200)
    shuffled = random.Random(3).sample(records, len(records))
    assert judge_records(records, seed=1, max_label_excess=1.5) == judge_records(shuffled, seed=1, max_label_excess=1.5)


def test_no_records_give_no_results_and_a_table_that_says_so() -> None:
    assert tabulate(judge_records([], seed=1, max_label_excess=1.5)) == "no closed records to judge"


def test_the_table_holds_no_text_of_a_record() -> None:
    records = [with_dead_option(record) for record in make_records(300)]
    table = tabulate(judge_records(records, seed=1, max_label_excess=1.5))
    assert "**failed**" in table
    assert not any(word in table for record in records for word in (record.question, *record.options))


@pytest.mark.parametrize(("share_known", "has_passed"), [(0.0, True), (0.3, False), (1.0, False)])
def test_a_blind_solver_that_knows_the_answers_fails_its_gate_and_a_guesser_passes(
    share_known: float, has_passed: bool
) -> None:
    records, draw = make_records(), random.Random(11)
    letters = {one.record_id: one.letter if draw.random() < share_known else draw.choice("ABC") for one in records}
    (result,) = judge_blind_solver(records, letters, seed=1)
    assert (result.gate, result.has_passed) == (Gate.BLIND_SOLVER, has_passed)


def test_what_a_blind_solver_left_open_counts_neither_way() -> None:
    records = make_records(60)
    assert judge_blind_solver(records, {one.record_id: None for one in records}, seed=1) == []
    (result,) = judge_blind_solver(records, {records[0].record_id: records[0].letter}, seed=1)
    assert result.n == 1


def test_every_gate_says_what_it_asks_for() -> None:
    assert all(describe_gate(gate).endswith(".") for gate in Gate)
