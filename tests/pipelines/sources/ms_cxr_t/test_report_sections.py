import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources.ms_cxr_t.report_headers import KNOWN, find_header, normalize_header
from pipelines.sources.ms_cxr_t.report_sections import choose_summary, split_report

TITLE = " " * 33 + "FINAL REPORT\n"
RULE = " " + "_" * 78 + "\n"


def names(text):
    return [section.name for section in split_report(text)]


def texts(text):
    return {section.name: section.text for section in split_report(text)}


def summary(text):
    chosen = choose_summary(split_report(text))
    return None if chosen is None else (chosen.name, chosen.text)


def test_a_report_in_the_genuine_form_is_split_at_its_headers():
    text = TITLE + (
        " EXAMINATION:  CHEST (PA AND LAT)\n \n INDICATION:  ___ year old with cough\n \n TECHNIQUE:  Two views.\n \n"
        " COMPARISON:  ___.\n \n FINDINGS: \n \n The heart is normal.  There is a small left\n effusion.\n \n"
        " The bones are intact.\n \n IMPRESSION: \n \n Small left effusion.\n"
    )
    assert names(text) == ["examination", "indication", "technique", "comparison", "findings", "impression"]
    assert texts(text)["examination"] == "CHEST (PA AND LAT)"
    assert texts(text)["findings"] == "The heart is normal.  There is a small left effusion.\nThe bones are intact."
    assert summary(text) == ("impression", "Small left effusion.")


def test_headers_on_successive_lines_need_no_blank_line_between_them():
    text = TITLE + " HISTORY:  Fever\n COMPARISON:  None\n FINDINGS:  Clear lungs\n IMPRESSION:  Normal\n"
    assert texts(text) == {"history": "Fever", "comparison": "None", "findings": "Clear lungs", "impression": "Normal"}


def test_a_report_without_findings_is_summed_up_by_its_impression():
    text = TITLE + " REASON FOR EXAM:  Line placed.\n \n IMPRESSION:  AP chest compared to ___:\n \n Line in place.\n"
    assert names(text) == ["indication", "impression"]
    assert summary(text) == ("impression", "AP chest compared to ___:\nLine in place.")


@pytest.mark.parametrize("header", ["CONCLUSION", "IMORESSION", "IMPRESSIONS", "Impression", "IMPRESSON", "CONCLUSIONS"])
def test_other_words_and_typing_errors_are_the_impression_all_the_same(header):
    assert summary(f"{TITLE} FINDINGS:  Old.\n \n {header}:  Clear.\n") == ("impression", "Clear.")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("REASON FOR EXAMINATION", "indication"),
        ("CLINICAL HISTORY", "history"),
        ("FINDINGS AND IMPRESSION", "findings_and_impression"),
        ("FINDINGS/IMPRESSION", "findings_and_impression"),
        ("FINDINGS & IMPRESSION", "findings_and_impression"),
        ("RECOMMENDATION(S)", "recommendation"),
        ("COMPARISONS", "comparison"),
        ("EXPRESSION", None),
        ("CHEST", None),
    ],
)
def test_headers_have_one_name_each(header, name):
    assert normalize_header(header) == name


def test_findings_and_impression_in_one_sum_the_report_up():
    text = TITLE + " COMPARISON:  None.\n \n FINDINGS AND IMPRESSION:  Clear lungs.\n"
    assert summary(text) == ("findings_and_impression", "Clear lungs.")


def test_of_several_findings_and_impressions_the_last_with_text_is_the_summary():
    text = TITLE + " FINDINGS: \n \n FINDINGS:  First.\n \n FINDINGS:  Second.\n"
    assert names(text) == ["findings", "findings"]
    assert summary(text) == ("findings", "Second.")
    assert summary(text + " IMPRESSION:  Old.\n \n IMPRESSION:  New.\n \n IMPRESSION: \n") == ("impression", "New.")


def test_an_impression_that_was_redacted_whole_sums_nothing_up():
    assert summary(TITLE + " FINDINGS:  Clear.\n \n IMPRESSION:  ___.\n") == ("findings", "Clear.")


def test_words_in_a_paragraph_that_look_like_a_header_are_text():
    text = TITLE + " FINDINGS:  As said in the\n impression: no change, see COMPARISON: below.  NOTE: the\n heart is large.\n"
    assert texts(text) == {
        "findings": "As said in the impression: no change, see COMPARISON: below.  NOTE: the heart is large."
    }


def test_subheadings_stay_within_the_findings():
    text = TITLE + " FINDINGS: \n \n LUNGS: Clear.\n \n HEART AND VESSELS: Normal.\n \n IMPRESSION:  Normal.\n"
    assert texts(text)["findings"] == "LUNGS: Clear.\nHEART AND VESSELS: Normal."


def test_an_unknown_header_elsewhere_is_a_section_of_its_own():
    assert texts(TITLE + " CLINICAL CONCERN:  Line.\n \n IMPRESSION:  Good.\n")["clinical_concern"] == "Line."


