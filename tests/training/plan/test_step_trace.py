"""A step without numbers computes and keeps what the real one does."""

from typing import Any

import pytest

from training.architecture import read_architecture
from training.plan.activations import keep_layers
from training.plan.model_shape import count_parameters, open_model
from training.plan.step_trace import ANSWER_TOKENS, Sample, StepTrace, measure_kept, trace_step
from training.plan.work import count_sample_flops
from training.recipe import Recipe, load_recipe
from training.tokens.token_lengths import summarise_tokens

SAMPLE = Sample(tokens=94, images=3)


def make_recipe(vision_tower: bool = False, projector: bool = False, language_model: bool = False) -> Recipe:
    frozen = {"frozen.vision_tower": vision_tower, "frozen.projector": projector, "frozen.language_model": language_model}
    return load_recipe("tiny", frozen)


def trace(recipe: Recipe, is_checkpointed: bool = False, sample: Sample = SAMPLE) -> StepTrace:
    with open_model(recipe) as model:
        return trace_step(model, sample, is_checkpointed=is_checkpointed)


def expected_decoder_flops(tokens: int) -> int:
    """2 FLOPs for each weight of a matrix and token; 4 x tokens^2 x hidden for each layer's attention."""
    text: Any = read_architecture("tiny").text_config
    matrices = text.num_hidden_layers * (4 * text.hidden_size**2 + 3 * text.hidden_size * text.intermediate_size)
    attention = text.num_hidden_layers * 4 * tokens**2 * text.hidden_size
    return 2 * matrices * tokens + attention


