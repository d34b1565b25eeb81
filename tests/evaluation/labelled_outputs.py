"""Options that several sets of labelled outputs speak of, and the sets that lie in files."""

import json
from pathlib import Path
from typing import Any

import pytest

FINDINGS = {"A": "pneumothorax", "B": "pleural effusion", "C": "no abnormality", "D": "large pleural effusion"}
STATEMENTS = {
    "A": "The first image is unremarkable, and the second one shows a renal stone.",
    "B": "The first image shows a thickened wall, while the second one has a septated cyst.",
    "C": "Both images are unremarkable.",
}
PLACES = {"A": "the first image", "B": "the second image", "C": "both images", "D": "none of the above"}
YES_NO = {"A": "yes", "B": "no"}
MANY = {letter: f"finding {letter.lower()}{place}" for place, letter in enumerate("ABCDEFGHIJ")}

SETS = Path(__file__).parent / "choice_sets"


def read_groups(name: str) -> list[dict[str, Any]]:
    """Return the groups of a set: each has `options` and `cases` of (output, letter or None)."""
    return json.loads((SETS / f"{name}.json").read_text(encoding="utf-8"))


def list_cases(groups: list[dict[str, Any]], known_misses: set[str]) -> list[Any]:
    """Return a set's (output, options, letter) as parameters, without the outputs that are known to be missed."""
    return [
        pytest.param(output, group["options"], letter, id=f"{group['about']}-{number}")
        for group in groups
        for number, (output, letter) in enumerate(group["cases"])
        if output not in known_misses
    ]


def find_options(groups: list[dict[str, Any]], output: str) -> dict[str, str]:
    """Return the options that an output was written to; it must be in one group alone."""
    [options] = [group["options"] for group in groups if output in dict(group["cases"])]
    return options