def test_a_title_that_names_the_film_stands_over_findings():
    assert summary(TITLE + " PORTABLE AP CHEST RADIOGRAPH, ___: \n \n The tube is high.\n") == ("findings", "The tube is high.")
    assert names(TITLE + " CHEST, PA AND LATERAL:\n \n INDICATION:  Cough.\n \n IMPRESSION:  Clear.\n") == [
        "indication",
        "impression",
    ]


def test_a_wet_read_before_the_final_report_and_an_addendum_after_it_are_told_apart():
    text = (
        " WET READ: ___ ___ 9:43 PM\n  Possible effusion.\n WET READ VERSION #1 \n"
        + RULE
        + TITLE
        + " INDICATION:  Pain.\n \n IMPRESSION:  No effusion.\n \n"
        + RULE
        + " \n Discussed with Dr. ___ by telephone.\n"
    )
    assert names(text) == ["wet_read", "indication", "impression", "addendum"]
    assert texts(text)["wet_read"] == "___ ___ 9:43 PM Possible effusion."
    assert summary(text) == ("impression", "No effusion.")


def test_an_impression_in_an_addendum_is_the_last_word():
    text = TITLE + " IMPRESSION:  Line high.\n \n" + RULE + " ADDENDUM:  Corrected.\n \n IMPRESSION:  Line in place.\n"
    assert names(text) == ["impression", "addendum", "impression"]
    assert summary(text) == ("impression", "Line in place.")


def test_numbered_impressions_keep_their_lines():
    text = TITLE + " IMPRESSION: \n \n 1.  Effusion has grown since\n the last film.\n 2.  Heart is large.\n"
    assert texts(text)["impression"] == "1.  Effusion has grown since the last film.\n2.  Heart is large."


def test_a_report_in_lower_case_is_split_where_paragraphs_and_sentences_begin():
    text = "final report\n \n indication: cough.\n findings: lungs are clear.\n impression: normal.\n"
    assert texts(text) == {"indication": "cough.", "findings": "lungs are clear.", "impression": "normal."}


def test_without_findings_and_impression_the_last_paragraph_sums_up_and_else_the_comparison():
    head = TITLE + " INDICATION:  Cough.\n \n COMPARISON:  Film of ___.\n"
    assert summary(head + " \n The lungs are clear.\n \n The heart is normal.\n") == (
        "last_paragraph",
        "The lungs are clear.\nThe heart is normal.",
    )
    assert summary(head) == ("comparison", "Film of ___.")
    assert summary(TITLE + " The lungs are clear.\n") == ("last_paragraph", "The lungs are clear.")
    assert summary(TITLE + " TECHNIQUE:  One view.\n") is None


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    text = TITLE + " FINDINGS: \n \n Clear.\n \n IMPRESSION:  Normal.\n"
    assert split_report("\ufeff" + text.replace("\n", "\r\n")) == split_report(text)


@pytest.mark.parametrize("text", ["", "\n \n", TITLE, TITLE + " FINDINGS: \n \n IMPRESSION: \n", RULE + TITLE + RULE])
def test_a_report_without_a_word_has_no_sections(text):
    assert split_report(text) == ()


def test_a_header_with_a_time_in_it_is_not_cut_at_its_colon():
    assert find_header(" AP CHEST, 3:14 P.M., ___:", begins_paragraph=False) is None


WORD = st.sampled_from(["the", "heart", "lungs", "___", "1.2", "effusion", "no", "left-sided", "(small)", "ok,", "done.", "?"])
WORDS = st.lists(WORD, max_size=12)
HEADERS = st.sampled_from([header.upper() for header in KNOWN if "(" not in header])
SECTIONS = st.lists(st.tuples(HEADERS, st.lists(WORDS, min_size=1, max_size=4)), max_size=8)


@given(SECTIONS, WORDS, st.booleans())
def test_every_word_that_is_no_header_is_in_one_section_in_its_order(sections, before, has_rule):
    text = TITLE + " " + " ".join(before) + "\n \n"
    for header, lines in sections:
        text += f" {header}: \n \n" + "".join(f" {' '.join(line)}\n" for line in lines) + (RULE if has_rule else " \n")
    told = [word for section in split_report(text) for word in section.text.split()]
    assert told == [*before, *(word for _, lines in sections for line in lines for word in line)]


@given(
    st.text(st.characters(codec="utf-8", exclude_characters=":"), max_size=300).filter(
        lambda text: not re.search("[A-Z]", text)
    )
)
def test_any_text_without_capitals_and_colons_is_kept_whole(text):
    kept = " ".join(section.text for section in split_report(text)).split()
    lines = [
        line for line in text.replace("\ufeff", "").splitlines() if not re.fullmatch(r"\s*(_{8,}|final\s+report)\s*", line)
    ]
    assert kept == " ".join(lines).split()
