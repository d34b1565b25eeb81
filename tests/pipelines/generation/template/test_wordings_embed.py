"""What the wordings of EMBED may say and what not: they know the assessment of a visit, and no finding."""

import re

import pytest

from pipelines.generation.template.classes import classes_of
from pipelines.generation.template.placeholders import OPTIONAL, fields_of
from pipelines.generation.template.wording import load_wordings
from pipelines.grouping.embed.breast_views import BIRADS
from pipelines.validation.labels.birads import read_birads
from pipelines.validation.labels.views import name_views
from pipelines.vocabulary import SubTask, View

_FINDING = re.compile(r"\b(?:mass|masses|calcif\w+|distort\w+|asymmetr\w+|spicul\w+|lesions?|tumou?rs?|nodules?|densit\w+)\b")
_ASSESSED = (SubTask.TWO_VIEW_ASSESSMENT, SubTask.NEXT_ASSESSMENT)


def _answers(subtask):
    return [(name, text) for name, said in load_wordings(subtask).answers.items() for text in said.options + said.references]


@pytest.mark.parametrize("subtask", [*_ASSESSED, SubTask.SUSPICIOUS_IMAGE, SubTask.VIEW_IDENTIFICATION])
def test_no_answer_names_a_finding(subtask):
    assert not [text for _, text in _answers(subtask) if _FINDING.search(text.casefold())]


@pytest.mark.parametrize("subtask", _ASSESSED)
def test_every_answer_is_read_back_as_its_category(subtask):
    assert {name for name, _ in _answers(subtask)} == set(classes_of(subtask)) == set(BIRADS)
    assert not [(name, text) for name, text in _answers(subtask) if read_birads(text) != name]


@pytest.mark.parametrize("subtask", _ASSESSED)
def test_a_number_in_an_answer_is_that_of_its_category(subtask):
    for name, text in _answers(subtask):
        assert set(re.findall(r"(?:BI-RADS|[Cc]ategory) (\d)", text)) <= {str(BIRADS.index(name))}, text


@pytest.mark.parametrize("subtask", _ASSESSED)
def test_each_category_is_the_longest_option_of_one_set(subtask):
    styles = zip(*(said.options for said in load_wordings(subtask).answers.values()), strict=True)
    longest = [max(range(7), key=lambda nth, style=style: len(style[nth])) for style in styles]
    assert sorted(longest) == list(range(7))


def test_every_view_is_called_by_its_name_in_full():
    words = load_wordings(SubTask.VIEW_IDENTIFICATION).words
    assert set(words) == {View.CC, View.MLO, View.ML, View.LM, View.XCCL, View.XCCM}
    for view, text in words.items():
        assert f"({view})" in text
        assert set(name_views(f"The image is the {text}.")) == {frozenset({view})}


def test_stems_of_the_forecast_that_serve_every_group_speak_of_no_number_of_visits():
    for stems in load_wordings(SubTask.NEXT_ASSESSMENT).stems.values():
        serving = [stem for stem in stems if not OPTIONAL & set(fields_of(stem))]
        assert not [stem for stem in serving if re.search(r"\bvisits\b|order of time|over the years|since|grown|change", stem)]


def test_images_of_different_visits_are_never_said_to_stand_in_order_of_time():
    texts = [stem for stems in load_wordings(SubTask.SUSPICIOUS_IMAGE).stems.values() for stem in stems]
    assert not [text for text in texts if re.search(r"\b(?:earlier|later|follow-up|since then|no longer|first image)\b", text)]
