"""What encoding made: a folder of Parquet shards and `data.json`, which is written last, so that the folder is whole or absent.

Example:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     read_encoded(Path(name))
    Traceback (most recent call last):
    training.tokens.encoded.EncodedDataError: no data.json: the encoding was never finished; run `python -m training \
prepare` again
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipelines.storage import write_bytes
from training.tokens.token_lengths import TokenLengths

DATA_FILE = "data.json"
SHARD_PATTERN = "part-*.parquet"
CACHE_FOLDER = "arrow"  # the same rows as they are mapped from disk
_AGAIN = "run `python -m training prepare` again"


class EncodedDataError(ValueError):
    """Encoded data that are not there, not whole or not readable."""


class RejectionReason(StrEnum):
    """Why an example is not among the encoded samples."""

    IMAGE_MISSING = "image_missing"
    IMAGE_UNREADABLE = "image_unreadable"
    TOO_MANY_IMAGES = "too_many_images"  # more than data.max_images
    TOO_MANY_TOKENS = "too_many_tokens"  # more than data.max_tokens, images included
    SPECIAL_TOKEN = "special_token"  # its text holds a token that is the model's own sign  # noqa: S105
    ANSWER_NOT_APART = "answer_not_apart"  # the answer's first token holds a piece of the prompt


@dataclass(frozen=True, slots=True)
class Shard:
    """One Parquet file of samples."""

    name: str
    n_examples: int
    n_bytes: int


@dataclass(frozen=True, slots=True)
class EncodedData:
    """Encoded samples of one recipe and its records."""

    folder: Path
    n_examples: int
    rejected: tuple[tuple[str, RejectionReason], ...]  # record id and why, in the order of the examples
    lengths: TokenLengths
    digest: str  # of ids, labels and pixels, in order
    shards: tuple[Shard, ...]

    def count_rejected(self) -> dict[str, int]:
        """Return how many examples each reason turned away, the most frequent first."""
        return dict(Counter(reason.value for _, reason in self.rejected).most_common())


def write_encoded(data: EncodedData, details: Sequence[str]) -> None:
    """Write `data.json`; `details` say more of each rejection."""
    rejected = [
        {"record_id": record_id, "reason": reason.value, "detail": detail}
        for (record_id, reason), detail in zip(data.rejected, details, strict=True)
    ]
    tree = {
        "n_examples": data.n_examples,
        "n_rejected": data.count_rejected(),
        "lengths": dataclasses.asdict(data.lengths),
        "digest": data.digest,
        "shards": [dataclasses.asdict(shard) for shard in data.shards],
        "rejected": rejected,
    }
    write_bytes(str(data.folder / DATA_FILE), json.dumps(tree, indent=1).encode())


def read_encoded(folder: Path) -> EncodedData:
    """Return what lies in a folder.

    Raises:
        EncodedDataError: encoding was not finished, or a shard is missing or of another size than it was written with.
    """
    try:
        data = _parse(folder, json.loads((folder / DATA_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise EncodedDataError(f"no {DATA_FILE}: the encoding was never finished; {_AGAIN}") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EncodedDataError(
            f"{DATA_FILE}: cannot be read ({type(error).__name__}: {error}); remove it and {_AGAIN}"
        ) from error
    for shard in data.shards:
        path = folder / shard.name
        found = path.stat().st_size if path.is_file() else None
        if found != shard.n_bytes:
            got = "there is none" if found is None else f"{found:,} bytes"
            raise EncodedDataError(f"{shard.name}: expected {shard.n_bytes:,} bytes, {got}; remove {DATA_FILE} and {_AGAIN}")
    return data


def _parse(folder: Path, tree: Any) -> EncodedData:
    lengths = {**tree["lengths"], "histogram": tuple((edge, count) for edge, count in tree["lengths"]["histogram"])}
    return EncodedData(
        folder=folder,
        n_examples=tree["n_examples"],
        rejected=tuple((row["record_id"], RejectionReason(row["reason"])) for row in tree["rejected"]),
        lengths=TokenLengths(**lengths),
        digest=tree["digest"],
        shards=tuple(Shard(**shard) for shard in tree["shards"]),
    )
