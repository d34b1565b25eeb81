"""Rule about facts: the key is derived again from the group's facts, from the printed text alone, and must be the same.

The route shares nothing with the generator but the tables of answer domains and of misspellings: it reads which image the
question names and what each option claims, and does not look at template, letter or order of generation. Records of inherent
groups, whose facts are structured labels, are read by `labels`.

Example:
    >>> fold_british("A haemorrhage beside the tumour")
    'A hemorrhage beside the tumor'
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from pipelines.generation.composed.domains import Domain, domains_of_options
from pipelines.generation.ordinals import ORDINALS
from pipelines.grouping.vqa_rad.meaning import terms_of
from pipelines.grouping.vqa_rad.spelling import mend_spelling
from pipelines.reasons import Reason
from pipelines.records import Fact, Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.figure_answers import find_figure_fault
from pipelines.validation.labels.check import check_labels, has_labels
from pipelines.validation.labels.places import read_place
from pipelines.validation.ordinals import read_mentions
from pipelines.validation.text import normalise
from pipelines.validation.truth import read_polarity, read_truth
from pipelines.vocabulary import AnswerType, Source, SubTask

_ORDINAL_IMAGE = re.compile(rf"\bthe (?:{'|'.join(ORDINALS)}) image\b", re.IGNORECASE)
_ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
_BRITISH = tuple(
    (re.compile(british, re.IGNORECASE), american)
    for british, american in (
        (r"(?<=h)ae(?=m)", "e"),  # haemorrhage, haematoma
        (r"\boe(?=dema|soph)", "e"),
        (r"(?<=tum)our", "or"),
        (r"(?<=isch)ae", "e"),
        (r"(?<=col)our", "or"),
        (r"\bgrey\b", "gray"),
        (r"(?<=\bcent)re\b", "er"),
        (r"(?<=fib)re", "er"),
    )
)
_ADDED_IN_ANSWERS = frozenset(
    {"yes", "no", "not", "first", "second", "third", "absent", "indeed", "either", "neither", "both", "none", "only"}
)
"""Words that an answer in full sentences brings along."""


def check_facts(record: Record, context: Context) -> Failure | None:
    """Evidence that is not among the group's facts, another question than the facts', or another key than they give."""
    strange = _check_evidence(record, context)
    if strange is None and has_labels(record.subtask):
        return check_labels(record, context)
    if strange is None and record.source is Source.LLAVA_MED:
        strange = find_figure_fault(record, context.groups[record.group_id])
        return None if strange is None else Failure(Reason.FACT_MISMATCH, strange)
    detail = strange or _check_subject(record) or _check_key(record)
    return None if detail is None else Failure(Reason.FACT_MISMATCH, detail)


def _check_evidence(record: Record, context: Context) -> str | None:
    known = context.groups[record.group_id].facts
    if not record.evidence:
        return "no evidence: nothing tells that the key is right"
    strange = next((fact for fact in record.evidence if fact not in known), None)
    if strange is None:
        return None
    about = "the visit that is not shown" if strange.image_index is None else f"image {strange.image_index + 1}"
    return f"evidence {strange.said_by} on {about} is no fact of the group"


def _check_subject(record: Record) -> str | None:
    """Each fact's content terms must be asked about: a right answer to another question is wrong."""
    asked = {term for text in (record.question, *record.options) for term in _terms_of(text)}
    for fact in record.evidence:
        missing = sorted(set(fact.code.split(": ", 1)[-1].split()) - asked)
        if missing:
            return f"the fact is about {fact.code!r}; the text does not speak of {', '.join(missing)}"
    return None


def fold_british(text: str) -> str:
    """Return the text in American spelling, as far as the facts' terms need it."""
    for pattern, american in _BRITISH:
        text = pattern.sub(american, text)
    return text


@lru_cache(maxsize=1 << 14)  # wordings repeat by the thousand
def _terms_of(text: str) -> tuple[str, ...]:
    """Return the terms of a text as it is spelt and in American spelling: sources have either."""
    plain = _ORDINAL_IMAGE.sub("this image", text)
    american = fold_british(plain)
    return terms_of(plain) if american == plain else (*terms_of(plain), *terms_of(american))


