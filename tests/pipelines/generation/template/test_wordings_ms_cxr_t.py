"""What the wordings of MS-CXR-T's one sub-task must say, and must not: how a named finding changed."""

import re

from pipelines.generation.template.wording import load_wordings
from pipelines.sources.ms_cxr_t.pairs import FINDINGS
from pipelines.validation.labels.findings import name_findings
from pipelines.validation.labels.progression import find_statements, read_progression
from pipelines.vocabulary import SubTask
from tests.pipelines.generation.template.every_record import answers_of, groups_of, stems_of

TASK = SubTask.FINDING_PROGRESSION


def test_every_finding_of_the_source_can_be_asked_about_and_no_raw_code_is_printed() -> None:
    words = load_wordings(TASK).words
    assert set(words) == set(FINDINGS)
    assert not any("_" in word for word in words.values())


def test_stems_ask_about_the_finding_and_about_no_other_one() -> None:
    for group, _, stem in stems_of(TASK):
        assert name_findings(stem) == {group.asked}, stem


def test_answers_speak_of_no_other_finding() -> None:
    for group, answer in answers_of(TASK):
        assert name_findings(answer) <= {group.asked}, answer


def test_each_change_reads_as_itself_for_each_finding() -> None:
    assert {(group.asked, group.label) for group in groups_of(TASK)} == {
        (finding, label) for finding in FINDINGS for label in ("improving", "stable", "worsening")
    }
    for group, answer in answers_of(TASK):
        assert read_progression(answer) == group.label, answer


def test_no_stem_says_which_way_the_finding_went() -> None:
    """A stem may offer directions, but all of them or none."""
    for _, _, stem in stems_of(TASK):
        leaning = {statement.possible for statement in find_statements(stem) if len(statement.possible) == 1}
        assert len(leaning) != 1, stem


def test_forms_fit_findings_that_are_counted_and_those_that_are_not() -> None:
    """A pneumothorax is counted, edema is not: neither an indefinite article nor a plural fits both."""
    wordings = load_wordings(TASK)
    texts = [stem for stems in wordings.stems.values() for stem in stems]
    texts += [text for answer in wordings.answers.values() for text in answer.options + answer.references]
    for text in texts:
        assert re.search(r"\b(?:an?|any|some|much|many|less|more|fewer|each|every|new) \{asked\}|\{asked\}s", text) is None, (
            text
        )


def test_no_answer_claims_that_the_finding_is_new_gone_larger_or_smaller() -> None:
    """The label tells the direction alone."""
    for _, answer in answers_of(TASK):
        assert re.search(r"\b(?:new|gone|resolved|larger|smaller|increased?|decreased?|extent|size)\b", answer) is None, answer


def test_no_stem_tells_of_treatment_or_symptoms() -> None:
    for _, _, stem in stems_of(TASK):
        assert re.search(r"treat|therap|drain|intubat|cough|dyspn|fever|symptom|diuret|antibiot", stem) is None, stem
