"""The corpus of every source in Dagster: what is read, rendered and told, on the synthetic cohort."""

import logging
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from pipelines.choices import LumiereReading
from pipelines.cohort.writers import WRITERS, write_cohort
from pipelines.grouping.registry import RULES
from pipelines.reasons import Fate
from pipelines.settings import Settings
from pipelines.storage import table_path, write_table
from pipelines.tables import IMAGE_GROUPS, PLANNED_COUNTS, REJECTIONS, RENDERED_IMAGES
from pipelines.vocabulary import Grid, Source
from tests.assets.graphs import Graph, failures

OTHERS = [source for source in WRITERS if source is not Source.VQA_RAD]  # that one has tests of its own


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    settings = Settings(storage_root=str(tmp_path_factory.mktemp("storage")))
    write_cohort(settings.cohort_root(), dict.fromkeys(OTHERS, 8), seed=7)
    with dg.DagsterInstance.ephemeral() as instance:
        graph = Graph(settings, instance)
        assert [failures(graph.run("build_corpus", source)) for source in OTHERS] == [[]] * len(OTHERS)
        yield graph


@pytest.mark.parametrize("source", OTHERS)
def test_the_corpus_of_a_source_is_green_and_holds_rows(built: Graph, source: Source) -> None:
    for name in ("raw/studies", "raw/images", "raw/rejected", "rendered/images", "splits/subjects"):
        assert built.table(name, source.value).num_rows > 0, name


@pytest.mark.parametrize("source", OTHERS)
def test_what_of_the_download_was_used_is_one_table_in_the_metadata(built: Graph, source: Source) -> None:
    key = dg.AssetKey(["raw", "rejected"])
    wanted = dg.AssetRecordsFilter(asset_key=key, asset_partitions=[source.value])
    told = built.instance.fetch_materializations(wanted, limit=1).records[0].asset_materialization
    assert told is not None
    download = told.metadata["download"]
    assert isinstance(download, dg.MarkdownMetadataValue)
    rejected = REJECTIONS.to_rows(built.table("raw/rejected", source.value))
    assert "| input | found | used | left out | why |" in str(download.value)
    assert all(str(rejection.reason) in str(download.value) for rejection in rejected)


@pytest.mark.parametrize("source", OTHERS)
def test_a_source_reaches_image_groups_and_an_image_that_stands_in_none_is_told(built: Graph, source: Source) -> None:
    groups = IMAGE_GROUPS.to_rows(built.table("groups/image_groups", source.value))
    told = {row.item for row in REJECTIONS.to_rows(built.table("groups/ungrouped_images", source.value))}
    grouped = {image_id for group in groups for image_id in group.image_ids}
    assert groups and grouped.isdisjoint(told)
    assert grouped | told == set(built.table("rendered/images", source.value).column("image_id").to_pylist())
    assert {group.subtask for group in groups} <= {rule.subtask for rule in RULES[source].rules}
    assert all(group.is_synthetic for group in groups)


@pytest.mark.parametrize("source", OTHERS)
def test_the_plan_tells_what_became_of_every_group_that_could_be_made(built: Graph, source: Source) -> None:
    plan = PLANNED_COUNTS.to_rows(built.table("groups/planned_counts", source.value))
    taken = sum(row.n_groups for row in plan if row.fate is Fate.TAKEN)
    assert taken == built.table("groups/image_groups", source.value).num_rows
    assert {row.subtask for row in plan} == {rule.subtask for rule in RULES[source].rules}


def test_volumes_without_a_grid_in_common_are_one_plain_message(built: Graph) -> None:
    reading = built.settings.reading.model_copy(update={"lumiere": LumiereReading(grid=Grid.NATIVE)})
    native = Graph(built.settings.model_copy(update={"reading": reading}), built.instance)
    groups = native.run("build_corpus", Source.LUMIERE)
    assert ["set reading.lumiere.grid = atlas" in told for told in failures(groups)] == [True]
    assert built.run("build_corpus", Source.LUMIERE).success


def test_a_second_run_renders_nothing_again(built: Graph) -> None:
    folder = Path(built.settings.storage_root) / "rendered" / "lumiere"
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    table = built.table("rendered/images", "lumiere")
    assert built.run("build_corpus", Source.LUMIERE).success
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before
    assert built.table("rendered/images", "lumiere").equals(table)