def _check_key(record: Record) -> str | None:
    facts = {fact.place: fact for fact in record.evidence}
    if record.answer_type is AnswerType.OPEN:
        is_located = record.subtask is SubTask.LOCATED_QUESTION
        return _check_reference(record, facts) if is_located else _check_truth(record, [record.answer], facts)
    options = {normalise(option) for option in record.options}
    if options == {"yes", "no"}:
        return _compare(record, _located_value(record, facts))
    if all(read_place(option, len(record.image_ids)) and not _ONLY.search(option) for option in record.options):
        return _check_which_image(record, facts)
    if all(read_truth(option) is not None for option in record.options):
        return _check_truth(record, record.options, facts)
    domains = domains_of_options(frozenset(record.options))
    if not domains and sorted(str(read_polarity(option)) for option in record.options) == ["no", "yes"]:
        return _check_polarity(record, _located_value(record, facts))
    if not domains:
        return f"no rule derives the key from facts: options {sorted(record.options)}"
    value = _located_value(record, facts)
    return _compare(record, None if value is None else _read_value(domains, value))


def _read_value(domains: Sequence[Domain], answer: str) -> str | None:
    """Return the value that the domains read in a source answer, None where none does or two differ."""
    found = {value for domain in domains if (value := domain.read(answer)) is not None}
    return found.pop() if len(found) == 1 else None


def _located_value(record: Record, facts: Mapping[int, Fact]) -> str | None:
    positions = read_mentions(record.question).positions
    return facts[min(positions)].value if len(positions) == 1 and min(positions) in facts else None


def _check_reference(record: Record, facts: Mapping[int, Fact]) -> str | None:
    value = _located_value(record, facts)
    if value in ("yes", "no"):
        return _check_polarity(record, value) or _check_nothing_added(record)
    return _compare(record, None if value is None else mend_spelling(value))


def _check_polarity(record: Record, value: str | None) -> str | None:
    """A yes or no in whatever words: "Absent", "The second image shows no mass."."""
    return None if value == read_polarity(record.answer) else f"the facts give {value!r}, the key is {record.answer!r}"


def _check_nothing_added(record: Record) -> str | None:
    """An answer that speaks of more than its question: of that no fact tells."""
    spoken_of = set(_terms_of(fold_british(record.answer)))
    added = sorted(spoken_of - set(_terms_of(record.question)) - _ADDED_IN_ANSWERS)
    return f"the answer speaks of {', '.join(added)}, of which no fact tells" if added else None


def _check_which_image(record: Record, facts: Mapping[int, Fact]) -> str | None:
    if set(facts) != set(range(len(record.image_ids))) or len(record.options) != len(record.image_ids):
        return f"facts on {len(facts)} and options for {len(record.options)} of {len(record.image_ids)} images"
    positive = [index for index, fact in facts.items() if fact.value == "yes"]
    if len(positive) != 1 or {fact.value for fact in facts.values()} != {"yes", "no"}:
        return f"{len(positive)} images answer yes, expected exactly one, and no on every other"
    right = positive[0] + 1
    return None if read_place(record.answer, len(record.image_ids)) == right else f"the facts give image {right}"


def _check_truth(record: Record, statements: Sequence[str], facts: Mapping[int, Fact]) -> str | None:
    if set(facts) != {0, 1} or any(fact.value not in ("yes", "no") for fact in facts.values()):
        return "statements about two images need a yes or no on each"
    true = (facts[0].value == "yes", facts[1].value == "yes")
    fitting = [statement for statement in statements if read_truth(statement) == true]
    return None if fitting == [record.answer] else f"the facts make {len(fitting)} statements true: {fitting}"


def _compare(record: Record, derived: str | None) -> str | None:
    if derived is None:
        return "no fact answers this question about the image that it names"
    return (
        None if normalise(derived) == normalise(record.answer) else f"the facts give {derived!r}, the key is {record.answer!r}"
    )
