import random

import pytest

from evaluation.conditions.left_out import CannotPoseError, LeftOut, pose_each
from evaluation.conditions.places import mirror_places
from evaluation.conditions.pose import pose_items
from evaluation.conditions.swapped_order import pose_swapped
from evaluation.scores.judging import find_exclusion, judge_closed
from pipelines.audit.mentions import read_all_mentions
from pipelines.generation.composed.wordings import load_places, load_statements, load_stems
from pipelines.grouping.vqa_rad.finding import FindingKind
from pipelines.score_records import Condition
from pipelines.vocabulary import SubTask
from tests.pipelines.generation.template.every_record import records_of

INHERENT = (
    SubTask.SUSPICIOUS_IMAGE,
    SubTask.VIEW_IDENTIFICATION,
    SubTask.TWO_VIEW_ASSESSMENT,
    SubTask.NEXT_ASSESSMENT,
    SubTask.SEQUENCE_IDENTIFICATION,
    SubTask.RESECTION_EXTENT,
    SubTask.VISIT_PROGRESSION,
    SubTask.NEXT_STATUS,
    SubTask.FINDING_PROGRESSION,
    SubTask.EYE_DIAGNOSIS,
    SubTask.SAME_DIAGNOSIS,
)
WHICH_IMAGE = (SubTask.SUSPICIOUS_IMAGE, SubTask.VIEW_IDENTIFICATION, SubTask.SEQUENCE_IDENTIFICATION)
FILLED = {"shown": "a mass", "subject": "the heart", "verb": "is", "state": "enlarged"}


def _some(subtask, as_item):
    """Draw 120 of the records that the wordings can give."""
    records = records_of(subtask)
    return [as_item(record) for record in random.Random(3).sample(records, min(120, len(records)))]


def _check_mirrored(posed):
    n_images = len(posed.item.images)
    before, after = posed.item, posed.shown
    assert after.images == before.images[::-1] and after.letter == before.letter
    assert pose_swapped(after)[0].shown == before
    texts = [(before.question, after.question), (before.answer, after.answer)]
    for text, mirrored in [*texts, *zip(before.options.values(), after.options.values(), strict=True)]:
        read = read_all_mentions(text).positions
        assert read_all_mentions(mirrored).positions == {n_images - 1 - place for place in read}


@pytest.mark.parametrize(
    ("name", "left_out"),
    [("rad", {"states_order": 2, "unclear_place": 3}), ("odir", {"implies_order": 1})],
)
def test_nearly_all_released_items_are_swapped_and_swap_back(name, left_out, request):
    items = request.getfixturevalue(name)
    posing = pose_items(items, Condition.SWAPPED_ORDER, seed=1)
    assert posing.left_out == left_out
    for posed in posing.posed:
        _check_mirrored(posed)


@pytest.mark.parametrize("name", ["rad", "odir"])
def test_the_key_of_a_swapped_item_is_the_mirror_of_the_published_one_and_judged_right(name, request):
    posing = pose_items(request.getfixturevalue(name), Condition.SWAPPED_ORDER, seed=1)
    for posed in (posed for posed in posing.posed if posed.item.options):
        keyed = posed.item.options[posed.item.letter]
        shown = posed.shown.options[posed.shown.letter]
        assert shown == mirror_places(keyed, len(posed.item.images), names_images=True)
        result = judge_closed(posed.shown, f"{posed.shown.letter}: {shown}")
        assert result.is_correct_as_published
        assert result.is_correct_corrected is (None if find_exclusion(posed.item) else True)


def test_two_texts_that_differ_are_not_made_one(odir):
    for posed in pose_items(odir, Condition.SWAPPED_ORDER, seed=1).posed:
        assert len(set(posed.shown.options.values())) == len(set(posed.item.options.values()))


@pytest.mark.parametrize("subtask", INHERENT)
def test_whatever_is_swapped_of_our_own_wordings_is_mirrored(subtask, as_item):
    for posed in pose_each(_some(subtask, as_item), pose_swapped).posed:
        _check_mirrored(posed)