def test_another_size_makes_new_images_with_new_keys(built: Graph) -> None:
    before = RENDERED_IMAGES.to_rows(built.table("rendered/images", "odir"))
    rendering = built.settings.rendering.model_copy(update={"size": "square", "pixels": 64})
    smaller = Graph(built.settings.model_copy(update={"rendering": rendering}), built.instance)
    assert failures(smaller.run("build_corpus", Source.ODIR)) == []
    after = RENDERED_IMAGES.to_rows(built.table("rendered/images", "odir"))
    assert {(row.width, row.height) for row in after} == {(64, 64)}
    assert not {row.image_id for row in before} & {row.image_id for row in after}
    assert all((Path(built.settings.storage_root) / row.path).is_file() for row in after)


@pytest.mark.parametrize("source", OTHERS)
def test_a_download_without_image_files_ends_green_with_empty_tables(tmp_path: Path, source: Source) -> None:
    settings = Settings(storage_root=str(tmp_path))
    write_cohort(settings.cohort_root(), {source: 8}, seed=7, tables_only=True)
    with dg.DagsterInstance.ephemeral() as instance:
        graph = Graph(settings, instance)
        result = graph.run("build_corpus", source)
        assert failures(result) == []
    assert [graph.table(f"rendered/{name}", source.value).num_rows for name in ("images", "rejected_images")] == [0, 0]
    assert graph.table("raw/rejected", source.value).num_rows > 0
    checks = {(check.asset_key.path[-1], check.check_name): check for check in result.get_asset_check_evaluations()}
    assert all(check.passed for check in checks.values())
    told = checks["rejected_images", "nothing_disappears"].metadata
    assert {unit: count.value for unit, count in told.items()} == {"image": "0 in = 0 out + 0 rejected"}


def test_a_former_table_of_another_version_is_told_and_its_images_are_made_again(built: Graph) -> None:
    table = built.table("rendered/images", "ms_cxr_t")
    organs = pa.array(["a word of another vocabulary"] * table.num_rows)
    place = table.schema.get_field_index("organ")
    write_table(
        table_path(built.settings.storage_root, "rendered/images", "ms_cxr_t"),
        table.set_column(place, table.field(place), organs),
    )
    result = built.run("build_corpus", Source.MS_CXR_T)
    assert failures(result) == []
    assert built.table("rendered/images", "ms_cxr_t").equals(table)
    told = [entry.user_message for entry in built.instance.all_logs(result.run_id) if entry.level == logging.WARNING]
    assert [line.split(":")[0] for line in told] == [
        "the former table of rendered images cannot be used, every image is rendered again"
    ]


def test_an_image_folder_that_cannot_be_written_is_one_plain_message(tmp_path: Path) -> None:
    settings = Settings(storage_root=str(tmp_path))
    write_cohort(settings.cohort_root(), {Source.ODIR: 8}, seed=7)
    (tmp_path / "rendered").write_bytes(b"")
    with dg.DagsterInstance.ephemeral() as instance:
        (told,) = failures(Graph(settings, instance).run("build_corpus", Source.ODIR))
    assert told.startswith(f"dagster._core.definitions.events.Failure: StorageError: {tmp_path / 'rendered/odir'}/image-")
    assert "cannot be written (Not a directory); make its folder one that can be written to" in told


@pytest.mark.parametrize("source", OTHERS)
def test_nothing_of_a_patient_is_in_the_log_of_any_run(built: Graph, source: Source) -> None:
    """Not a path, an id or a text of the download, in events, metadata and messages."""
    runs = [run for run in built.instance.get_runs() if run.tags.get("dagster/partition") == source]
    assert runs
    logged = "\n".join(dg.serialize_value(entry) for run in runs for entry in built.instance.all_logs(run.run_id)).casefold()
    assert "nothing_disappears" in logged
    images = built.table("raw/images", source.value).to_pylist()
    rejected = [
        row for name in ("raw/rejected", "rendered/rejected_images") for row in built.table(name, source.value).to_pylist()
    ]
    private = {row["path"] for row in images} | {row["path"].rsplit("/", 1)[-1] for row in images}
    private |= {row["subject_id"] for row in images} | {row["study_id"] for row in images}
    private |= {text for row in rejected for text in (row["item"], row["detail"]) if len(text) > 8}
    private |= {row["question"] for row in built.table("raw/questions", source.value).to_pylist()}
    private |= {"PHANTOM^", "findings:", "impression:"}
    assert [text for text in sorted(private) if text.casefold() in logged] == []


def test_no_rendered_file_holds_what_a_header_said(built: Graph) -> None:
    files = list((Path(built.settings.storage_root) / "rendered" / "embed").glob("*.png"))
    assert files
    for file in files:
        content = file.read_bytes()
        assert b"PHANTOM" not in content and content.count(b"IDAT") == 1
        assert not any(kind in content for kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"))
