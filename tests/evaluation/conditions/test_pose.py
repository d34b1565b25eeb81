import copy

import pytest

from evaluation.conditions.corrupted import pose_corrupted
from evaluation.conditions.meant import merge_meant
from evaluation.conditions.pose import pose_items
from pipelines.score_records import Condition

POSED = [condition for condition in Condition if condition is not Condition.CORRUPTED]
KEPT = ("key", "position", "id", "answer_type", "unit", "ability", "sources")


@pytest.mark.parametrize("name", ["rad", "odir"])
@pytest.mark.parametrize("condition", POSED)
def test_every_item_is_shown_or_counted_and_none_is_changed(name, condition, request):
    items = request.getfixturevalue(name)
    before = copy.deepcopy(items)
    posing = pose_items(items, condition, seed=7)
    assert items == before
    shown = list(dict.fromkeys(posed.item.key for posed in posing.posed))
    assert shown == [item.key for item in items if item.key in set(shown)]
    assert len(shown) + sum(posing.left_out.values()) == len(items)
    for posed in posing.posed:
        assert posed.condition is condition
        assert all(getattr(posed.shown, field) == getattr(posed.item, field) for field in KEPT)
        assert list(posed.shown.options) == list(posed.item.options) == list(posed.meant)
    assert len({(posed.item.key, posed.variant) for posed in posing.posed}) == len(posing.posed)


def test_sighted_items_are_the_published_ones(odir):
    posing = pose_items(odir, Condition.SIGHTED, seed=7)
    assert all(posed.shown is posed.item and posed.meant == merge_meant(posed.item.options) for posed in posing.posed)
    repeated = sum(len(set(posed.meant.values())) < len(posed.meant) for posed in posing.posed)
    assert repeated == 102  # as many items print a text twice


def test_blind_items_have_all_but_images(rad):
    posing = pose_items(rad, Condition.BLIND, seed=7)
    assert len(posing.posed) == len(rad) and posing.left_out == {}
    for posed in posing.posed:
        assert posed.shown.images == () and posed.item.images
        assert (posed.shown.question, posed.shown.options, posed.shown.letter, posed.shown.answer) == (
            posed.item.question,
            posed.item.options,
            posed.item.letter,
            posed.item.answer,
        )


def test_shuffled_items_keep_question_and_key(rad):
    for posed in pose_items(rad, Condition.SHUFFLED_IMAGES, seed=7).posed:
        assert set(posed.shown.images).isdisjoint(posed.item.images)
        assert (posed.shown.question, posed.shown.options, posed.shown.letter, posed.shown.answer) == (
            posed.item.question,
            posed.item.options,
            posed.item.letter,
            posed.item.answer,
        )


def test_who_cannot_get_images_is_counted_by_reason(make_shown):
    items = [make_shown("What is it?", name="r1", n_images=2), make_shown("What is it?", name="r2", n_images=0)]
    posing = pose_items(items, Condition.SHUFFLED_IMAGES, seed=7)
    assert posing.posed == () and posing.left_out == {"no_donor": 1, "no_images": 1}


def test_the_same_seed_shows_the_same(odir):
    first, second = (pose_items(odir, Condition.SHUFFLED_IMAGES, seed=7) for _ in range(2))
    assert first == second


def test_corrupted_items_are_the_published_ones_once_per_variant(rad):
    posing = pose_corrupted(rad[:3], ["blur:1", "noise:5"])
    assert [(posed.variant, posed.item.key) for posed in posing.posed] == [
        (variant, item.key) for variant in ("blur:1", "noise:5") for item in rad[:3]
    ]
    assert all(posed.shown is posed.item and posed.condition is Condition.CORRUPTED for posed in posing.posed)


def test_corrupted_without_variants_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match="pose_corrupted"):
        pose_items([], Condition.CORRUPTED, seed=7)
