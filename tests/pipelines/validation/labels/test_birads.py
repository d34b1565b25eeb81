import pytest

from pipelines.validation.labels.birads import read_birads

CATEGORIES = {
    "A": (
        "BI-RADS 0",
        "BI-RADS category 0: incomplete",
        "Incomplete: needs additional imaging evaluation",
        "Incomplete assessment",
        "Additional imaging needed",
        "Further imaging is required",
        "Needs additional views",
        "The patient should be recalled",
        "Additional evaluation is needed before a final category",
        "Category 0",
    ),
    "N": (
        "BI-RADS 1",
        "Negative",
        "A negative mammogram",
        "Normal mammogram",
        "BI-RADS category 1, negative",
        "Nothing to comment on",
        "Unremarkable",
        "No abnormality",
        "BI-RADS 1 (negative), no finding",
        "BIRADS I",
    ),
    "B": (
        "BI-RADS 2",
        "Benign",
        "Benign finding",
        "BI-RADS category 2: benign",
        "A benign finding without sign of malignancy",
        "Benign, no follow-up needed",
        "BI-RADS assessment category 2",
        "Bi-rads 2",
        "Typically benign",
        "BI-RADS 2 rather than BI-RADS 4",
    ),
    "P": (
        "BI-RADS 3",
        "Probably benign",
        "Probably benign finding, short-interval follow-up suggested",
        "Likely benign",
        "BI-RADS category 3",
        "Short-interval follow-up",
        "A finding with less than 2 % likelihood of malignancy: probably benign",
        "Six-month follow-up of a probably benign finding",
    ),
    "S": (
        "BI-RADS 4",
        "BI-RADS 4A",
        "BI-RADS category 4C",
        "Suspicious abnormality",
        "Suspicious for malignancy",
        "A suspicious finding, biopsy should be considered",
        "Suspicious, but not highly suggestive of malignancy",
        "BI-RADS IV",
        "Suspicion of malignancy",
    ),
    "M": (
        "BI-RADS 5",
        "Highly suggestive of malignancy",
        "BI-RADS category 5: highly suggestive of malignancy",
        "Almost certainly malignant",
        "Highly suggestive of cancer, biopsy recommended",
        "BI-RADS five",
    ),
    "K": (
        "BI-RADS 6",
        "Known biopsy-proven malignancy",
        "Known malignancy",
        "Biopsy-proven cancer",
        "Malignancy already proven by biopsy",
        "BI-RADS category 6: known biopsy proven malignancy",
        "Histologically proven carcinoma",
    ),
}
UNREADABLE = (
    "",
    "BI-RADS",
    "BI-RADS 4 or 5",
    "BI-RADS 1 to 3",
    "BI-RADS 3 or higher",
    "Negative or benign",
    "No sign of malignancy",
    "No suspicious finding",
    "Not suspicious",
    "Not benign",
    "Malignant",
    "BI-RADS 2, suspicious",
    "BI-RADS 4, probably benign",
    "Negative for malignancy",
    "Biopsy is recommended",
    "Highly suspicious",
    "Not negative",
    "No additional imaging needed",
    "A breast",
    "4 images",
    "Cannot be assessed",
    "The benign calcifications are new and suspicious",
    "BI-RADS above 3",
    "BI-RADS 9",
    "Not BI-RADS 4",
    "Malignancy is unlikely",
    "Breast density category 3",
)


@pytest.mark.parametrize(("letter", "text"), [(letter, text) for letter, texts in CATEGORIES.items() for text in texts])
def test_each_category_is_read_by_number_and_by_name(letter: str, text: str):
    assert read_birads(text) == letter


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_states_no_category_or_several_is_refused(text: str):
    assert read_birads(text) is None
