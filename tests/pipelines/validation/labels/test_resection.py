import pytest

from pipelines.validation.labels.resection import Resection, read_resection

COMPLETE = (
    "Complete",
    "Complete resection",
    "Gross total resection",
    "Gross-total resection of the enhancing tumour",
    "GTR",
    "CRET",
    "Total resection",
    "The enhancing tumour was completely removed",
    "Completely resected",
    "All of the enhancing tumour was removed",
    "The entire enhancing lesion has been resected",
    "Fully removed",
    "No residual enhancement",
    "No residual tumour is seen",
    "Without residual enhancing tumour",
    "No enhancing tumour remains",
    "No remnant",
    "Nothing of the enhancing tumour is left",
    "The enhancing tumour is no longer visible",
    "Removed in its entirety",
    "Not partial but complete resection",
    "A residue is not seen",
    "The tumour was removed entirely; the resection cavity remains",
    "Complete removal without any remnant",
)
PARTIAL = (
    "Partial",
    "Partial resection",
    "Partially resected",
    "Subtotal resection",
    "Sub-total removal",
    "Near-total resection",
    "PRET",
    "Incomplete resection",
    "Incompletely removed",
    "Residual enhancement",
    "Residual enhancing tumour remains",
    "There is residual tumour at the margin",
    "Some enhancing tumour remains",
    "Part of the tumour was removed",
    "Only part of the enhancing tumour was resected",
    "Most of the tumour has been removed",
    "Not completely removed",
    "Not all of the tumour was removed",
    "Complete resection was not achieved",
    "Tumour was left behind",
    "Debulking",
    "Enhancing tumour is still visible",
    "Persisting enhancement",
    "Less than total resection",
    "The bulk of it was removed",
    "Almost complete resection",
)
UNREADABLE = (
    "",
    "Resection",
    "Biopsy only",
    "No surgery",
    "Nothing was removed",
    "Tumour in the left temporal lobe",
    "Complete or partial resection",
    "Complete resection with residual enhancement",
    "It cannot be determined",
    "Under observation",
    "Complete response",
    "The resection cavity",
)


@pytest.mark.parametrize("text", COMPLETE)
def test_complete_resection_is_read(text: str):
    assert read_resection(text) is Resection.COMPLETE


@pytest.mark.parametrize("text", PARTIAL)
def test_partial_resection_is_read(text: str):
    assert read_resection(text) is Resection.PARTIAL


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_states_no_extent_or_both_is_refused(text: str):
    assert read_resection(text) is None
