"""The IO manager checks what it writes, keeps partitions apart and says what is missing."""

from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from assets.io import MissingTableError, ParquetTables, fan_in, key_of
from assets.publishing import Results, contract_checks, data_version, publish
from pipelines.outcome import Count
from pipelines.records import SubjectSplit
from pipelines.storage import read_table
from pipelines.tables import SUBJECT_SPLITS, TableError, content_digest
from pipelines.vocabulary import Source, Split

PARTS = dg.StaticPartitionsDefinition(["odir", "vqa_rad"])


def subjects(*names: str) -> pa.Table:
    return SUBJECT_SPLITS.to_arrow(SubjectSplit(Source.ODIR, name, Split.TRAIN, 1, Split.TRAIN, name) for name in names)


@dg.asset(
    key=key_of("splits/subjects"),
    partitions_def=PARTS,
    check_specs=contract_checks("splits/subjects"),
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def splits(context: dg.AssetExecutionContext) -> Results:
    parts = {partition: subjects(f"subject of {partition}") for partition in context.partition_keys}
    yield publish("splits/subjects", parts)


def run(assets: list[dg.AssetsDefinition], storage_root: Path, **options: object) -> dg.ExecuteInProcessResult:
    manager = ParquetTables(storage_root=str(storage_root))
    return dg.materialize(assets, resources={"io_manager": manager}, **options)  # pyright: ignore[reportArgumentType]


EVERY_PART = {"dagster/asset_partition_range_start": "odir", "dagster/asset_partition_range_end": "vqa_rad"}


def test_several_partitions_of_one_run_are_written_apart(tmp_path: Path) -> None:
    result = run([splits], tmp_path, tags=EVERY_PART)
    assert result.success
    for partition in ("odir", "vqa_rad"):
        stored = read_table(str(tmp_path), "splits/subjects", partition)
        assert stored is not None and stored.column("subject_id").to_pylist() == [f"subject of {partition}"]


def test_a_fan_in_takes_the_partitions_that_are_there(tmp_path: Path) -> None:
    seen: list[dict[str, pa.Table]] = []

    @dg.asset(ins={"parts": fan_in("splits/subjects")})
    def collected(parts: dict[str, pa.Table]) -> None:
        seen.append(parts)

    run([splits], tmp_path, partition_key="odir")
    only_collected = dg.AssetSelection.assets(collected)
    assert run([splits, collected], tmp_path, selection=only_collected).success
    assert [sorted(parts) for parts in seen] == [["odir"]]


def test_an_upstream_that_is_missing_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    @dg.asset(partitions_def=PARTS, ins={"part": dg.AssetIn(key_of("splits/subjects"))})
    def reader(part: pa.Table) -> None:
        raise AssertionError("never reached")

    with pytest.raises(MissingTableError, match=r"--select splits/subjects --partition odir"):
        run([splits, reader], tmp_path, selection=dg.AssetSelection.assets(reader), partition_key="odir")


def test_a_table_with_other_columns_is_not_written(tmp_path: Path) -> None:
    @dg.asset(key=key_of("splits/subjects"))
    def wrong() -> pa.Table:
        return pa.table({"subject": ["a"]})

    with pytest.raises(TableError, match="splits/subjects: columns differ from SubjectSplit"):
        run([wrong], tmp_path)
    assert read_table(str(tmp_path), "splits/subjects") is None


def test_a_partition_that_an_asset_forgot_is_an_error(tmp_path: Path) -> None:
    @dg.asset(key=key_of("splits/subjects"), partitions_def=PARTS, backfill_policy=dg.BackfillPolicy.single_run())
    def forgetful() -> dict[str, pa.Table]:
        return {"odir": subjects("a")}

    with pytest.raises(TypeError, match=r"expected one table for each of \['odir', 'vqa_rad'\], got \['odir'\]"):
        run([forgetful], tmp_path, tags=EVERY_PART)


def test_a_repeated_key_fails_the_run(tmp_path: Path) -> None:
    @dg.asset(key=key_of("splits/subjects"), check_specs=contract_checks("splits/subjects"))
    def repeated() -> Results:
        yield publish("splits/subjects", subjects("a", "a"))

    result = run([repeated], tmp_path, raise_on_error=False)
    assert not any(check.passed for check in result.get_asset_check_evaluations())


@pytest.mark.parametrize(("n_out", "passes"), [(2, True), (3, False)])
def test_what_disappears_without_a_reason_is_noticed(n_out: int, passes: bool) -> None:
    result = publish("splits/subjects", subjects("a"), [Count("subject", 5, n_out, 3)])
    (check,) = [check for check in result.check_results if check.check_name == "nothing_disappears"]
    assert check.passed is passes


def test_the_data_version_is_the_content_and_nothing_else() -> None:
    assert data_version({"": subjects("a")}) == data_version({"odir": subjects("a")}) == content_digest(subjects("a"))
    both = {"odir": subjects("a"), "vqa_rad": subjects("b")}
    assert data_version(both) == data_version(dict(reversed(both.items())))
    assert data_version(both) != data_version({"odir": subjects("b"), "vqa_rad": subjects("a")})
