r"""Rule about evidence: what a model quotes stands, letter for letter, in what its prompt showed of the image that it cites.

Compared are the scrubbed texts of that image (`pipelines.governance.pseudonyms`), after Unicode and white space are made alike
and nothing else: a changed word is another evidence.

Example:
    >>> stands_in("small left\n effusion", ("There is a small left effusion.",)), stands_in("left", ("cleft lip",))
    (True, False)
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pipelines.reasons import Reason
from pipelines.records import Quote, Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.text import holds_verbatim

MODEL = "openai:"  # how the generator of a record begins that a language model wrote
MIN_WORDS = 2  # of a quote that counts; fewer where they are all that the source says


def check_quotes(record: Record, context: Context) -> Failure | None:
    """A quote that the cited image's source does not hold, or a model's record without a quote that counts."""
    is_of_model = record.generator.startswith(MODEL)
    if not record.quotes and not is_of_model:
        return None
    sources = context.sources_of(record.group_id)
    for quote in record.quotes:
        if not stands_in(quote.text, sources.get(quote.image_index, ())):
            return Failure(Reason.EVIDENCE_NOT_IN_SOURCE, f"{quote.text!r} is not in the source of {_name(quote)}")
    if is_of_model and not any(_counts(quote, sources[quote.image_index]) for quote in record.quotes):
        n_quotes = len(record.quotes)
        return Failure(Reason.EVIDENCE_NOT_IN_SOURCE, f"{n_quotes} quotes, none of {MIN_WORDS} words or of a whole fact")
    return None


def stands_in(quote: str, sources: Iterable[str]) -> bool:
    """Return whether a quote stands in one of the texts, beginning and ending where words do."""
    wanted = make_alike(quote)
    return bool(wanted) and any(holds_verbatim(text, wanted) for text in map(make_alike, sources))


@lru_cache(maxsize=1 << 14)  # the sources of a group are asked for by each of its records
def make_alike(text: str) -> str:
    """Return the text under NFKC with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _counts(quote: Quote, sources: Sequence[str]) -> bool:
    wanted = make_alike(quote.text)
    facts = (make_alike(text) for text in sources)
    return len(wanted.split()) >= MIN_WORDS or any(wanted in (text, text.rpartition(": ")[2]) for text in facts)


def _name(quote: Quote) -> str:
    return "the visit that is not shown" if quote.image_index is None else f"image {quote.image_index + 1}"
