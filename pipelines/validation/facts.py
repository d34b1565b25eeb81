"""Rule about facts: the key is derived again from the group's facts, from the printed text alone, and must be the same.

The route shares nothing with the generator but the tables of answer domains and of misspellings: it reads which image the
question names and what each option claims, and does not look at template, letter or order of generation.

Example:
    >>> read_truth("Only the second image shows a mass"), read_truth("The heart is enlarged in neither image")
    ((False, True), (False, False))
"""

import re
from collections.abc import Mapping, Sequence

from pipelines.generation.domains import Domain, domains_of_options
from pipelines.generation.location import ORDINALS
from pipelines.grouping.vqa_rad.meaning import terms_of
from pipelines.grouping.vqa_rad.spelling import mend_spelling
from pipelines.reasons import Reason
from pipelines.records import Fact, Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.ordinals import read_mentions
from pipelines.validation.text import normalise
from pipelines.vocabulary import AnswerType

_ORDINAL_IMAGE = re.compile(rf"\bthe (?:{'|'.join(ORDINALS)}) image\b", re.IGNORECASE)
_THE_IMAGE = re.compile(r"the \w+ image", re.IGNORECASE)


def check_facts(record: Record, context: Context) -> Failure | None:
    """Evidence that is not among the group's facts, another question than the facts', or another key than they give."""
    detail = _check_evidence(record, context) or _check_subject(record) or _check_key(record)
    return None if detail is None else Failure(Reason.FACT_MISMATCH, detail)


def _check_evidence(record: Record, context: Context) -> str | None:
    known = context.groups[record.group_id].facts
    if not record.evidence:
        return "no evidence: nothing tells that the key is right"
    strange = next((fact for fact in record.evidence if fact not in known), None)
    return None if strange is None else f"evidence {strange.said_by} on image {strange.place + 1} is no fact of the group"


def _check_subject(record: Record) -> str | None:
    """Each fact's content terms must be asked about: a right answer to another question is wrong."""
    asked = {term for text in (record.question, *record.options) for term in terms_of(_ORDINAL_IMAGE.sub("this image", text))}
    for fact in record.evidence:
        missing = sorted(set(fact.code.split(": ", 1)[-1].split()) - asked)
        if missing:
            return f"the fact is about {fact.code!r}; the text does not speak of {', '.join(missing)}"
    return None


def _check_key(record: Record) -> str | None:
    facts = {fact.place: fact for fact in record.evidence}
    if record.answer_type is AnswerType.OPEN:
        return _check_reference(record, facts)
    options = {normalise(option) for option in record.options}
    if options == {"yes", "no"}:
        return _compare(record, _located_value(record, facts))
    if all(_THE_IMAGE.fullmatch(option) for option in record.options):
        return _check_which_image(record, facts)
    truths = {option: read_truth(option) for option in record.options}
    if all(truth is not None for truth in truths.values()):
        return _check_truth(record, truths, facts)
    domains = domains_of_options(frozenset(record.options))
    if not domains:
        return f"no rule derives the key from facts: options {sorted(record.options)}"
    value = _located_value(record, facts)
    return _compare(record, None if value is None else _read_value(domains, value))


def _read_value(domains: Sequence[Domain], answer: str) -> str | None:
    """Return the value that the domains read in a source answer, None where none does or two differ."""
    found = {value for domain in domains if (value := domain.read(answer)) is not None}
    return found.pop() if len(found) == 1 else None


def read_truth(statement: str) -> tuple[bool, bool] | None:
    """Return what a statement claims of the first and the second of two images, None where it claims nothing of both."""
    mentions = read_mentions(statement)
    if re.search(r"\bneither image\b", statement, re.IGNORECASE):
        return False, False
    if re.search(r"\bboth images\b", statement, re.IGNORECASE):
        return True, True
    is_exclusive = re.search(r"\bonly\b", statement, re.IGNORECASE) and len(mentions.positions) == 1
    return (0 in mentions.positions, 1 in mentions.positions) if is_exclusive else None


def _located_value(record: Record, facts: Mapping[int, Fact]) -> str | None:
    positions = read_mentions(record.question).positions
    return facts[min(positions)].value if len(positions) == 1 and min(positions) in facts else None


def _check_reference(record: Record, facts: Mapping[int, Fact]) -> str | None:
    value = _located_value(record, facts)
    return _compare(record, None if value is None else mend_spelling(value))


def _check_which_image(record: Record, facts: Mapping[int, Fact]) -> str | None:
    if set(facts) != set(range(len(record.image_ids))) or len(record.options) != len(record.image_ids):
        return f"facts on {len(facts)} and options for {len(record.options)} of {len(record.image_ids)} images"
    positive = [index for index, fact in facts.items() if fact.value == "yes"]
    if len(positive) != 1 or {fact.value for fact in facts.values()} != {"yes", "no"}:
        return f"{len(positive)} images answer yes, expected exactly one, and no on every other"
    return None if read_mentions(record.answer).positions == {positive[0]} else f"the facts give image {positive[0] + 1}"


def _check_truth(record: Record, truths: Mapping[str, tuple[bool, bool] | None], facts: Mapping[int, Fact]) -> str | None:
    if set(facts) != {0, 1} or any(fact.value not in ("yes", "no") for fact in facts.values()):
        return "statements about two images need a yes or no on each"
    true = (facts[0].value == "yes", facts[1].value == "yes")
    fitting = [option for option, truth in truths.items() if truth == true]
    return None if fitting == [record.answer] else f"the facts make {len(fitting)} options true: {fitting}"


def _compare(record: Record, derived: str | None) -> str | None:
    if derived is None:
        return "no fact answers this question about the image that it names"
    return (
        None if normalise(derived) == normalise(record.answer) else f"the facts give {derived!r}, the key is {record.answer!r}"
    )
