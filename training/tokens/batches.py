"""Encoded samples, read where they lie on disk, and their collation into what a model is called with.

Example:
    >>> from training.models.new import make_processor
    >>> from training.tokens.pictures import pack_picture
    >>> collate = Collator(make_processor("tiny", "tiny", ()))
    >>> picture = pack_picture(np.zeros((1, 32, 32), np.uint8))
    >>> batch = collate([{"sample_index": 7, "input_ids": [1, 3, 9], "labels": [-100, -100, 9], "images": [picture]}])
    >>> sorted(batch)
    ['attention_mask', 'input_ids', 'labels', 'pixel_values', 'sample_index']
    >>> batch["pixel_values"].shape
    torch.Size([1, 3, 32, 32])
"""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from training.tokens.encoded import CACHE_FOLDER, EncodedDataError, read_encoded
from training.tokens.encoder import IGNORED
from training.tokens.picture_form import PIXELS, choose_images_kwargs, find_table, look_up
from training.tokens.pictures import unpack_picture

if TYPE_CHECKING:
    from datasets import Dataset
    from torch import Tensor

_TYPE_NAMES = ("token_type_ids", "mm_token_type_ids")  # which tokens are images', for models whose attention asks for it


def open_samples(folder: Path) -> "Dataset":
    """Return the samples of an encoded folder, mapped from disk: rows are read when they are asked for.

    Their Arrow files are written once, to `arrow/` within the folder; several processes may open it at once.

    Raises:
        EncodedDataError: encoding was not finished, a shard is not as it was written, or there is no sample.
    """
    from datasets import Dataset
    from datasets.utils.logging import disable_progress_bar, enable_progress_bar, is_progress_bar_enabled

    data = read_encoded(folder)
    if not data.shards:
        raise EncodedDataError(f"no sample: all {len(data.rejected):,} examples were turned away; see data.json for why")
    had_bar = is_progress_bar_enabled()
    disable_progress_bar()
    try:
        paths: Any = [str(folder / shard.name) for shard in data.shards]
        return Dataset.from_parquet(paths, cache_dir=str(folder / CACHE_FOLDER), keep_in_memory=False)
    finally:
        if had_bar:
            enable_progress_bar()


def take_pictures(folder: Path, processor: Any, n_samples: int, seed: int) -> np.ndarray | None:
    """Return the pictures of some samples as the processor's tensors, float32 (N, 3, H, W); None where there are no such ones.

    The samples are drawn by the seed; a picture of several samples may be among them more than once.
    """
    if (table := find_table(processor)) is None or not read_encoded(folder).shards:
        return None
    samples = open_samples(folder)
    drawn = sorted(random.Random(seed).sample(range(len(samples)), min(n_samples, len(samples))))
    rows: Any = samples.select(drawn)["images"]
    return np.stack([look_up(table, unpack_picture(content)) for shown in rows for content in shown])


class Collator:
    """Puts samples together: padded at the right to the longest, pictures as the processor's own tensors.

    Gives input_ids, attention_mask, labels (int64, B x T), pixel_values (float32, as the processor makes them of all pictures
    of the batch in order), sample_index (int64, B), and the types of tokens where the processor gives them.
    """

    def __init__(self, processor: Any) -> None:
        self._processor = processor
        self._table = find_table(processor)
        self._pad = processor.tokenizer.pad_token_id
        if self._pad is None:
            self._pad = processor.tokenizer.eos_token_id  # is hidden by the mask
        self._chosen = choose_images_kwargs(processor)
        self._types = _find_types(processor)

    def __call__(self, samples: Sequence[Mapping[str, Any]]) -> "dict[str, Tensor]":
        """Return the batch of some samples, rows as `open_samples` gives them."""
        import torch

        shape = (len(samples), max(len(sample["input_ids"]) for sample in samples))
        ids, labels = np.full(shape, self._pad, np.int64), np.full(shape, IGNORED, np.int64)
        mask = np.zeros(shape, np.int64)
        for row, sample in enumerate(samples):
            length = len(sample["input_ids"])
            ids[row, :length], labels[row, :length], mask[row, :length] = sample["input_ids"], sample["labels"], 1
        batch = {"input_ids": ids, "attention_mask": mask, "labels": labels}
        if self._types is not None:
            batch[self._types] = np.asarray(self._processor.create_mm_token_type_ids(ids.tolist())) * mask
        batch["sample_index"] = np.asarray([sample["sample_index"] for sample in samples], np.int64)
        found = {name: torch.from_numpy(values) for name, values in batch.items()}
        return found | self._show([[unpack_picture(content) for content in sample["images"]] for sample in samples])

    def _show(self, pictures: list[list[np.ndarray]]) -> "dict[str, Tensor]":
        import torch

        if self._table is None:
            return self._process(pictures)
        flat = [pixels for shown in pictures for pixels in shown]
        values = np.empty((len(flat), 3, *flat[0].shape[1:]), np.float32)
        for pixels, out in zip(flat, values, strict=True):
            look_up(self._table, pixels, out)
        return {PIXELS: torch.from_numpy(values)}

    def _process(self, pictures: list[list[np.ndarray]]) -> "dict[str, Tensor]":
        shown = [[_as_image(pixels) for pixels in each] for each in pictures]
        found = self._processor.image_processor(shown, return_tensors="pt", **self._chosen)
        unused = getattr(self._processor, "unused_input_names", ())
        return {name: value for name, value in found.items() if name not in unused}


def _as_image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.broadcast_to(np.moveaxis(pixels, 0, -1), (*pixels.shape[1:], 3)).copy())


def _find_types(processor: Any) -> str | None:
    found = processor(text=[processor.image_token], images=[[Image.new("RGB", (64, 64))]])
    return next((name for name in _TYPE_NAMES if name in found), None)
