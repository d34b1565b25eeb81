"""Weights are loaded all of them or none, and what stands in memory is what was saved."""

from pathlib import Path

import pytest
import torch

from training.run.weights import WeightsError, check_bits, list_trained, load_weights, note_bits, save_weights


def make_model(seed: int, width: int = 3) -> torch.nn.Module:
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(2, width), torch.nn.Linear(width, 1))
    model[1].bias.requires_grad_(False)
    return model


def test_trained_weights_come_back_and_frozen_ones_are_left(tmp_path: Path) -> None:
    saved, other = make_model(0), make_model(1)
    frozen = other[1].bias.clone()
    save_weights(saved, tmp_path)
    note_bits(saved, tmp_path / "bits")
    with pytest.raises(WeightsError, match=r"4 of 4 weights are not the checkpoint's"):
        check_bits(other, tmp_path / "bits")
    load_weights(other, tmp_path)
    with pytest.raises(WeightsError, match=r"1 of 4 weights .* \(1\.bias\)"):  # frozen, and of another base
        check_bits(other, tmp_path / "bits")
    check_bits(saved, tmp_path / "bits")
    assert all(torch.equal(weight, list_trained(saved)[name]) for name, weight in list_trained(other).items())
    assert torch.equal(other[1].bias, frozen) and set(list_trained(other)) == {"0.weight", "0.bias", "1.weight"}


def test_weight_that_is_missing_is_an_error_and_nothing_is_loaded(tmp_path: Path) -> None:
    save_weights(make_model(0), tmp_path)
    other = make_model(1)
    other[1].bias.requires_grad_(True)
    before = other[0].weight.clone()
    with pytest.raises(WeightsError, match=r"1 missing \(1\.bias\), 0 unexpected"):
        load_weights(other, tmp_path)
    assert torch.equal(other[0].weight, before)


def test_weight_that_is_unexpected_is_an_error(tmp_path: Path) -> None:
    save_weights(make_model(0), tmp_path)
    other = make_model(1)
    other[0].bias.requires_grad_(False)
    with pytest.raises(WeightsError, match=r"0 missing, 1 unexpected \(0\.bias\)"):
        load_weights(other, tmp_path)


@pytest.mark.parametrize("other", [make_model(1, width=4), make_model(1).bfloat16()])
def test_weight_of_another_shape_or_type_is_an_error(tmp_path: Path, other: torch.nn.Module) -> None:
    save_weights(make_model(0), tmp_path)
    with pytest.raises(WeightsError, match="the model's is"):
        load_weights(other, tmp_path)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_smallest_change_of_one_weight_is_seen(tmp_path: Path, dtype: torch.dtype) -> None:
    model = make_model(0).to(dtype)
    note_bits(model, tmp_path / "bits")
    with torch.no_grad():
        model[0].weight[1, 1] = torch.nextafter(model[0].weight[1, 1], torch.tensor(9.0, dtype=dtype))
    with pytest.raises(WeightsError, match=r"1 of 4 weights .* \(0\.weight\)"):
        check_bits(model, tmp_path / "bits")
