"""Every fault that the cohorts plant gets the one rejection that it was planted for, and nothing else is rejected unseen."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from pipelines.choices import Reading, SourceFolders
from pipelines.cohort.writers import WRITERS
from pipelines.rendering.images import RenderOutcome, render_images
from pipelines.sources.corpus import Corpus, count_reading
from pipelines.sources.registry import READERS
from pipelines.tables import LABELS, QUESTIONS, REJECTIONS, RENDERED_IMAGES, SOURCE_IMAGES, STUDIES
from pipelines.vocabulary import Source

SUBJECTS, SEED = 9, 7  # the smallest cohort that holds every fault, and one sound subject more
FAULTS = [(source, fault) for source, writer in WRITERS.items() for fault in writer.planted_faults(SUBJECTS, SEED)]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Source], tuple[Path, Corpus]]:
    @cache
    def read_source(source: Source) -> tuple[Path, Corpus]:
        root = tmp_path_factory.mktemp("cohort") / source.value
        WRITERS[source].write(root, SUBJECTS, SEED)
        return root, READERS[source](SourceFolders.at(root), Reading())

    return read_source


@pytest.fixture(scope="module")
def rendered(read, tmp_path_factory):
    @cache
    def render_source(source: Source) -> RenderOutcome:
        root, corpus = read(source)
        return render_images(corpus.images, root, tmp_path_factory.mktemp("storage"))

    return render_source


@pytest.mark.parametrize(("source", "fault"), FAULTS, ids=[f"{source}: {fault.what}" for source, fault in FAULTS])
def test_a_planted_fault_gets_its_rejection(read, rendered, source, fault):
    rejections = [*read(source)[1].rejections, *rendered(source).rejections]
    found = [(rejection.stage, rejection.reason) for rejection in rejections if rejection.item == fault.item]
    assert (fault.stage, fault.reason) in found, found
    assert len(found) == len([one for _, one in FAULTS if one.item == fault.item]), found


@pytest.mark.parametrize("source", WRITERS)
def test_every_unit_of_every_source_is_balanced(read, rendered, source):
    counts = [*count_reading(read(source)[1]), *rendered(source).counts]
    assert [count for count in counts if not count.is_balanced] == []
    assert all(count.n_in > 0 for count in counts)


@pytest.mark.parametrize("source", WRITERS)
def test_every_key_of_every_source_is_unique(read, rendered, source):
    corpus = read(source)[1]
    filled = [
        (STUDIES, corpus.studies),
        (LABELS, corpus.labels),
        (QUESTIONS, corpus.questions),
        (SOURCE_IMAGES, corpus.images),
        (REJECTIONS, corpus.rejections),
        (RENDERED_IMAGES, rendered(source).rows),
        (REJECTIONS, rendered(source).rejections),
    ]
    assert {table.name: table.repeated_keys(table.to_arrow(rows)) for table, rows in filled} == {
        table.name: [] for table, _ in filled
    }


@pytest.mark.parametrize("source", WRITERS)
def test_what_is_not_planted_is_read_and_rendered(read, rendered, source):
    planted = {fault.item for one, fault in FAULTS if one is source}
    unseen = [rejection for rejection in rendered(source).rejections if rejection.item not in planted]
    assert unseen == []
    assert read(source)[1].studies and rendered(source).rows


@pytest.mark.parametrize("source", WRITERS)
def test_every_label_and_image_belongs_to_a_study_that_was_read(read, source):
    corpus = read(source)[1]
    studies = {(study.subject_id, study.study_id) for study in corpus.studies}
    subjects = {subject for subject, _ in studies}
    assert {(image.subject_id, image.study_id) for image in corpus.images} <= studies
    assert {(label.subject_id, label.study_id) for label in corpus.labels if label.study_id is not None} <= studies
    assert {label.subject_id for label in corpus.labels} <= subjects
    images = {image.source_image_id for image in corpus.images}
    named = {target for label in corpus.labels if label.target in ("image", "pair") for target in label.target_ids}
    assert named <= images
