"""Gives the first layer of a new vision tower the principal components of its training pictures, each of equal strength.

What a question turns on (an effusion's edge) is often a small part of the pictures' variance, and random patches see the large
part alone; a model from random weights then learns the wording and leaves the pictures aside. Whitening is the classic remedy:
Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009), appendix A.

Example:
    >>> from training.models.new import make_model, make_processor
    >>> model = make_model("tiny", make_processor("tiny", "tiny", ()), seed=1)
    >>> pictures = np.random.default_rng(1).random((8, 3, 64, 64), np.float32)
    >>> whiten_patches(model, pictures)
"""

from typing import Any

import numpy as np

_FLOOR = 0.05  # of the strongest component's deviation: weaker ones are noise and are not raised to its strength


def whiten_patches(model: Any, pictures: np.ndarray) -> None:
    """Set the patch embedding of a LLaVA's SigLIP tower, in place; positions keep their random part.

    The outputs, at each position less their mean there, have a deviation of 1 or less each.

    Args:
        model: LlavaForConditionalGeneration.
        pictures: float32 (N, 3, H, W), as the processor makes them, N above 1.
    """
    import torch

    embeddings = model.model.vision_tower.embeddings
    weight, positions = embeddings.patch_embedding.weight, embeddings.position_embedding.weight
    patches = _cut_patches(pictures, weight.shape[-1])
    mean = patches.mean(axis=0)  # of each position
    found = _find_components((patches - mean).reshape(-1, patches.shape[-1]), len(weight))
    with torch.no_grad():
        weight.copy_(torch.from_numpy(found).reshape(weight.shape))
        embeddings.patch_embedding.bias.zero_()
        positions.sub_(torch.from_numpy(mean @ found.T))


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
