"""Examples to encoded samples: rendered, tokenised and with pictures at the model's size, once and not at every epoch.

An example that cannot be used is turned away with its reason; nothing is cut, and all others stay.

Example:
    >>> import tempfile
    >>> from training.models.new import make_processor
    >>> from training.recipe import load_recipe
    >>> processor = make_processor("tiny", "tiny", ())
    >>> with tempfile.TemporaryDirectory() as name:
    ...     encode_examples([], Path(name), processor, load_recipe("tiny"), Path(name, "data"), lambda line: None).n_examples
    0
"""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pipelines.storage import TEMPORARY_SUFFIX
from training.messages import TrainingExample
from training.recipe import Recipe
from training.tokens.encoded import CACHE_FOLDER, DATA_FILE, SHARD_PATTERN, EncodedData, RejectionReason, write_encoded
from training.tokens.encoder import ExampleEncoder
from training.tokens.shards import Sample, ShardWriter
from training.tokens.token_lengths import summarise_tokens

_SAID_EVERY = 10_000  # examples


def encode_examples(
    examples: Iterable[TrainingExample],
    images_root: Path,
    processor: Any,
    recipe: Recipe,
    folder: Path,
    say: Callable[[str], None],
) -> EncodedData:
    """Write the samples of examples, in their order, and return what was written; what lay in the folder before is replaced.

    Args:
        examples: read one chunk at a time.
        images_root: folder that their image paths are relative to.
        processor: of the recipe's base; equal processors and examples give equal files.
        recipe: whose `data.max_images` and `data.max_tokens` are kept to.
        folder: whole once `data.json` lies in it.
        say: told how far it is.

    Raises:
        BaseModelError: the chat template does not mark answers.
        StorageError: the folder cannot be written.
    """
    _clear(folder)
    encoder, writer = ExampleEncoder(images_root, processor, recipe.data), ShardWriter(folder)
    rejected: list[tuple[str, RejectionReason]] = []
    details: list[str] = []
    lengths: list[int] = []
    for number, (example, found) in enumerate(encoder.encode(examples), start=1):
        if isinstance(found, Sample):
            writer.add(found)
            lengths.append(len(found.input_ids))
        else:
            rejected.append((example.record_id, found[0]))
            details.append(found[1])
        if number % _SAID_EVERY == 0:
            say(f"{number:,} examples encoded, {len(rejected):,} of them turned away")
    shards = writer.close()
    summary = summarise_tokens(lengths, encoder.n_image_tokens)
    data = EncodedData(folder, writer.n_examples, tuple(rejected), summary, writer.digest, shards)
    write_encoded(data, details)
    say(_tell(data))
    return data


def _clear(folder: Path) -> None:
    """Remove what lay there, `data.json` first, so that no half of it looks whole."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DATA_FILE).unlink(missing_ok=True)
    for leftover in (*folder.glob(SHARD_PATTERN), *folder.glob(f".{SHARD_PATTERN}{TEMPORARY_SUFFIX}")):
        leftover.unlink()
    shutil.rmtree(folder / CACHE_FOLDER, ignore_errors=True)


def _tell(data: EncodedData) -> str:
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in data.count_rejected().items()) or "none"
    lengths = data.lengths
    return (
        f"{data.n_examples:,} samples of {lengths.median:,} tokens at the median and {lengths.maximum:,} at most "
        f"({lengths.image_tokens:,} of all {lengths.total:,} are images'); turned away: {reasons}"
    )
