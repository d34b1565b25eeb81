"""Tables as files: one that was cut off or is of another version is one message that names it, whatever the source."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.settings import Settings
from pipelines.stages import group_images
from pipelines.storage import StorageError
from pipelines.tables import QUESTIONS, RENDERED_IMAGES, SUBJECT_SPLITS, TableError
from pipelines.vocabulary import Source


def write_files(folder: Path) -> dict[str, Path]:
    tables = {"questions": QUESTIONS, "images": RENDERED_IMAGES, "splits": SUBJECT_SPLITS}
    for name, table in tables.items():
        pq.write_table(table.to_arrow([]), folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in tables}


@pytest.mark.parametrize("source", [Source.EMBED, Source.VQA_RAD])
def test_a_table_that_was_cut_off_is_told_by_its_file(tmp_path: Path, source: Source) -> None:
    found = write_files(tmp_path)
    found["images"].write_bytes(found["images"].read_bytes()[:-20])
    with pytest.raises(StorageError, match=r"images\.parquet: not a whole Parquet file .* materialize rendered/images again"):
        group_images(source, found, Settings())


@pytest.mark.parametrize("source", [Source.EMBED, Source.VQA_RAD])
def test_a_table_of_another_version_is_told_by_its_columns(tmp_path: Path, source: Source) -> None:
    found = write_files(tmp_path)
    pq.write_table(pa.table({"image_id": ["image-1"]}), found["images"])
    with pytest.raises(TableError, match="rendered/images: columns differ from RenderedImage"):
        group_images(source, found, Settings())
