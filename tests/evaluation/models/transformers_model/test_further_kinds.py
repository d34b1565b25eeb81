"""Kinds of model that cut, pad or attend to images in ways of their own are asked like any other."""

import json
from pathlib import Path
from typing import Any

import pytest

PINPOINTS = [[32, 64], [64, 32], [64, 64]]


def write_llava_next(folder: Path, parts: Any) -> None:
    """Cuts an image into tiles and drops what was padded."""
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaNextConfig, LlavaNextForConditionalGeneration
    from transformers import LlavaNextProcessor as Processor
    from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil

    tokenizer = parts.build_tokenizer("<image>", extra_special_tokens={"image_token": "<image>"})
    pictures = LlavaNextImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}, image_grid_pinpoints=PINPOINTS
    )
    config = LlavaNextConfig(
        vision_config=CLIPVisionConfig(**parts.vision, image_size=32, patch_size=8, projection_dim=64),
        text_config=LlamaConfig(vocab_size=len(tokenizer), **parts.text),
        image_token_index=3,
        vision_feature_select_strategy="default",
        vision_feature_layer=-2,
        image_grid_pinpoints=PINPOINTS,
        image_seq_length=16,
    )
    processor = Processor(
        pictures,
        tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=parts.template.replace("IMAGE", "<image>"),
    )
    parts.save(folder, LlavaNextForConditionalGeneration(config), processor)


def write_mllama(folder: Path, parts: Any) -> None:
    """Attends to images from beside the text, through layers of their own."""
    from transformers import MllamaConfig, MllamaForConditionalGeneration, MllamaProcessor
    from transformers.models.mllama.image_processing_pil_mllama import MllamaImageProcessorPil

    tokenizer = parts.build_tokenizer("<|image|>", "<|python_tag|>")
    vision = {
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_global_layers": 1,
        "attention_heads": 4,
        "image_size": 32,
        "patch_size": 8,
        "intermediate_layers_indices": [0],
        "vision_output_dim": 128,
        "max_num_tiles": 4,
        "supported_aspect_ratios": [[1, 1], [1, 2], [1, 3], [1, 4], [2, 1], [2, 2], [3, 1], [4, 1]],
    }
    text = {
        **parts.text,
        "num_hidden_layers": 3,
        "cross_attention_layers": [1],
        "vocab_size": len(tokenizer),
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
    }
    config = MllamaConfig(vision_config=vision, text_config=text, image_token_index=3)
    pictures = MllamaImageProcessorPil(size={"height": 32, "width": 32}, max_image_tiles=4)
    template = parts.template.replace("IMAGE", "<|image|>")
    parts.save(folder, MllamaForConditionalGeneration(config), MllamaProcessor(pictures, tokenizer, chat_template=template))


def write_internvl(folder: Path, parts: Any) -> None:
    """Has a processor that prepares videos as well."""
    from transformers import InternVLConfig, InternVLForConditionalGeneration, InternVLVisionConfig, Qwen2Config
    from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import GotOcr2ImageProcessorPil

    marks = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    tokenizer = parts.build_tokenizer(*marks.values(), extra_special_tokens=marks)
    pictures = GotOcr2ImageProcessorPil(size={"height": 32, "width": 32}, crop_to_patches=True, min_patches=1, max_patches=4)
    config = InternVLConfig(
        vision_config=InternVLVisionConfig(**parts.vision, image_size=[32, 32], patch_size=[8, 8]),
        text_config=Qwen2Config(vocab_size=len(tokenizer), **parts.text),
        image_token_id=5,
        downsample_ratio=0.5,
        image_seq_length=4,
    )
    parts.save(folder, InternVLForConditionalGeneration(config), tokenizer, pictures)
    described = {"processor_class": "InternVLProcessor", "image_seq_length": 4}
    (folder / "processor_config.json").write_text(json.dumps(described), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(parts.template.replace("IMAGE", "<IMG_CONTEXT>\n"), encoding="utf-8")


def write_qwen3_vl(folder: Path, parts: Any) -> None:
    """Feeds image features into several layers."""
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    marks = ("<|image_pad|>", "<|vision_start|>", "<|vision_end|>", "<|video_pad|>")
    tokenizer = parts.build_tokenizer(*marks)
    image, start, end, video = tokenizer.convert_tokens_to_ids(list(marks))
    vision = {
        "depth": 2,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_heads": 4,
        "patch_size": 8,
        "out_hidden_size": 64,
        "deepstack_visual_indexes": [0],
        "num_position_embeddings": 64,
    }
    rope = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [4, 2, 2]}
    config = Qwen3VLConfig(
        vision_config=vision,
        text_config={**parts.text, "vocab_size": len(tokenizer), "head_dim": 16, "rope_parameters": rope},
        image_token_id=image,
        video_token_id=video,
        vision_start_token_id=start,
        vision_end_token_id=end,
    )
    pictures = Qwen2VLImageProcessorPil(patch_size=8, merge_size=2, size={"shortest_edge": 256, "longest_edge": 4096})
    parts.save(folder, Qwen3VLForConditionalGeneration(config), tokenizer, pictures)
    template = parts.template.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")


WRITERS = {"llava_next": write_llava_next, "mllama": write_mllama, "internvl": write_internvl, "qwen3_vl": write_qwen3_vl}


@pytest.mark.parametrize("kind", list(WRITERS))
def test_a_further_kind_answers_all_prompts_alike_in_any_batch(kind, tmp_path, parts, ask, questions):
    WRITERS[kind](tmp_path / kind, parts)
    alone = ask(tmp_path / kind, questions, "batch=1")
    assert len(alone) == len(questions) and len(set(alone)) > 1
    assert ask(tmp_path / kind, questions[::-1], "batch=8")[::-1] == alone
