"""Rule about questions that state a class before they ask: "Given that it has worsened, how ...?".

What is stated may be the answer, or the assessment of a visit that is shown, which is half of it. Clauses that ask ("Has it
worsened?"), weigh ("improved or worsened") or leave open ("whether tumour remains") state nothing.

Example:
    >>> list(find_stated_clauses("Given that it has grown, how does it look? Is it stable?"))
    ['that it has grown']
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.labels.asking import ASKING_WORDS
from pipelines.validation.labels.birads import read_birads
from pipelines.validation.labels.eye_diagnoses import read_diagnosis
from pipelines.validation.labels.progression import read_progression
from pipelines.validation.labels.resection import read_resection
from pipelines.validation.labels.sameness import read_sameness
from pipelines.vocabulary import SubTask

_READERS: Mapping[SubTask, Callable[[str], str | None]] = MappingProxyType(
    {
        SubTask.TWO_VIEW_ASSESSMENT: read_birads,
        SubTask.NEXT_ASSESSMENT: read_birads,
        SubTask.RESECTION_EXTENT: read_resection,
        SubTask.VISIT_PROGRESSION: read_progression,
        SubTask.NEXT_STATUS: read_progression,
        SubTask.FINDING_PROGRESSION: read_progression,
        SubTask.EYE_DIAGNOSIS: read_diagnosis,
        SubTask.SAME_DIAGNOSIS: read_sameness,
    }
)
_SENTENCE = re.compile(r"(?<=[.?!;])\s+")
_PRESUPPOSED = re.compile(
    r"\b(?:eye with|given|knowing|considering|assuming|now that|because|although|despite|in view of|in light of|as|since|"
    r"after)\b([^,;.?]*)",
    re.IGNORECASE,
)
_VERB = re.compile(r"\b(?:is|was|are|were|has|have|had|shows?|showed|appears?|appeared|remain(?:s|ed)?|looks?|became|got)\b")
_LEAVES_OPEN = re.compile(r"\b(?:whether|if|which|how|what|or|criteria|category|categories|versus|vs|rather)\b", re.IGNORECASE)


def check_presupposed(record: Record, context: Context) -> Failure | None:
    """A question that tells a class of its own answer's kind."""
    read = _READERS.get(record.subtask)
    told = None if read is None else _find_told(record.question, read)
    return None if told is None else Failure(Reason.ANSWER_IN_QUESTION, f"the question tells {told}, which it should ask")


@lru_cache(maxsize=1 << 14)  # wordings repeat by the thousand
def _find_told(question: str, read: Callable[[str], str | None]) -> str | None:
    return next((said for clause in find_stated_clauses(question) if (said := read(clause)) is not None), None)


def find_stated_clauses(question: str) -> Iterator[str]:
    """Yield the clauses of a question that state something as known."""
    for sentence in _SENTENCE.split(question) if ". " in question or ";" in question else (question,):
        first = sentence.split(" ", 1)[0].strip(",").lower()
        is_stating = not sentence.endswith("?") and first not in ASKING_WORDS and _VERB.search(sentence) is not None
        clauses = [sentence] if is_stating else [match[1].strip() for match in _PRESUPPOSED.finditer(sentence)]
        yield from (clause for clause in clauses if clause and not _LEAVES_OPEN.search(clause))
