"""For whom an export may be made: no wider than the terms of every source in it.

Example:
    >>> from pathlib import Path
    >>> from pipelines.governance.policy import load_policy
    >>> check_export([(Source.EMBED, True)], Audience.PUBLIC, load_policy(Path("none.toml")))  # synthetic: anybody's
    >>> [str(classify_source_tag(tag)) for tag in ("MS_CXR_T_vqa_edema", "vqa_rad_located_question_open", "mine")]
    ['ms_cxr_t', 'vqa_rad', 'None']
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from pipelines.governance.policy import Policy
from pipelines.terms_of_use import Audience
from pipelines.vocabulary import AnswerType, Source, SubTask

_ORDER = tuple(Audience)
_SUBTASKS, _TYPES = "|".join(SubTask), "|".join(AnswerType)
# Tags of ours, then those of the Med-MIM release, by their beginnings, since some end in a date. What is public by its tag is
# matched whole or narrowly: a tag that is merely alike must not open a door.
_TAGS: tuple[tuple[Source, str], ...] = (
    *((source, rf"{source}_(?:{_SUBTASKS})_(?:{_TYPES})$") for source in Source),
    (Source.EMBED, r"EMBED_(?:multichoice|conv)"),
    (Source.LUMIERE, r"LUMIERE_(?:multichoice|conv)"),
    (Source.MS_CXR_T, r"MS_CXR_T_(?:conv|vqa)_"),
    (Source.ODIR, r"VQA_ODIR_instruction_(?:multichoice|conversation)"),
    (Source.VQA_RAD, r"VQA_RAD_instruction_GPT4o_[0-9]{8}$"),
)


class ExportError(RuntimeError):
    """An export would reach more people than its sources' terms allow; nothing was written."""


def check_export(rows: Iterable[tuple[Source, bool]], audience: Audience, policy: Policy) -> None:
    """Raise ExportError unless the audience is allowed for every record, told as (source, is synthetic)."""
    _refuse(Counter(source for source, is_synthetic in rows if not is_synthetic), 0, audience, policy)


def check_tagged_export(tags: Iterable[str], audience: Audience, policy: Policy) -> None:
    """Raise ExportError unless the audience is allowed for every record of a file, told by its `source` tag.

    A tag of no known source is for the group alone: whose terms bind it nobody knows. A file does not tell synthetic records.
    """
    counts = Counter(classify_source_tag(tag) for tag in tags)
    n_unknown = counts.pop(None, 0)
    _refuse(Counter({source: n for source, n in counts.items() if source is not None}), n_unknown, audience, policy)


@cache  # a file has few tags and many records
def classify_source_tag(tag: str) -> Source | None:
    """Return the source that a record's `source` field names, of ours or of the Med-MIM release; None where it names none."""
    return next((source for source, pattern in _TAGS if re.match(pattern, tag)), None)


def _refuse(counts: Counter[Source], n_unknown: int, audience: Audience, policy: Policy) -> None:
    reasons = [
        f"{n} record(s) of {source} ({policy.class_of(source)}): for {policy.audience_of(source)!s} at most"
        for source, n in sorted(counts.items())
        if _ORDER.index(audience) > _ORDER.index(policy.audience_of(source))
    ]
    if n_unknown and audience is not Audience.GROUP:
        reasons.append(f"{n_unknown} record(s) of no known source: for {Audience.GROUP} at most")
    if not reasons:
        return
    listed = "".join(f"\n  {reason}" for reason in reasons)
    raise ExportError(
        f"nothing was exported for the audience {audience}:{listed}\n"
        f"leave these records out, export for a narrower audience (exports.audience of the settings), or, with the owner's "
        f"written permission, widen [sources.<key>] audience in {policy.path} (docs/policy.md)"
    )
