import re

import pytest
import yaml

from pipelines.generation.template.classes import PLACE, TEMPLATED, classes_of
from pipelines.generation.template.placeholders import OPTIONAL, fields_of
from pipelines.generation.template.wording import TEMPLATES, WordingsError, load_wordings, parse_wordings
from pipelines.vocabulary import AnswerType, SubTask

SUBTASK = SubTask.VISIT_PROGRESSION
_ADJECTIVES = [
    "grand",
    "bleak",
    "crisp",
    "dense",
    "early",
    "faint",
    "hoary",
    "inert",
    "jolly",
    "known",
    "lucid",
    "moist",
    "noble",
    "oaken",
    "plain",
    "quiet",
]


def _content(n_stems=12, n_wordings=4):
    """A file that is right, as a mapping; each class is the longest option in as many sets as any other."""

    def options(nth):
        return [f"It is {word}{'!' * (2 if number % 3 == nth else 1)}" for number, word in enumerate(_words(nth))]

    def _words(nth):
        return [f"{word}{'abc'[nth]}" for word in _ADJECTIVES[: max(n_wordings, 6)]]

    return {
        "subtask": str(SUBTASK),
        "stems": {
            kind: [f"How {word} are the images ({kind})?" for word in _ADJECTIVES[:n_stems]] for kind in ("closed", "open")
        },
        "answers": {
            name: {"option": options(nth), "open": [f"The disease is {word}, {name}." for word in _ADJECTIVES[:n_wordings]]}
            for nth, name in enumerate(classes_of(SUBTASK))
        },
    }


