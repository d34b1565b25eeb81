"""The reader on the synthetic cohort, which plants what a genuine download holds."""

import re
from collections import Counter

import pytest

from pipelines.choices import Reading, SourceFolders
from pipelines.cohort.embed.writer import planted_faults, write_embed
from pipelines.reasons import Reason, Stage
from pipelines.sources.corpus import count_reading
from pipelines.sources.embed.reader import read_embed
from pipelines.vocabulary import ImageType, LabelTarget, View

SUBJECTS, SEED = 12, 7


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort") / "embed"
    write_embed(folder, SUBJECTS, SEED, tables_only=True)
    # Reading looks at the beginning of a file: what the pixels hold is the renderer's part.
    for path in re.findall(r"cohort_\d+/[^,]+?\.dcm", (folder / "tables" / "EMBED_OpenData_metadata.csv").read_text()):
        (folder / "images" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "images" / path).write_bytes(b"pixels")
    [missing] = [fault for fault in planted_faults(SUBJECTS, SEED) if fault.reason is Reason.IMAGE_MISSING]
    row = int(missing.item.rsplit(" ", 1)[-1])
    line = (folder / "tables" / "EMBED_OpenData_metadata.csv").read_text().splitlines()[row + 1]
    [path] = re.findall(r"cohort_\d+/[^,]+?\.dcm", line)
    (folder / "images" / path).unlink()
    return folder


@pytest.fixture(scope="module")
def corpus(root):
    return read_embed(SourceFolders.at(root), Reading())


def test_every_planted_fault_of_the_reading_is_rejected_and_nothing_else(corpus):
    planted = {(fault.item, fault.reason) for fault in planted_faults(SUBJECTS, SEED) if fault.stage is Stage.READ}
    assert {(rejection.item, rejection.reason) for rejection in corpus.rejections} == planted
    assert len(corpus.rejections) == len(planted)
    assert all(count.is_balanced for count in count_reading(corpus))


def test_the_cohort_gives_every_kind_of_study_image_and_label(corpus):
    assert len({study.subject_id for study in corpus.studies}) == SUBJECTS
    assert all(study.visit for study in corpus.studies)
    assert {image.image_type for image in corpus.images} >= {
        ImageType.FULL_FIELD_2D,
        ImageType.C_VIEW,
        ImageType.SPOT_MAGNIFICATION,
    }
    assert {image.view for image in corpus.images} >= {View.CC, View.MLO, View.ML, View.XCCL}
    assert {label.quality for label in corpus.labels if label.target is LabelTarget.BREAST} == {
        "as_found",
        "both_sides",
        "contralateral_rule",
    }


def test_visits_of_a_subject_are_numbered_in_the_order_of_their_dates(corpus):
    dates = {}
    for study in corpus.studies:
        dates.setdefault(study.subject_id, {})[study.visit] = study.date
    for visits in dates.values():
        assert list(visits) == list(range(1, len(visits) + 1))
        assert list(visits.values()) == sorted(visits.values())
    assert max(Counter(study.subject_id for study in corpus.studies).values()) >= 3
