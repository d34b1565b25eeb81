"""A whitened first layer tells small differences of pictures as strongly as large ones."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.models.families import TEXTS
from training.architecture import read_architecture
from training.models.base import load_model
from training.models.new import make_model, make_processor
from training.models.whitening import Whitening, find_whitening, load_whitening, save_whitening, whiten_patches
from training.recipe import RecipeError, load_recipe
from training.recipe_parts import Adapter, Base, Dtype, Frozen, WeightsLayout

PROCESSOR = make_processor("tiny", "tiny", TEXTS)
VISION = read_architecture("tiny").vision_config
SIDE = VISION.image_size
FREE = Frozen(vision_tower=False, projector=False, language_model=False)


def draw_pictures(n: int, small: float) -> np.ndarray:
    """Pictures that differ much in their brightness, and by `small` in whether a corner is bright."""
    rng = np.random.default_rng(5)
    pictures = np.full((n, 3, SIDE, SIDE), 0.2, np.float32) + rng.normal(size=(n, 1, 1, 1)).astype(np.float32)
    pictures[:, :, :6, :6] += small * rng.choice([-1, 1], (n, 1, 1, 1))
    return pictures


def find(pictures: np.ndarray) -> Whitening:
    return find_whitening(pictures, VISION.patch_size, VISION.hidden_size)


def embed(model, pictures: np.ndarray) -> np.ndarray:
    import torch

    with torch.no_grad():
        return model.model.vision_tower.embeddings(torch.from_numpy(pictures)).numpy()


def test_small_difference_is_as_strong_as_the_large_one_and_means_are_taken_off() -> None:
    model, pictures = make_model("tiny", PROCESSOR, 1), draw_pictures(60, 0.5)
    before = model.model.vision_tower.embeddings.position_embedding.weight.detach().numpy().copy()
    whiten_patches(model, find(pictures))
    found = embed(model, pictures)
    strong, weak = found.std(axis=0)[:, :2].T
    assert (strong > 0.8).all() and (weak > 0.4 * strong).all()  # in pixels it is 16 times weaker
    np.testing.assert_allclose(found.mean(axis=0), before, atol=1e-4)


def test_a_new_model_starts_with_the_first_layer_that_was_kept_to_the_bit(tmp_path: Path) -> None:
    found = find(draw_pictures(20, 0.1))
    save_whitening(found, tmp_path / "whitening.npz")
    base = Base(layout=WeightsLayout.NEW, architecture="tiny", chat_template="tiny", whiten=True)

    def load(whitening: Whitening | None) -> np.ndarray:
        model = load_model(base, PROCESSOR, 1, dtype=Dtype.FP32, frozen=FREE, adapter=Adapter(), whitening=whitening)
        return model.model.vision_tower.embeddings.patch_embedding.weight.detach().numpy()

    assert np.array_equal(load(load_whitening(tmp_path / "whitening.npz")), found.weight)
    assert not np.array_equal(load(None), found.weight)


def test_pictures_fewer_than_components_leave_the_rest_zero() -> None:
    found = find(draw_pictures(3, 0.1))
    assert found.weight[:2].any() and not found.weight[3:].any()


def test_weights_of_files_are_not_whitened() -> None:
    with pytest.raises(RecipeError, match="whiten replaces weights"):
        load_recipe("med_mantis", {"base.whiten": True})
