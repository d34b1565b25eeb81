import json
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from evaluation.choice import UNDECIDED, ChoiceRule, parse_choice
from evaluation.choice_judge import ChoiceReading, Undecided, judge_undecided, load_choice_prompt
from pipelines.governance.egress import EgressError
from pipelines.vocabulary import Source
from tests.pipelines.calls.loopback import MockEndpoint, asking, complete, own_server

OPTIONS = {"A": "no change", "B": "worsening", "C": "improvement"}
SAID = "The opacity has clearly deteriorated since the first film."


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    with own_server() as running:
        yield running


def make_undecided(item: str = "item-1", output: str = SAID, sources: tuple[Source, ...] = (Source.ODIR,)) -> Undecided:
    return Undecided(item, "How has the opacity changed?", OPTIONS, output, sources)


def say(letter: str, excerpt: str):
    return lambda n_before, body: complete(json.dumps({"excerpt": excerpt, "letter": letter}))


def judge_one(tmp_path, server, script, one: Undecided | None = None):
    one = one or make_undecided()
    with MockEndpoint(script, server) as endpoint, asking(tmp_path, endpoint.url) as ask:
        return judge_undecided([one], ask.desk.endpoint, ask)[one.item], endpoint.bodies


def test_a_synonym_that_no_rule_reads_is_read_with_its_quote(tmp_path, server):
    assert parse_choice(SAID, OPTIONS) == UNDECIDED
    choice, bodies = judge_one(tmp_path, server, say("B", "has clearly deteriorated"))
    assert (choice.letter, choice.rule, choice.span) == ("B", ChoiceRule.JUDGE, "has clearly deteriorated")
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("letter", "excerpt"),
    [
        ("B", "has clearly worsened"),  # not what the output says
        ("B", "HAS CLEARLY DETERIORATED"),  # not as it says it
        ("B", ""),
        ("B", " . "),
        ("D", "has clearly deteriorated"),  # not offered
        ("none", "has clearly deteriorated"),
        ("none", ""),
    ],
)
def test_a_letter_without_a_true_quote_or_beyond_the_options_stays_undecided(tmp_path, server, letter, excerpt):
    choice, bodies = judge_one(tmp_path, server, say(letter, excerpt))
    assert choice == UNDECIDED
    assert len(bodies) == 1, "a judge that makes up a quote is not asked for a better one"


@pytest.mark.parametrize("text", ['{"excerpt": "deteriorated", "letter": "K"}', "It is B.", '{"letter": "B"}'])
def test_an_answer_of_another_form_stays_undecided_after_one_more_try(tmp_path, server, text):
    choice, bodies = judge_one(tmp_path, server, lambda n_before, body: complete(text))
    assert choice == UNDECIDED
    assert 1 <= len(bodies) <= 2


def test_the_judge_is_shown_question_options_and_output_and_nothing_else(tmp_path, server):
    output = "<think>The key must be A.</think>\nIt has deteriorated."
    _, bodies = judge_one(tmp_path, server, say("B", "It has deteriorated."), make_undecided(output=output))
    system, user = json.loads(bodies[0])["messages"]
    assert system["content"] == load_choice_prompt().text
    assert user["content"] == (
        "QUESTION\nHow has the opacity changed?\n\nANSWERS\nA: no change\nB: worsening\nC: improvement\n\n"
        "REPLY\nIt has deteriorated.\nEND OF REPLY"
    )


def test_of_a_long_output_both_ends_are_shown_and_only_they_can_be_quoted(tmp_path, server):
    output = f"Opening words. {'It is unclear. ' * 800}THE MIDDLE {'It is unclear. ' * 800}It has deteriorated."
    choice, bodies = judge_one(tmp_path, server, say("B", "It has deteriorated."), make_undecided(output=output))
    assert choice.letter == "B"
    shown = json.loads(bodies[0])["messages"][1]["content"]
    assert "Opening words." in shown and "THE MIDDLE" not in shown and len(shown) < 9000
    choice, _ = judge_one(tmp_path, server, say("B", "THE MIDDLE"), make_undecided("item-2", output))
    assert choice == UNDECIDED


@pytest.mark.parametrize("output", ["", " \n", "...", "<think>It has deteriorated, so", "</s>"])
def test_an_output_without_a_word_is_not_sent(tmp_path, server, output):
    choice, bodies = judge_one(tmp_path, server, say("B", "deteriorated"), make_undecided(output=output))
    assert (choice, bodies) == (UNDECIDED, [])


def test_a_second_run_sends_nothing_and_says_the_same(tmp_path, server):
    several = [make_undecided(f"item-{number}", f"{SAID} ({number})") for number in range(5)]
    with MockEndpoint(say("B", "has clearly deteriorated"), server) as endpoint:
        with asking(tmp_path, endpoint.url) as ask:
            first = judge_undecided(several, ask.desk.endpoint, ask)
        n_sent = len(endpoint.bodies)
        with asking(tmp_path, endpoint.url) as ask:
            assert judge_undecided(several, ask.desk.endpoint, ask) == first
        assert (n_sent, len(endpoint.bodies)) == (5, 5)
    assert list(first) == [one.item for one in several]


def test_text_of_a_source_that_the_policy_keeps_is_never_sent(tmp_path, server):
    kept = make_undecided("item-2", sources=(Source.ODIR, Source.MS_CXR_T))
    with MockEndpoint(say("B", "deteriorated"), server) as endpoint, asking(tmp_path, endpoint.url) as ask:
        with pytest.raises(EgressError, match="ms_cxr_t"):
            judge_undecided([make_undecided(), kept], ask.desk.endpoint, ask)
        assert endpoint.bodies == []


def test_synthetic_text_may_go_to_any_named_endpoint(tmp_path, server):
    choice, bodies = judge_one(tmp_path, server, say("B", "deteriorated"), make_undecided(sources=()))
    assert (choice.letter, len(bodies)) == ("B", 1)


def test_two_outputs_of_one_item_are_refused_before_anything_is_sent(tmp_path, server):
    with MockEndpoint(say("B", "deteriorated"), server) as endpoint, asking(tmp_path, endpoint.url) as ask:
        with pytest.raises(ValueError, match="same item"):
            judge_undecided([make_undecided(), make_undecided(output="It got better.")], ask.desk.endpoint, ask)
        assert endpoint.bodies == []


def test_the_excerpt_is_asked_for_before_the_letter():
    assert list(ChoiceReading.model_fields) == sorted(ChoiceReading.model_fields) == ["excerpt", "letter"]


def test_a_repr_holds_no_text_of_the_answer():
    assert "deteriorated" not in repr(make_undecided()) and "opacity" not in repr(make_undecided())