def expected_picture_flops(images: int) -> int:
    config: Any = read_architecture("tiny")
    vision, hidden = config.vision_config, config.text_config.hidden_size
    n = (vision.image_size // vision.patch_size) ** 2
    matrices = 4 * vision.hidden_size**2 + 2 * vision.hidden_size * vision.intermediate_size
    projector = vision.hidden_size * hidden + hidden**2
    patches = 3 * vision.patch_size**2 * vision.hidden_size
    return images * (2 * n * (matrices + projector + patches) + 4 * n**2 * vision.hidden_size)


def test_forward_pass_is_the_sum_of_its_matrices_and_attention() -> None:
    head = 2 * 128 * 2000 * ANSWER_TOKENS
    rotary = 2 * 94 * (32 // 2)  # positions x frequencies, by one matrix product
    expected = expected_decoder_flops(94) + expected_picture_flops(3) + head + rotary
    assert trace(make_recipe()).forward_flops == pytest.approx(expected, rel=1e-3)


def test_real_step_computes_as_much() -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import AutoModelForImageTextToText

    from training.plan.step_trace import _count_attention

    model = AutoModelForImageTextToText.from_config(read_architecture("tiny")).train()
    token = model.config.image_token_id
    ids = torch.tensor([[token] * 3 + [5] * 91])
    labels = torch.full_like(ids, -100)
    labels[0, -8:] = 5
    with FlopCounterMode(display=False, custom_mapping=_count_attention()) as counter:
        output = model(input_ids=ids, pixel_values=torch.zeros(3, 3, 48, 48), labels=labels, use_cache=False)
        forward = counter.get_total_flops()
        output.loss.backward()
    beyond_answers = 2 * 128 * 2000 * (94 - ANSWER_TOKENS)  # a plain model scores every position
    found = trace(make_recipe())
    assert found.forward_flops + beyond_answers == pytest.approx(forward, rel=1e-3)
    assert found.total_flops + 3 * beyond_answers == pytest.approx(counter.get_total_flops(), rel=0.01)


def test_real_step_keeps_no_more() -> None:
    import torch
    from transformers import AutoModelForImageTextToText

    model = AutoModelForImageTextToText.from_config(read_architecture("tiny")).train()
    weights = {weight.data_ptr() for weight in model.parameters()}
    kept: dict[int, Any] = {}

    def keep(tensor: Any) -> Any:
        if tensor.untyped_storage().data_ptr() not in weights:
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        embedded = torch.zeros(1, 94, 128, requires_grad=True)
        model.model.language_model(inputs_embeds=embedded, use_cache=False)
    really = sum(storage.nbytes() for storage in kept.values())
    with open_model(make_recipe()) as empty:
        planned = measure_kept(empty, SAMPLE, with_vision=True).language
    assert really <= planned <= 1.1 * really  # the plan's attention has a mask written out


def test_backward_pass_costs_twice_the_forward_pass_when_all_is_trained() -> None:
    found = trace(make_recipe())
    assert found.total_flops / found.forward_flops == pytest.approx(3, rel=0.05)


def test_frozen_language_model_still_passes_gradients_to_the_projector() -> None:
    found = trace(make_recipe(vision_tower=True, language_model=True))
    assert found.total_flops / found.forward_flops == pytest.approx(2.1, rel=0.05)  # no gradients of its weights


def test_frozen_tower_is_computed_forward_alone() -> None:
    saved = trace(make_recipe()).total_flops - trace(make_recipe(vision_tower=True)).total_flops
    tower = expected_picture_flops(3) - 3 * 2 * (128 * 128 + 128**2)
    patches = 3 * 2 * (3 * 48**2 * 128)  # pixels have no gradient: the first layer computes that of its weights alone
    assert saved == pytest.approx(2 * tower - patches, rel=0.1)


def test_checkpointing_computes_layers_once_more_and_never_the_whole_model_twice() -> None:
    plain, again = trace(make_recipe()), trace(make_recipe(), is_checkpointed=True)
    assert again.forward_flops == plain.forward_flops
    assert 0.5 < (again.total_flops - plain.total_flops) / plain.forward_flops < 1


def test_a_frozen_tower_is_computed_again_only_in_the_form_that_asks_for_its_gradients() -> None:
    with open_model(make_recipe(vision_tower=True)) as model:
        plain = trace_step(model, SAMPLE, is_checkpointed=False)
        again = trace_step(model, SAMPLE, is_checkpointed=True)
        reentrant = trace_step(model, SAMPLE, is_checkpointed=True, reaches_pictures=True)
    layers = expected_picture_flops(3) - 3 * 2 * (128 * 128 + 128**2) - 3 * 2 * (3 * 48**2 * 128)
    decoder = plain.forward_flops - expected_picture_flops(3)
    assert again.total_flops - plain.total_flops <= decoder
    assert reentrant.total_flops - again.total_flops > 1.5 * layers  # forward once more, and backward


def test_checkpointing_leaves_no_trace_in_the_model() -> None:
    with open_model(make_recipe(vision_tower=True)) as model:
        before = measure_kept(model, SAMPLE, with_vision=False)
        trace_step(model, SAMPLE, is_checkpointed=True)
        assert measure_kept(model, SAMPLE, with_vision=False) == before


def test_frozen_tower_keeps_nothing_unless_gradients_reach_the_pictures() -> None:
    with open_model(make_recipe(vision_tower=True)) as model:
        projector_alone = measure_kept(model, SAMPLE, with_vision=False).vision
        assert projector_alone < 0.5 * measure_kept(model, SAMPLE, with_vision=True).vision


@pytest.mark.parametrize("tokens", [100, 200])
def test_longer_samples_keep_in_proportion(tokens: int) -> None:
    with open_model(make_recipe()) as model:
        one = measure_kept(model, Sample(tokens, 3), with_vision=True).language
        two = measure_kept(model, Sample(2 * tokens, 3), with_vision=True).language
    assert two / one == pytest.approx(2, rel=0.1)


def test_sample_without_room_for_its_images_is_an_error() -> None:
    with open_model(make_recipe()) as model, pytest.raises(ValueError, match="no room for 3 images"):
        trace_step(model, Sample(3, 3), is_checkpointed=False)


def test_mean_sample_of_mixed_data_computes_the_mean_of_both_kinds() -> None:
    """Half of the samples show two images and half three: no image and no token is rounded up."""
    two, three = summarise_tokens([62] * 10, 32 * 10), summarise_tokens([78] * 10, 48 * 10)
    mixed = summarise_tokens([62] * 10 + [78] * 10, 32 * 10 + 48 * 10)
    with open_model(make_recipe()) as model:
        found = [count_sample_flops(model, lengths, 16, is_checkpointed=False) for lengths in (two, mixed, three)]
    assert found[1] == pytest.approx((found[0] + found[2]) / 2, rel=0.01)
    assert found[0] < found[1] < found[2]


def test_counts_are_those_of_the_meta_device() -> None:
    import torch
    from transformers import AutoModelForImageTextToText

    recipe = load_recipe("modern")  # its head is tied to its embedding
    with torch.device("meta"):
        reference = AutoModelForImageTextToText.from_config(read_architecture(recipe.base.architecture))
    with open_model(recipe) as model:
        found = count_parameters(model, recipe)
    assert found.total == sum(weight.numel() for weight in reference.parameters()) == 4_300_079_472
    assert found.total == sum(part.total for part in found.parts)
    assert found.trainable == sum(part.trainable for part in found.parts) == found.total - found.parts[0].total


def test_layer_at_work_holds_itself_and_its_gradients() -> None:
    assert keep_layers(3200, 32, 10, is_checkpointed=True) == 32 * 10 + 2 * 100
    assert keep_layers(3200, 32, 10, is_checkpointed=False) == 3300
