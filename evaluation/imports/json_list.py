"""Answers in one JSON list, as VLMEvalKit (PRED_FORMAT=json) and MedEvalKit (results.json) write them.

MedEvalKit merges the lists of several workers in any order, so an element must say which item it answers.

Example:
    >>> load_elements('[{"index": 0, "prediction": "A"}]', ("id", "index"))
    [{'index': 0, 'prediction': 'A'}]
"""

import json
from collections.abc import Sequence
from typing import Any

from evaluation.imports.problem import ForeignFileError


def load_elements(text: str, names: Sequence[str]) -> list[Any]:
    """Return the elements of a JSON list; ForeignFileError where one has none of the `names` that tell its item."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ForeignFileError(f"is a JSON list that cannot be read ({error}); write it again") from error
    without = [
        place
        for place, value in enumerate(values)
        if not isinstance(value, dict) or all(value.get(name) is None for name in names)
    ]
    if without:
        raise ForeignFileError(
            f"is a JSON list, and element {without[0]} ({len(without)} in all) is no object with an id or index; kits merge "
            'such lists in any order, so give each element its "id"'
        )
    return values
