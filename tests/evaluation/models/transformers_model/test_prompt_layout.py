"""A prompt is laid out as its model was trained to read it."""

import json
from pathlib import Path

import pytest

from evaluation.models.transformers_model.folders import find_folder
from evaluation.models.transformers_model.image_use import ONE_IMAGE_TYPES
from evaluation.models.transformers_model.prompt_layout import Exchange, Layout, choose_layout, lay_out
from pipelines.interleave import InterleaveError

ASKED = [Exchange(1, "Side?", "Left"), Exchange(2, "Larger?", None)]


def write_folder(folder: Path, *, model_type: str, text_type: str = "llama", **files: object) -> Path:
    config = {"model_type": model_type, "text_config": {"model_type": text_type}, "vision_config": {}}
    for name, content in {"config": config, **files}.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("model_type", "text_type", "files", "expected"),
    [
        ("llava", "llama", {}, Layout.VICUNA),
        ("llava", "mistral", {}, Layout.MISTRAL),
        ("llava", "llama", {"tokenizer": {"added": ["<|start_header_id|>"]}}, Layout.LLAMA_3),
        ("llava", "llama", {"preprocessor_config": {"processor_class": "MLlavaProcessor"}}, Layout.MANTIS),
        (
            "llava",
            "llama",
            {
                "preprocessor_config": {"processor_class": "MLlavaProcessor"},
                "tokenizer": {"added": ["<|start_header_id|>"]},
                "tokenizer_config": {"chat_template": "of Llama, which knows no images"},
            },
            Layout.MANTIS_LLAMA_3,
        ),
        ("llava", "mistral", {"tokenizer_config": {"chat_template": "x"}}, Layout.TEMPLATE),
        ("qwen2_5_vl", "qwen2", {"chat_template": {"chat_template": "x"}}, Layout.TEMPLATE),
        ("blip-2", "opt", {}, Layout.UNMARKED),
        ("paligemma", "gemma", {}, Layout.STACKED),
        ("idefics2", "mixtral", {}, Layout.INTERLEAVED),
    ],
)
def test_the_layout_follows_from_the_models_files(tmp_path, model_type, text_type, files, expected):
    folder = find_folder(str(write_folder(tmp_path, model_type=model_type, text_type=text_type, **files)), None)
    assert choose_layout(folder) is expected


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (Layout.VICUNA, "USER: <i>\nSide? ASSISTANT: Left</s>USER: <i>\n<i>\nLarger? ASSISTANT:"),
        (Layout.MISTRAL, "[INST] <i>\nSide? [/INST] Left</s>[INST] <i>\n<i>\nLarger? [/INST]"),
        (
            Layout.INTERLEAVED,
            "(image 1: <Image><i></Image>)Side?\nLeft\n(image 2: <Image><i></Image>)(image 3: <Image><i></Image>)Larger?\n",
        ),
        (Layout.STACKED, "<i>Side?\nLeft\n<i><i>Larger?\n"),
        (Layout.UNMARKED, "Side?\nLeft\nLarger?"),
        (
            Layout.LLAMA_3,
            "<|start_header_id|>user<|end_header_id|>\n\n<i>Side?<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nLeft<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\n<i><i>Larger?<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
    ],
)
def test_examples_stand_before_the_question_as_turns_of_the_same_form(layout, expected):
    assert lay_out(layout, ASKED, mark="<i>", end="</s>") == expected


def test_mantis_reads_numbered_images_and_the_system_line_that_it_was_trained_with():
    llama_3 = lay_out(Layout.MANTIS_LLAMA_3, ASKED[1:], mark="<image>")
    numbered = "(image 1: <Image><image></Image>)(image 2: <Image><image></Image>)Larger?"
    assert llama_3.endswith(
        f"<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n{numbered}<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )
    assert llama_3.startswith("<|start_header_id|>system<|end_header_id|>\n\nYou are a pirate chatbot")
    vicuna = lay_out(Layout.MANTIS, ASKED[1:], mark="<image>")
    assert vicuna.endswith(f"</s>USER: {numbered}</s>ASSISTANT:")


@pytest.mark.parametrize("layout", [layout for layout in Layout if layout is not Layout.TEMPLATE])
def test_a_blind_prompt_has_no_mark_of_an_image(layout):
    text = lay_out(layout, [Exchange(0, "Larger?", None)], mark="<i>")
    assert "Larger?" in text and "<i>" not in text and "image 1" not in text


def test_a_text_with_marks_is_refused_where_images_are_numbered():
    with pytest.raises(InterleaveError):
        lay_out(Layout.INTERLEAVED, [Exchange(1, "Is <image> larger?", None)], mark="<image>")


def test_the_types_that_take_one_image_are_known_to_transformers():
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    assert set(CONFIG_MAPPING_NAMES) >= ONE_IMAGE_TYPES