@pytest.mark.parametrize("subtask", [SubTask.NEXT_ASSESSMENT, SubTask.NEXT_STATUS])
def test_no_forecast_is_swapped(subtask, as_item):
    items = _some(subtask, as_item)
    posing = pose_each(items, pose_swapped)
    assert posing.posed == () and sum(posing.left_out.values()) == len(items)


@pytest.mark.parametrize(
    "subtask", [SubTask.FINDING_PROGRESSION, SubTask.VISIT_PROGRESSION, SubTask.RESECTION_EXTENT, SubTask.EYE_DIAGNOSIS]
)
def test_only_what_names_its_images_is_swapped_where_the_order_tells_which_is_which(subtask, as_item):
    posing = pose_each(_some(subtask, as_item), pose_swapped)
    assert posing.posed
    assert all(read_all_mentions(posed.shown.question).positions == {0, 1} for posed in posing.posed)


@pytest.mark.parametrize("subtask", WHICH_IMAGE)
def test_of_which_image_questions_the_option_for_a_place_becomes_that_of_its_mirror(subtask, as_item):
    posing = pose_each([item for item in _some(subtask, as_item) if item.options], pose_swapped)
    for posed in posing.posed:
        n_images = len(posed.item.images)
        by_place = {min(read_all_mentions(_full(text)).positions): text for text in posed.item.options.values()}
        for letter, text in posed.item.options.items():
            place = min(read_all_mentions(_full(text)).positions)
            assert posed.shown.options[letter] == by_place[n_images - 1 - place]


def _full(text):
    return text.replace(" one", " image")


@pytest.mark.parametrize("kind", FindingKind)
def test_a_statement_of_the_first_image_becomes_the_same_statement_of_the_second(kind, make_shown):
    for style in range(5):
        texts = [text.format(**FILLED) for text in load_statements(kind, style)]
        both, only_first, only_second, neither = texts
        for stem in load_stems(SubTask.SHARED_FINDING, kind):
            for key in range(4):
                shown = pose_swapped(make_shown(stem, texts, key=key))[0].shown
                assert list(shown.options.values()) == [both, only_second, only_first, neither]
                assert shown.answer == [both, only_second, only_first, neither][key]


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize("style", range(4))
def test_the_place_of_an_image_becomes_its_mirror_in_every_wording(kind, style, make_shown):
    texts = [
        load_places(style).format(place=word, number=number) for number, word in enumerate(("first", "second", "third"), 1)
    ]
    for stem in load_stems(SubTask.LOCATED_QUESTION, kind):
        shown = pose_swapped(make_shown(stem.format(**FILLED, count="three"), texts, n_images=3))[0].shown
        assert list(shown.options.values()) == texts[::-1]


def test_a_question_that_names_no_image_keeps_its_words(make_shown):
    shown = pose_swapped(make_shown("Are the planes of these images the same?", ["Yes", "No"]))[0].shown
    assert shown.question == "Are the planes of these images the same?" and shown.images == ("r1-1.jpg", "r1-0.jpg")


def test_an_ordinal_alone_answers_which_image(make_shown):
    shown = pose_swapped(make_shown("Which image shows a mass?", ["First", "The third", "The second one"], n_images=3))[0].shown
    assert list(shown.options.values()) == ["Third", "The first", "The second one"]


def test_the_reference_of_an_open_item_is_mirrored_too(make_shown):
    item = make_shown("How do the images differ?", answer="The first image shows a mass, while the second does not.")
    assert pose_swapped(item)[0].shown.answer == "The second image shows a mass, while the first does not."


@pytest.mark.parametrize(("n_images", "reason"), [(1, LeftOut.FEWER_THAN_TWO_IMAGES), (8, LeftOut.MORE_IMAGES_THAN_WORDS)])
def test_one_image_has_no_order_and_eight_have_no_words(n_images, reason, make_shown):
    with pytest.raises(CannotPoseError) as raised:
        pose_swapped(make_shown("What is seen?", n_images=n_images))
    assert raised.value.reason is reason


def test_an_item_that_would_not_read_as_before_is_left_out(make_shown):
    with pytest.raises(CannotPoseError) as raised:
        pose_swapped(make_shown("Is the Very First image darker?", ["Yes", "No"]))  # "Last", and back "Very first"
    assert raised.value.reason is LeftOut.NOT_REVERSIBLE