def _faults(content, subtask=SUBTASK):
    with pytest.raises(WordingsError) as raised:
        parse_wordings(subtask, content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
    return raised.value.faults


@pytest.mark.parametrize("subtask", TEMPLATED)
def test_every_inherent_subtask_has_a_file_that_keeps_the_contract(subtask):
    wordings = load_wordings(subtask)
    assert tuple(sorted(wordings.answers)) == tuple(sorted(classes_of(subtask)))
    for kind in AnswerType:
        assert sum(not OPTIONAL & set(fields_of(stem)) for stem in wordings.stems[kind]) >= 12
    assert all(min(len(answer.options), len(answer.references)) >= 4 for answer in wordings.answers.values())
    assert {len(answer.options) for answer in wordings.answers.values()} == {wordings.n_styles}


def test_every_file_says_first_what_is_asked_and_where_the_definition_comes_from():
    for path in (TEMPLATES / f"{subtask}.yaml" for subtask in TEMPLATED):
        first = path.read_text(encoding="utf-8").splitlines()
        assert first[0].startswith("# "), path.name
        assert max(map(len, first)) < 240, path.name


def test_stems_of_one_file_are_not_one_sentence_with_a_word_exchanged():
    for subtask in TEMPLATED:
        for stems in load_wordings(subtask).stems.values():
            words = [frozenset(re.findall(r"\w+", stem.casefold())) for stem in stems]
            alike = [
                (one, two) for nth, one in enumerate(words) for two in words[:nth] if len(one & two) / len(one | two) > 0.8
            ]
            assert not alike, subtask


def test_a_right_file_is_read_as_it_stands():
    wordings = parse_wordings(SUBTASK, yaml.safe_dump(_content()))
    assert wordings.stems[AnswerType.OPEN][0] == "How grand are the images (open)?"
    assert wordings.answer_of("stable").references[0] == "The disease is grand, stable."
    assert wordings.n_styles == 6


def test_too_few_stems_are_one_fault_each():
    assert _faults(_content(n_stems=11)) == tuple(
        f"visit_progression.yaml: stems.{kind}: got 11 stems without an optional placeholder, expected at least 12"
        for kind in ("closed", "open")
    )


def test_a_stem_with_an_optional_placeholder_does_not_count_towards_the_twelve():
    content = _content()
    content["stems"]["open"][3] = "What became of it within {interval} in the images?"
    assert _faults(content) == (
        "visit_progression.yaml: stems.open: got 11 stems without an optional placeholder, expected at least 12",
    )


def test_too_few_open_answers_are_a_fault_of_their_class():
    content = _content()
    del content["answers"]["stable"]["open"][3]
    assert _faults(content) == ("visit_progression.yaml: answers.stable.open: got 3 wordings, expected at least 4",)


def test_an_unknown_placeholder_is_named_with_those_that_are_known():
    content = _content()
    content["stems"]["closed"][2] = "What does the {finding} do in the images?"
    [fault] = _faults(content)
    assert fault.startswith(
        "visit_progression.yaml: stems.closed[3]: got the placeholder {finding}, expected one of ahead, asked"
    )


def test_a_stem_may_not_name_the_place_that_is_the_answer():
    text = (TEMPLATES / "suspicious_image.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    content["stems"]["open"][0] = "Is the {place} image of the {count} images suspicious?"
    [fault] = _faults(content, SubTask.SUSPICIOUS_IMAGE)
    assert "stems.open[1]: got the placeholder {place}" in fault


def test_a_stem_that_does_not_say_what_is_asked_is_a_fault():
    content = yaml.safe_load((TEMPLATES / "finding_progression.yaml").read_text(encoding="utf-8"))
    content["stems"]["closed"][0] = "Compare the first image with the second image. What has changed?"
    [fault] = _faults(content, SubTask.FINDING_PROGRESSION)
    assert fault.endswith("expected {asked} in it: nothing else says what is asked")


def test_asked_needs_words_for_what_is_asked():
    content = _content()
    content["stems"]["closed"][0] = "How is the {asked} in the images?"
    [fault] = _faults(content)
    assert fault.endswith(
        "stems.closed[1]: got {asked}, but the file has no words for what is asked; expected an entry `words`"
    )


def test_a_class_that_is_not_the_rules_and_one_that_is_missing_are_both_named():
    content = _content()
    content["answers"]["unchanged"] = content["answers"].pop("stable")
    assert _faults(content) == (
        "visit_progression.yaml: answers.unchanged: unknown key, expected one of worsening, stable, improving",
        "visit_progression.yaml: answers.stable: got nothing, expected it beside worsening, improving, unchanged",
    )


def test_unequal_numbers_of_option_wordings_are_a_fault():
    content = _content()
    content["answers"]["improving"]["option"].append("It is serene")
    assert _faults(content) == (
        "visit_progression.yaml: answers: got unequal numbers of option wordings (worsening 6, stable 6, improving 7), "
        "expected the same number of each class",
    )


def test_a_wording_that_stands_twice_up_to_case_and_punctuation_is_a_fault():
    content = _content()
    content["stems"]["closed"][5] = "how GRAND are images, (closed)"
    assert _faults(content) == (
        "visit_progression.yaml: stems.closed: got 'how grand are images closed' 2 times, expected each wording once",
    )


def test_one_wording_for_two_classes_is_a_fault():
    content = _content()
    content["answers"]["stable"]["open"][0] = content["answers"]["worsening"]["open"][2]
    [fault] = _faults(content)
    assert fault.startswith("visit_progression.yaml: answers (every open): got 'disease is crisp worsening' 2 times")


def test_an_option_that_stands_out_by_length_is_a_fault():
    content = _content()
    content["answers"]["stable"]["option"][1] = "It is much the same as it was before"
    assert any("answers (option 2 of every class): got 36 characters of" in fault for fault in _faults(content))


def test_a_class_that_is_mostly_the_longest_option_is_a_fault():
    content = _content()
    for nth, _ in enumerate(content["answers"]["stable"]["option"]):
        content["answers"]["stable"]["option"][nth] += "!!!"
    [fault] = _faults(content)
    assert "the longest option may be right in 50% of the questions, expected at most 38%" in fault


def test_options_printed_together_use_the_same_placeholders():
    content = _content()
    content["answers"]["stable"]["option"][1] += " {count}"
    faults = _faults(content)
    assert any("(option 2 of every class): got different placeholders, expected the same in all" in fault for fault in faults)


def test_an_article_before_a_span_is_a_fault():
    content = _content()
    content["stems"]["open"] = [*content["stems"]["open"], "What happened over the {interval} in the images?"]
    assert _faults(content) == (
        "visit_progression.yaml: stems.open[13]: got 'the {interval}', expected no article: it reads 'about 3 months'",
    )


def test_braces_that_do_not_match_are_a_fault():
    content = _content()
    content["stems"]["open"][0] = "How are the {count images?"
    [fault, *_] = _faults(content)
    assert "stems.open[1]: got braces that do not match in 'How are the {count images?'" in fault


def test_a_wording_that_yaml_reads_as_something_else_is_a_fault():
    content = yaml.safe_dump(_content(), sort_keys=False).replace(
        "The disease is grand, worsening.", "The disease is grand: worsening."
    )
    [fault] = _faults(content)
    assert "answers.worsening.open[1]: got {'The disease is grand': 'worsening.'}, expected a text; quote it" in fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a list\n", "the file: got list, expected a mapping of subtask, words, stems and answers"),
        ("", "the file: got NoneType, expected a mapping"),
        ("subtask: [\n", "not readable as YAML"),
        ("subtask: a\nsubtask: b\n", "the key 'subtask' stands twice"),
    ],
)
def test_a_file_that_is_no_mapping_is_one_fault(text, said):
    [fault] = _faults(text)
    assert said in fault


def test_several_faults_are_all_told_at_once():
    content = _content() | {"subtask": "next_status", "author": "me"}
    assert _faults(content) == (
        "visit_progression.yaml: author: unknown key, expected one of subtask, words, stems, answers",
        "visit_progression.yaml: subtask: got 'next_status', expected 'visit_progression' as in the file's name",
    )


def test_an_absent_file_is_named_with_its_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.generation.template.wording.TEMPLATES", tmp_path)
    load_wordings.cache_clear()
    try:
        with pytest.raises(WordingsError, match=r"same_diagnosis.yaml: cannot be read .* expected a file in"):
            load_wordings(SubTask.SAME_DIAGNOSIS)
    finally:
        load_wordings.cache_clear()


def test_which_image_subtasks_have_the_one_class_place():
    assert [subtask for subtask in TEMPLATED if classes_of(subtask) == (PLACE,)] == [
        SubTask.SUSPICIOUS_IMAGE,
        SubTask.VIEW_IDENTIFICATION,
        SubTask.SEQUENCE_IDENTIFICATION,
    ]
