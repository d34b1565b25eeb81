"""How a processor's pictures are kept: at the model's size where that is the same for every picture, else as they are.

Most processors bring every picture to one size and then compute on each pixel by itself (times 1/255, minus a mean, over a
deviation). Then the picture is kept after the first half, and the second is a table of 256 numbers a channel, which the
processor fills itself. Whether a processor is of this kind is not looked up by name but tried on pictures of odd sizes: where
its own tensors differ in a single bit, pictures are kept whole and the processor runs at every use.

Example:
    >>> from training.models.new import make_processor
    >>> table = find_table(make_processor("tiny", "tiny", ()))
    >>> table.shape, float(table[0, 0]), float(table[2, 255])
    ((3, 256), -1.0, 1.0)
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

PIXELS = "pixel_values"
_UNSCALED = {"do_rescale": False, "do_normalize": False}
_UNSIZED = {"do_resize": False, "do_center_crop": False, "do_pad": False}
_PROBE_SIZES = ((41, 64), (97, 30))  # px, width and height


def choose_images_kwargs(processor: Any) -> dict[str, Any]:
    """Return what a processor tells its image processor, beyond that one's own defaults."""
    return dict(getattr(processor, "images_kwargs", None) or {})


def find_table(processor: Any) -> np.ndarray | None:
    """Return what the processor makes of each value of each channel, float32 (3, 256); None where it is of another kind."""
    chosen, image_processor = choose_images_kwargs(processor), processor.image_processor
    probes = [_draw(size, seed) for seed, size in enumerate(_PROBE_SIZES)]
    try:
        fitted = [fit(image_processor, probe, chosen) for probe in probes]
        levels = np.broadcast_to(np.arange(256, dtype=np.uint8)[:, None], (256, 3)).reshape(16, 16, 3)
        table = _run(image_processor, Image.fromarray(levels), {**chosen, **_UNSIZED})[0].reshape(3, 256)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):  # what processors of another kind say to such a call
        return None
    if fitted[0].shape != fitted[1].shape:
        return None
    shown = "".join([processor.image_token] * len(probes))
    whole = np.asarray(processor(text=[shown], images=[probes], return_tensors="np")[PIXELS])
    made = np.stack([look_up(table, pixels) for pixels in fitted])
    return table if made.dtype == whole.dtype and np.array_equal(made, whole) else None


def fit(image_processor: Any, image: Image.Image, chosen: Mapping[str, Any]) -> np.ndarray:
    """Return a picture at the model's size, uint8 (3, H, W); ValueError where the processor makes something else of it."""
    found = _run(image_processor, image, {**chosen, **_UNSCALED})
    if found.shape[:2] != (1, 3) or found.ndim != 4 or found.dtype != np.uint8:
        raise ValueError(f"expected one uint8 picture, got {found.dtype} {found.shape}")
    return found[0]


def look_up(table: np.ndarray, pixels: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return float32 (3, H, W) of uint8 pixels (1 or 3, H, W); written to `out` where that is given."""
    out = np.empty((3, *pixels.shape[1:]), np.float32) if out is None else out
    for channel in range(3):
        if channel and len(pixels) == 1 and np.array_equal(table[channel], table[0]):
            out[channel] = out[0]
        else:  # "clip" is never needed by uint8, and spares a copy
            np.take(table[channel], pixels[min(channel, len(pixels) - 1)], out=out[channel], mode="clip")
    return out


def _run(image_processor: Any, image: Image.Image, chosen: Mapping[str, Any]) -> np.ndarray:
    return np.asarray(image_processor(image, return_tensors="np", **chosen)[PIXELS])


def _draw(size: tuple[int, int], seed: int) -> Image.Image:
    width, height = size
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))
