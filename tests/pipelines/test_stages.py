"""The stages one after the other on downloads that are almost empty: nothing crashes and nothing is lost."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from pipelines import stages, tables
from pipelines.settings import Settings
from pipelines.sources.corpus import count_reading
from pipelines.vocabulary import Source, Split

ROWS = (
    ("a.jpg", "Is there a pneumothorax?", "Yes"),
    ("b.jpg", "Is there a pneumothorax?", "No"),
    ("b.jpg", "Where is it?", "L"),
)
TRAIN_ALONE = {"splits": {"vqa_rad": {"train": 1, "held_out": 0}}}
HELD_OUT_ALONE = {"splits": {"vqa_rad": {"train": 0, "held_out": 1}}}


def write_download(root: Path, rows: tuple[tuple[str, str, str], ...]) -> None:
    (root / "images").mkdir(parents=True)
    for seed, name in enumerate(("a.jpg", "b.jpg")):
        pixels = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / "images" / name)
    fields = {"image_organ": "CHEST", "question_type": "PRES"}
    entries = [
        {"qid": place, "image_name": name, "image_case_url": name, "question": question, "answer": answer, **fields}
        | {"answer_type": "CLOSED" if answer in ("Yes", "No") else "OPEN"}
        for place, (name, question, answer) in enumerate(rows)
    ]
    (root / "rows.json").write_text(json.dumps(entries))


def run(
    root: Path, storage: Path, rows: tuple[tuple[str, str, str], ...], **changes: Any
) -> tuple[list[Any], list[Any], pa.Table]:
    """Return the groups, the data set's records and the images of a download, with every stage's balance checked."""
    write_download(root, rows)
    settings = Settings(storage_root=str(storage), sources={"vqa_rad": root}, **changes)  # pyright: ignore[reportArgumentType]
    corpus = stages.read_source(Source.VQA_RAD, settings)
    assert all(count.is_balanced for count in count_reading(corpus))
    rendered = stages.render_source(Source.VQA_RAD, corpus.images, [], settings)
    images = tables.RENDERED_IMAGES.to_arrow(rendered.rows)
    splits = stages.draw_splits(Source.VQA_RAD, {study.subject_id for study in corpus.studies}, images, settings)
    drawn = tables.SUBJECT_SPLITS.to_arrow(splits)
    found = {"questions": tables.QUESTIONS.to_arrow(corpus.questions), "images": images, "splits": drawn}
    grouped = stages.group_images(Source.VQA_RAD, found, settings)
    assert grouped.count.is_balanced
    groups = tables.IMAGE_GROUPS.to_rows(grouped.groups)
    candidates = stages.generate_records(groups, corpus.questions, rendered.rows, (), settings).records
    validated = stages.validate_candidates(candidates, groups, rendered.rows)
    assert len(validated.rows) + len(validated.rejections) == len(candidates)
    approval = stages.approve_records(validated.rows, [], settings)
    assert len(approval.approved) + len(approval.rejections) <= len(validated.rows) and approval.approved == ()
    return groups, stages.assemble_records(validated.rows, rendered.rows), images


@pytest.mark.parametrize(("changes", "split"), [(TRAIN_ALONE, Split.TRAIN), (HELD_OUT_ALONE, Split.HELD_OUT)])
@pytest.mark.parametrize("share", [0, 1])
def test_two_images_of_one_split_make_one_group_where_each_may_join_one(
    tmp_path: Path, changes: dict[str, Any], split: Split, share: float
) -> None:
    grouping = {"max_groups_per_image": 1, "three_image_share": share}
    groups, records, images = run(tmp_path / "in", tmp_path / "out", ROWS, grouping=grouping, **changes)
    assert [(len(group.image_ids), group.split) for group in groups] == [(2, split)]
    assert records and {record.split for record in records} == {split}
    assert len(stages.select_training(records, images).rows) == (len(records) if split is Split.TRAIN else 0)
    assert len(stages.select_benchmark(records)) == (0 if split is Split.TRAIN else len(records))


@pytest.mark.parametrize("rows", [ROWS[:1], ROWS[1:], (("c.jpg", "Is it?", "Yes"),)], ids=["one", "one image", "none"])
def test_images_without_a_partner_give_empty_tables(tmp_path: Path, rows: tuple[tuple[str, str, str], ...]) -> None:
    assert run(tmp_path / "in", tmp_path / "out", rows)[:2] == ([], [])
