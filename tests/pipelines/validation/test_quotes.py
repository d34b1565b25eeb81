from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reasons import Reason
from pipelines.records import Fact, Quote, Record
from pipelines.validation.context import Context
from pipelines.validation.quotes import check_quotes, stands_in

PRIOR = "There is a small left pleural effusion. Seen by Dr. Roe on 2119-04-03.\nThe heart is of normal size."
CURRENT = "The effusion has grown; the \u201cmeniscus\u201d is higher, now 12 mm."


def _quoting(good, *quotes: Quote, generator: str = "openai:test") -> tuple[Record, Context]:
    record = good.first("statement")
    facts = (
        Fact(0, "study-1", "report_findings", PRIOR),
        Fact(1, "study-2", "report_findings", CURRENT),
        Fact(1, "study-2", "birads", "S"),
        Fact(None, "study-3", "rano", "PD"),
    )
    groups = [replace(group, facts=facts) if group.group_id == record.group_id else group for group in good.groups]
    return replace(record, quotes=quotes, generator=generator), Context.of(groups, good.images)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (0, "There is a small left pleural effusion."),
        (0, "small left pleural effusion"),
        (0, "a small  left\npleural effusion"),
        (0, "The heart is of normal size"),
        (0, "[date]. The heart is of normal size."),
        (1, "The effusion has grown"),
        (1, "now 12\u00a0mm"),
        (1, "\u201cmeniscus\u201d is higher"),
        (1, "category 4, suspicious"),
        (None, "progressive disease"),
    ],
)
def test_words_of_the_cited_source_are_evidence(good, place: int | None, text: str):
    assert check_quotes(*_quoting(good, Quote(place, text))) is None


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (0, "small right pleural effusion"),  # a word changed
        (0, "small pleural effusion"),  # a word left out
        (0, "Small left pleural effusion"),  # a letter changed
        (1, "small left pleural effusion"),  # of the other image
        (0, "The effusion has grown"),
        (None, "The effusion has grown"),
        (0, "mall left pleural effusion"),  # a word cut
        (0, "small left pleural effusio"),
        (0, "Seen by Dr. Roe"),  # the prompt did not show the name
        (0, "2119-04-03"),
        (2, "The effusion has grown"),  # no such image
        (-1, "The effusion has grown"),
        (0, ""),
        (0, "   "),
        (1, "BI-RADS 4"),
        (0, "There is a small left pleural effusion. The heart is of normal size."),  # joined
    ],
)
def test_other_words_are_no_evidence(good, place: int | None, text: str):
    failure = check_quotes(*_quoting(good, Quote(place, text)))
    assert failure is not None and failure.reason is Reason.EVIDENCE_NOT_IN_SOURCE


def test_one_invented_quote_beside_a_good_one_is_enough_to_fall(good):
    good_quote = Quote(1, "The effusion has grown")
    assert check_quotes(*_quoting(good, good_quote, Quote(0, "a large right effusion"))) is not None
    assert check_quotes(*_quoting(good, good_quote, Quote(0, "normal size"))) is None


def test_a_single_word_counts_only_where_the_source_says_no_more(good):
    assert check_quotes(*_quoting(good, Quote(1, "effusion"))) is not None
    assert check_quotes(*_quoting(good, Quote(1, "effusion"), Quote(0, "left pleural effusion"))) is None
    record, context = _quoting(good, Quote(0, "glaucoma"))
    facts = (Fact(0, "study-1", "eye_diagnosis", "glaucoma"),)
    groups = [replace(group, facts=facts) for group in context.groups.values()]
    assert check_quotes(record, Context.of(groups, good.images)) is None


def test_a_model_must_quote_and_a_template_need_not(good):
    failure = check_quotes(*_quoting(good))
    assert failure is not None and failure.reason is Reason.EVIDENCE_NOT_IN_SOURCE
    assert check_quotes(*_quoting(good, generator="template")) is None
    assert check_quotes(*_quoting(good, generator="composed")) is None
    assert check_quotes(*_quoting(good, Quote(0, "what nobody said"), generator="template")) is not None


WORDS = st.lists(st.text("abcxyz", min_size=1, max_size=5), min_size=3, max_size=12)


@given(WORDS, st.data())
def test_any_run_of_whole_words_stands_in_its_text(words: list[str], data: st.DataObject):
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    space = data.draw(st.sampled_from([" ", "  ", "\n", "\u00a0"]))
    assert stands_in(space.join(words[start:end]), (" ".join(words),))


@given(WORDS)
def test_a_text_with_a_strange_word_does_not_stand_in_it(words: list[str]):
    assert not stands_in(" ".join([*words[:2], "q", *words[2:]]), (" ".join(words),))
