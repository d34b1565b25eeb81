"""Writes encoded samples as Parquet shards: a shard at a time, in row groups of a few megabytes, so that memory stays bounded.

Example:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     writer = ShardWriter(Path(name))
    ...     writer.add(Sample("r1", [1, 2], [-100, 2], [b"pixels"]))
    ...     [(shard.name, shard.n_examples) for shard in writer.close()]
    [('part-00000.parquet', 1)]
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.storage import TEMPORARY_SUFFIX, explain_write_failure
from training.tokens.encoded import Shard

SHARD_EXAMPLES = 4096
SHARD_BYTES = 256_000_000
_GROUP_BYTES = 16_000_000
_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("sample_index", pa.int64()),  # place among all samples: what a batch is told apart by
        ("input_ids", pa.list_(pa.int32())),
        ("labels", pa.list_(pa.int32())),
        ("images", pa.list_(pa.binary())),
        ("n_tokens", pa.int32()),
    ]
)
_WRITTEN: Any = {"compression": "none", "use_dictionary": ["input_ids.list.element", "labels.list.element"]}


@dataclass(frozen=True, slots=True)
class Sample:
    """One encoded example."""

    record_id: str
    input_ids: list[int]
    labels: list[int]  # -100 where nothing is learnt
    images: list[bytes]  # packed pictures

    @property
    def n_bytes(self) -> int:
        """Memory that it takes, about."""
        return 8 * len(self.input_ids) + sum(map(len, self.images))


class ShardWriter:
    """Takes samples one by one; equal samples give equal files."""

    def __init__(self, folder: Path, shard_examples: int = SHARD_EXAMPLES, shard_bytes: int = SHARD_BYTES) -> None:
        self._folder, self._shard_examples, self._shard_bytes = folder, shard_examples, shard_bytes
        self._group: list[Sample] = []
        self._group_bytes = 0
        self._n_written = 0  # samples in all, those of the group apart
        self._n_in_shard = self._bytes_in_shard = 0
        self._writer: pq.ParquetWriter | None = None
        self._shards: list[Shard] = []
        self._hash = hashlib.sha256()

    @property
    def n_examples(self) -> int:
        """Samples that were added."""
        return self._n_written + len(self._group)

    @property
    def digest(self) -> str:
        """Hash of all samples in their order, the same however they are parted into shards."""
        return self._hash.hexdigest()

    def add(self, sample: Sample) -> None:
        """Take the next sample; it is on disk once a row group or a shard is full."""
        self._update_hash(sample)
        self._group.append(sample)
        self._group_bytes += sample.n_bytes
        in_shard = self._n_in_shard + len(self._group)
        if in_shard >= self._shard_examples or self._bytes_in_shard + self._group_bytes >= self._shard_bytes:
            self._finish_shard()
        elif self._group_bytes >= min(_GROUP_BYTES, self._shard_bytes):
            self._write_group()

    def close(self) -> tuple[Shard, ...]:
        """Write what is left; return the shards in their order."""
        self._finish_shard()
        return tuple(self._shards)

    @property
    def _name(self) -> str:
        return f"part-{len(self._shards):05d}.parquet"

    @property
    def _temporary(self) -> Path:
        return self._folder / f".{self._name}{TEMPORARY_SUFFIX}"

    def _write_group(self) -> None:
        if not self._group:
            return
        table = _as_table(self._group, self._n_written)
        try:
            if self._writer is None:
                self._writer = pq.ParquetWriter(self._temporary, _SCHEMA, **_WRITTEN)
            self._writer.write_table(table, row_group_size=len(table))
        except OSError as error:
            raise explain_write_failure(self._folder / self._name, error) from error
        self._n_written += len(self._group)
        self._n_in_shard += len(self._group)
        self._bytes_in_shard += self._group_bytes
        self._group, self._group_bytes = [], 0

    def _finish_shard(self) -> None:
        self._write_group()
        if self._writer is None:
            return
        self._writer.close()
        self._writer = None
        path = self._folder / self._name
        self._temporary.replace(path)
        self._shards.append(Shard(path.name, self._n_in_shard, path.stat().st_size))
        self._n_in_shard = self._bytes_in_shard = 0

    def _update_hash(self, sample: Sample) -> None:
        """Hash each part with its length before it, so that no two samples give the same bytes."""
        ids, labels = (pa.array(values, pa.int32()).buffers()[1] for values in (sample.input_ids, sample.labels))
        for part in (sample.record_id.encode(), ids, labels, *sample.images):
            self._hash.update(len(part).to_bytes(8, "little"))
            self._hash.update(part)


def _as_table(samples: list[Sample], first: int) -> pa.Table:
    columns = [
        [sample.record_id for sample in samples],
        range(first, first + len(samples)),
        [sample.input_ids for sample in samples],
        [sample.labels for sample in samples],
        [sample.images for sample in samples],
        [len(sample.input_ids) for sample in samples],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)
