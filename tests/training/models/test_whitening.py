"""A whitened first layer tells small differences of pictures as strongly as large ones."""

import numpy as np
import pytest

from tests.training.models.families import TEXTS
from training.models.base import load_model
from training.models.new import make_model, make_processor
from training.models.whitening import whiten_patches
from training.recipe import RecipeError, load_recipe
from training.recipe_parts import Adapter, Base, Dtype, Frozen

PROCESSOR = make_processor("tiny", "tiny", TEXTS)
FREE = Frozen(vision_tower=False, projector=False, language_model=False)


def draw_pictures(n: int, small: float) -> np.ndarray:
    """Pictures that differ much in their brightness, and by `small` in whether a corner of each quarter is bright."""
    rng = np.random.default_rng(5)
    pictures = np.full((n, 3, 64, 64), 0.2, np.float32) + rng.normal(size=(n, 1, 1, 1)).astype(np.float32)
    pictures.reshape(n, 3, 2, 32, 2, 32)[:, :, :, :4, :, :4] += small * rng.choice([-1, 1], (n, 1, 1, 1, 1, 1))
    return pictures


def embed(model, pictures: np.ndarray) -> np.ndarray:
    import torch

    with torch.no_grad():
        return model.model.vision_tower.embeddings(torch.from_numpy(pictures)).numpy()


def test_small_difference_is_as_strong_as_the_large_one_and_means_are_taken_off() -> None:
    model, pictures = make_model("tiny", PROCESSOR, 1), draw_pictures(60, 0.5)
    before = model.model.vision_tower.embeddings.position_embedding.weight.detach().numpy().copy()
    whiten_patches(model, pictures)
    found = embed(model, pictures)
    strong, weak = found.std(axis=0)[:, :2].T
    assert (strong > 0.8).all() and (weak > 0.4 * strong).all()  # in pixels it is 16 times weaker
    np.testing.assert_allclose(found.mean(axis=0), before, atol=1e-4)


def test_load_model_whitens_where_the_recipe_says_so_and_pictures_are_there() -> None:
    def load(whiten: bool, pictures: np.ndarray | None) -> np.ndarray:
        base = Base(layout=load_recipe("tiny").base.layout, architecture="tiny", chat_template="tiny", whiten=whiten)
        model = load_model(base, PROCESSOR, 1, dtype=Dtype.FP32, frozen=FREE, adapter=Adapter(), pictures=pictures)
        return model.model.vision_tower.embeddings.patch_embedding.weight.detach().numpy()

    pictures = draw_pictures(20, 0.1)
    plain = load(False, pictures)
    assert np.array_equal(load(True, None), plain) and not np.array_equal(load(True, pictures), plain)
    assert np.array_equal(load(True, pictures), load(True, pictures))


def test_weights_of_files_are_not_whitened() -> None:
    with pytest.raises(RecipeError, match="whiten replaces weights"):
        load_recipe("med_mantis", {"base.whiten": True})
