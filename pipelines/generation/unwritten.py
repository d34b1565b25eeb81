"""Groups that no template writes questions about: told one by one, so that none of them disappears.

Example:
    >>> leave_unwritten([]).rejections
    ()
"""

from collections.abc import Iterable

from pipelines.outcome import Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup, Record, Rejection

_DETAIL = "no question template of this sub-task is part of this version; the group and its facts are in groups/image_groups"


def leave_unwritten(groups: Iterable[ImageGroup]) -> Outcome[Record]:
    """Return no records, and for each group a rejection that says why."""
    rejections = (Rejection(one.source, Stage.GENERATE, one.group_id, Reason.NO_TEMPLATE, _DETAIL, "group") for one in groups)
    return Outcome(rows=(), rejections=tuple(rejections))
