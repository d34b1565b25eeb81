"""Gives the first layer of a new vision tower the principal components of its training pictures, each of equal strength.

What a question turns on (an effusion's edge) is often a small part of the pictures' variance, and random patches see the large
part alone; a model from random weights then learns the wording and leaves the pictures aside. Whitening is the classic remedy:
Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009), appendix A.

It is found once and kept in a file: a library's principal components differ in their last bits from call to call, and a run
that goes on must start from the very same weights.

Example:
    >>> pictures = np.random.default_rng(1).random((8, 3, 96, 96), np.float32)
    >>> found = find_whitening(pictures, patch_size=48, n_components=128)
    >>> found.weight.shape, found.mean.shape
    ((128, 3, 48, 48), (4, 128))
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.storage import write_bytes

_FLOOR = 0.05  # of the strongest component's deviation: weaker ones are noise and are not raised to its strength


@dataclass(frozen=True)
class Whitening:
    """The first layer of a vision tower and its mean outputs at each position, float32."""

    weight: np.ndarray  # (components, 3, patch, patch)
    mean: np.ndarray  # (positions, components)


def find_whitening(pictures: np.ndarray, patch_size: int, n_components: int) -> Whitening:
    """Return the whitening of pictures; components beyond those that the pictures have are zero.

    The outputs, at each position less their mean there, have a deviation of 1 or less each.

    Args:
        pictures: float32 (N, 3, H, W), as the processor makes them, N above 1.
        patch_size: height and width of a patch; H and W are multiples of it.
        n_components: outputs of the layer.
    """
    patches = _cut_patches(pictures, patch_size)
    mean = patches.mean(axis=0)  # of each position
    found = _find_components((patches - mean).reshape(-1, patches.shape[-1]), n_components)
    weight = found.reshape(n_components, 3, patch_size, patch_size)
    return Whitening(weight.astype(np.float32), (mean @ found.T).astype(np.float32))


def whiten_patches(model: Any, whitening: Whitening) -> None:
    """Set the patch embedding of a LLaVA's SigLIP tower, in place; positions keep their random part."""
    import torch

    embeddings = model.model.vision_tower.embeddings
    with torch.no_grad():
        embeddings.patch_embedding.weight.copy_(torch.from_numpy(whitening.weight))
        embeddings.patch_embedding.bias.zero_()
        embeddings.position_embedding.weight.sub_(torch.from_numpy(whitening.mean))


def save_whitening(whitening: Whitening, path: Path) -> None:
    """Write a whitening, whole or not at all."""
    content = io.BytesIO()
    np.savez(content, weight=whitening.weight, mean=whitening.mean)
    write_bytes(str(path), content.getvalue())


def load_whitening(path: Path) -> Whitening:
    """Read a whitening; OSError, ValueError, KeyError, EOFError or BadZipFile where there is none or it is damaged."""
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as found:  # np.load leaves a damaged file open
        return Whitening(found["weight"], found["mean"])


def _cut_patches(pictures: np.ndarray, size: int) -> np.ndarray:
    """Return float64 (N, positions, 3 x size x size), rows first as the tower numbers them."""
    n, channels, height, width = pictures.shape
    parts = pictures.astype(np.float64).reshape(n, channels, height // size, size, width // size, size)
    return parts.transpose(0, 2, 4, 1, 3, 5).reshape(n, -1, channels * size * size)


def _find_components(centred: np.ndarray, n_wanted: int) -> np.ndarray:
    """Return float64 (n_wanted, values): whitening directions of the rows, the strongest first, then zeros."""
    from sklearn.decomposition import PCA

    n_found = min(n_wanted, *centred.shape)
    pca = PCA(n_found, svd_solver="randomized", random_state=0).fit(centred)
    deviations = np.sqrt(pca.explained_variance_)
    found = np.zeros((n_wanted, centred.shape[1]))
    found[:n_found] = pca.components_ / np.maximum(deviations + _FLOOR * deviations[0], 1e-6)[:, None]
    return found
