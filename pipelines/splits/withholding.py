"""Withholds training records that show an image of another source's benchmark.

Splits are drawn per source, so they cannot see that two sources hold the same image: a figure of LLaVA-Med may be a film of
VQA-RAD. Within one source nothing is withheld: there it would hide that the splits leak.

Example:
    >>> from pipelines.splits.contents import tabulate_contents
    >>> withhold_twins([], [], tabulate_contents([]))
    ([], [])
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.reasons import Reason, Stage
from pipelines.records import DatasetRecord, Rejection
from pipelines.splits.leaks import list_images, select_images
from pipelines.splits.twins import Twin, find_twins
from pipelines.vocabulary import Source


@dataclass(frozen=True, slots=True)
class WithheldRecord:
    """One training record that must not be used, and the first of its images that is in another source's benchmark."""

    record: DatasetRecord
    twin: Twin


def withhold_twins(
    train: Sequence[DatasetRecord], benchmark: Sequence[DatasetRecord], images: pa.Table
) -> tuple[list[DatasetRecord], list[WithheldRecord]]:
    """Return the training records that may be used and those that may not, both in their order.

    A record is withheld where one of its images has equal pixels, or looks the same, as an image of the benchmark that comes
    from another source.

    Args:
        train: Records that a model would learn from, of every source.
        benchmark: Records that a model is judged by, of every source.
        images: Columns source, image_id, pixel_sha256 and perceptual_hash of every image that they use.

    Raises:
        ValueError: as `find_leaks`.
    """
    twins = _find_foreign_twins(list_images(train), list_images(benchmark), images)
    kept: list[DatasetRecord] = []
    withheld: list[WithheldRecord] = []
    for record in train:
        found = [twins[image] for image in record.image_ids if image in twins]
        if found:
            withheld.append(WithheldRecord(record, found[0]))
        else:
            kept.append(record)
    return kept, withheld


def reject_withheld(withheld: WithheldRecord) -> Rejection:
    """Return the row that says why a record is not among the training records."""
    record, twin = withheld.record, withheld.twin
    source = next(source for source in Source if record.source.startswith(f"{source}_"))
    detail = f"its image {twin.image_id} is {twin.benchmark_image_id} of another source's benchmark ({twin.kind})"
    return Rejection(source, Stage.ASSEMBLE, record.record_id, Reason.IN_A_BENCHMARK, detail, "record")


def _find_foreign_twins(shown: set[str], kept_back: set[str], images: pa.Table) -> dict[str, Twin]:
    """Return the twins by training image; each source is held against the benchmarks of all others."""
    used = select_images(shown | kept_back, images)
    of_source: defaultdict[str, set[str]] = defaultdict(set)
    for image, source in zip(*(used.column(name).to_pylist() for name in ("image_id", "source")), strict=True):
        of_source[source].add(image)
    return {
        twin.image_id: twin
        for source in sorted(of_source)
        if shown & of_source[source] and kept_back - of_source[source]
        for twin in find_twins(shown & of_source[source], kept_back - of_source[source], used)
    }
