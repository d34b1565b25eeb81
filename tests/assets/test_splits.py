"""The checks of splits/subjects and of the data set, on rows that leak."""

from dataclasses import replace

import pyarrow as pa

from assets.splits import splits_subjects
from pipelines.records import RenderedImage
from pipelines.splits.leaks import find_leaks_between_splits
from pipelines.stages import draw_splits
from pipelines.tables import RENDERED_IMAGES, SUBJECT_SPLITS
from pipelines.vocabulary import Source, Split
from tests.assets.graphs import Graph


def rows_of(finished: Graph) -> tuple[list[RenderedImage], pa.Table]:
    images = finished.table("rendered/images", Source.VQA_RAD)
    return RENDERED_IMAGES.to_rows(images), images


def test_a_twin_planted_in_another_split_is_found_and_joined_when_splits_are_drawn(finished: Graph) -> None:
    rows, _ = rows_of(finished)
    split_of = {row.subject_id: row.split for row in SUBJECT_SPLITS.to_rows(finished.table("splits/subjects", Source.VQA_RAD))}
    train = next(row for row in rows if split_of[row.subject_id] is Split.TRAIN)
    place = next(place for place, row in enumerate(rows) if split_of[row.subject_id] is Split.HELD_OUT)
    rows[place] = replace(rows[place], perceptual_hash=train.perceptual_hash)
    images = RENDERED_IMAGES.to_arrow(rows)
    splits = SUBJECT_SPLITS.to_rows(finished.table("splits/subjects", Source.VQA_RAD))
    leaks = find_leaks_between_splits(splits, images)
    assert [(twin.image_id, twin.benchmark_image_id) for twin in leaks.near_duplicates] == [
        (train.image_id, rows[place].image_id)
    ]
    drawn = draw_splits(Source.VQA_RAD, split_of, images, finished.settings)
    assert find_leaks_between_splits(drawn, images).is_clean
    [moved] = [row for row in drawn if row.subject_id == train.subject_id]
    assert (moved.drawn, moved.split) == (Split.TRAIN, Split.HELD_OUT)
    assert rows[place].subject_id in {link.subject_id for link in moved.links}


def test_ten_percent_more_subjects_move_no_former_one(finished: Graph) -> None:
    _, images = rows_of(finished)
    former = {row.subject_id: row for row in SUBJECT_SPLITS.to_rows(finished.table("splits/subjects", Source.VQA_RAD))}
    added = {f"subject-new-{number}" for number in range(max(1, len(former) // 10))}
    after = {row.subject_id: row for row in draw_splits(Source.VQA_RAD, former.keys() | added, images, finished.settings)}
    assert {subject: after[subject] for subject in former} == former
    assert after.keys() == former.keys() | added


def test_a_leak_between_splits_blocks_what_lies_downstream() -> None:
    [spec] = [spec for spec in splits_subjects.check_specs if spec.name == "nothing_is_shared_between_splits"]
    assert spec.blocking
