import argparse

import pytest
from PIL import Image

from pipelines import stages
from pipelines.cohort.writers import write_cohort
from pipelines.contact_sheet.command import register
from pipelines.contact_sheet.strips import Tables, choose_strips
from pipelines.settings import load_settings
from pipelines.storage import table_path, write_table
from pipelines.tables import LABELS, QUESTIONS, RENDERED_IMAGES, STUDIES
from pipelines.vocabulary import ImageType, Source
from pipelines.vocabulary import Sequence as Contrast


def call(*arguments):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args(["contact-sheet", *arguments])
    return parsed.run(parsed)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Tables of three sources, read and rendered from a small cohort."""
    root = tmp_path_factory.mktemp("storage")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDMIM_STORAGE_ROOT", str(root))
        settings = load_settings()
    sources = (Source.EMBED, Source.LUMIERE, Source.ODIR)
    write_cohort(settings.cohort_root(), dict.fromkeys(sources, 8), seed=7)
    tables = {}
    for source in sources:
        corpus = stages.read_source(source, settings)
        images = stages.render_source(source, corpus.images, (), settings).rows
        tables[source] = Tables(corpus.studies, corpus.labels, corpus.questions, images)
        for table, rows in ((STUDIES, corpus.studies), (LABELS, corpus.labels), (QUESTIONS, ()), (RENDERED_IMAGES, images)):
            write_table(table_path(str(root), table.name, source.value), table.to_arrow(rows))
    return root, tables


def test_the_sheet_shows_every_source_that_is_materialized(made, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEDMIM_STORAGE_ROOT", str(made[0]))
    assert call("--out", str(tmp_path / "new" / "sheet.png")) == 0
    with Image.open(tmp_path / "new" / "sheet.png") as sheet:
        assert sheet.width == 1400 and sheet.height > 1000
        assert len(sheet.getcolors(1 << 24) or []) > 1000  # the fundi are in colour
    assert "images" in capsys.readouterr().out


def test_without_images_it_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEDMIM_STORAGE_ROOT", str(tmp_path))
    assert call("--out", str(tmp_path / "sheet.png"), "--source", "odir") == 2
    assert "make demo" in capsys.readouterr().err
    assert not (tmp_path / "sheet.png").exists()


def test_a_strip_of_mammograms_is_one_breast_and_view_in_time_order(made):
    tables = made[1][Source.EMBED]
    visits = {study.study_id: study.visit for study in tables.studies}
    strips = choose_strips(Source.EMBED, tables, 50)
    assert strips
    for strip in strips:
        images = [cell.image for cell in strip]
        assert len({(image.subject_id, image.laterality, image.view) for image in images}) == 1
        assert {image.image_type for image in images} == {ImageType.FULL_FIELD_2D}
        order = [visits[image.study_id] for image in images]
        assert order == sorted(order)


def test_the_caption_of_a_breast_is_its_own_assessment(made):
    tables = made[1][Source.EMBED]
    birads = {(label.study_id, label.target_ids): label.value for label in tables.labels if label.code == "birads"}
    strips = choose_strips(Source.EMBED, tables, 50)
    assert strips and birads
    for strip in strips:
        for cell in strip:
            value = birads.get((cell.image.study_id, (str(cell.image.laterality),)))
            assert (f"birads: {value}" in cell.lines) == (value is not None)


def test_a_strip_of_a_brain_is_one_slice_all_contrasts_first(made):
    strips = choose_strips(Source.LUMIERE, made[1][Source.LUMIERE], 50)
    assert strips
    for strip in strips:
        images = [cell.image for cell in strip]
        assert len({(image.subject_id, image.slice_index) for image in images}) == 1
        assert {image.sequence for image in images if image.study_id != images[0].study_id} <= {Contrast.CT1}
