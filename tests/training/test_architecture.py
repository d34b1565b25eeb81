"""The shapes that plans and the tiny model rest on: as transformers builds them, and with published sizes."""

import pytest

from training.architecture import (
    ArchitectureError,
    count_image_tokens,
    count_vision_tokens,
    list_architectures,
    read_architecture,
)


@pytest.mark.parametrize(
    ("name", "class_name", "n_image_tokens", "n_vision_tokens"),
    [
        ("mantis_8b_siglip_llama3", "LlavaConfig", 729, 729),
        ("llava_med_v1_5_mistral_7b", "LlavaConfig", 576, 577),
        ("medgemma_4b", "Gemma3Config", 256, 4096),
        ("tiny", "LlavaConfig", 1, 1),
    ],
)
def test_image_takes_as_many_tokens_as_the_shape_makes(
    name: str, class_name: str, n_image_tokens: int, n_vision_tokens: int
) -> None:
    config = read_architecture(name)
    assert type(config).__name__ == class_name
    assert (count_image_tokens(config), count_vision_tokens(config)) == (n_image_tokens, n_vision_tokens)


def test_each_file_is_read_and_no_value_of_it_is_lost() -> None:
    assert len(list_architectures()) == 4
    for name in list_architectures():
        tree = read_architecture(name).to_dict()
        assert tree["text_config"]["vocab_size"] > tree.get("image_token_index", tree.get("image_token_id"))


@pytest.mark.parametrize("name", ["tiny", "gemma"])
def test_image_features_of_a_real_model_have_the_counted_length(name: str) -> None:
    import torch
    from transformers import AutoModelForImageTextToText

    config = read_architecture("tiny" if name == "tiny" else "medgemma_4b")
    if name == "gemma":  # 8 x 8 patches pooled to 4 x 4, as 64 x 64 are to 16 x 16
        config.vision_config.update(
            {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
        )
        config.vision_config.update({"image_size": 112})
        config.text_config.update({"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "head_dim": 8})
        config.text_config.update({"layer_types": ["full_attention"]})
        config.update({"mm_tokens_per_image": 16})
    model = AutoModelForImageTextToText.from_config(config)
    side = config.vision_config.image_size
    features = model.get_image_features(pixel_values=torch.zeros(1, 3, side, side)).pooler_output
    assert sum(part.shape[-2] for part in features) == count_image_tokens(config)


def test_unknown_shape_is_an_error_that_lists_those_that_are_there() -> None:
    with pytest.raises(ArchitectureError, match="medgemma_4b"):
        read_architecture("gpt2")


def test_spoilt_file_is_told(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.architecture.ARCHITECTURES_FOLDER", tmp_path)
    (tmp_path / "odd.json").write_text('{"model_type": "no_such_model"}')
    (tmp_path / "broken.json").write_text("{")
    for name in ("odd", "broken"):
        with pytest.raises(ArchitectureError, match=rf"{name}\.json: cannot be read"):
            read_architecture(name)
