"""The sheet beside an exported file: for whom it was made, and how many records of which source and class are in it.

Example:
    >>> print(write_terms_sheet([], Audience.GROUP).decode())
    {
      "audience": "group",
      "records": 0,
      "synthetic": 0,
      "classes": {},
      "sources": {}
    }
    <BLANKLINE>
"""

import json
from collections import Counter
from collections.abc import Sequence

from pipelines.governance.exports import classify_source_tag
from pipelines.records import DatasetRecord
from pipelines.terms_of_use import Audience


def write_terms_sheet(records: Sequence[DatasetRecord], audience: Audience) -> bytes:
    """Return the sheet as JSON in UTF-8; counts alone, sorted by name."""
    sources = Counter(str(classify_source_tag(record.source)) for record in records)
    classes = Counter(str(record.data_class) for record in records)
    sheet = {
        "audience": str(audience),
        "records": len(records),
        "synthetic": sum(record.is_synthetic for record in records),
        "classes": dict(sorted(classes.items())),
        "sources": dict(sorted(sources.items())),
    }
    return (json.dumps(sheet, indent=2) + "\n").encode()
