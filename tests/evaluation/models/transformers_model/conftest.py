"""Tiny models of random weights, each written by the true classes of transformers, and prompts to ask them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from evaluation.models.model import Prompt, ShownImage
from evaluation.models.options import TransformersOptions
from evaluation.models.tiny import write_tiny_model
from evaluation.models.transformers_model.folders import find_folder
from evaluation.models.transformers_model.loading import LoadedModel, load_model
from evaluation.models.transformers_model.model import TransformersModel
from evaluation.models.transformers_model.preparing import Preparer
from evaluation.models.transformers_model.prompt_layout import choose_layout
from evaluation.open_answers.bert_folder import quiet_loading
from pipelines.score_records import ImageUse

TEXT = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
VISION = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
TEMPLATE = (
    "{% for m in messages %}{{ m.role }}: {% for c in m.content %}"
    "{% if c.type == 'image' %}IMAGE{% else %}{{ c.text }}{% endif %}{% endfor %}\n"
    "{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
)


def build_tokenizer(*specials: str, **kwargs: Any) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pieces = ["<pad>", "<s>", "</s>", *specials, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    backend = Tokenizer(models.BPE(vocab={piece: place for place, piece in enumerate(pieces)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(["<pad>", "<s>", "</s>", *specials])
    return PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="<pad>", bos_token="<s>", eos_token="</s>", **kwargs)


def save(folder: Path, model: Any, *parts: Any) -> Path:
    """Save a model whose weights are drawn wide, so that it says something else of each image."""
    import torch

    with torch.random.fork_rng(devices=[]), torch.no_grad(), quiet_loading():
        torch.manual_seed(5)
        for weights in model.parameters():
            weights.normal_(0, 0.2)
        for part in (model, *parts):
            part.save_pretrained(folder)
    return folder


def write_idefics3(folder: Path) -> Path:
    """Cuts an image into tiles, whose number depends on its size."""
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration, Idefics3Processor, LlamaConfig
    from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil

    tiles = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
    tokenizer = build_tokenizer("<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>", *tiles)
    pictures = Idefics3ImageProcessorPil(size={"longest_edge": 64}, max_image_size={"longest_edge": 32})
    template = TEMPLATE.replace("IMAGE", "<image>")
    processor = Idefics3Processor(pictures, tokenizer, image_seq_len=4, chat_template=template)
    config = Idefics3Config(
        vision_config={**VISION, "image_size": 32, "patch_size": 8},
        text_config=LlamaConfig(vocab_size=len(tokenizer), **TEXT),
        scale_factor=2,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        pad_token_id=0,
    )
    return save(folder, Idefics3ForConditionalGeneration(config), processor)


def write_qwen(folder: Path) -> Path:
    """Takes images at their own size; its processor prepares videos too, which this machine may lack torchvision for."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    marks = ("<|image_pad|>", "<|vision_start|>", "<|vision_end|>", "<|video_pad|>")
    tokenizer = build_tokenizer(*marks)
    image, start, end, video = map(int, tokenizer.convert_tokens_to_ids(list(marks)))
    config = Qwen2_5_VLConfig(
        vision_config={
            "depth": 2,
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_heads": 4,
            "patch_size": 8,
            "out_hidden_size": 64,
            "fullatt_block_indexes": [1],
            "window_size": 32,
        },
        text_config={
            **TEXT,
            "vocab_size": len(tokenizer),
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 3, 3]},
        },
        image_token_id=image,
        video_token_id=video,
        vision_start_token_id=start,
        vision_end_token_id=end,
    )
    pictures = Qwen2VLImageProcessorPil(patch_size=8, merge_size=2, size={"shortest_edge": 256, "longest_edge": 4096})
    save(folder, Qwen2_5_VLForConditionalGeneration(config), tokenizer, pictures)
    template = TEMPLATE.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    described = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
    described["processor_class"] = "Qwen2_5_VLProcessor"
    (folder / "preprocessor_config.json").write_text(json.dumps(described), encoding="utf-8")
    return folder


def write_gemma3(folder: Path) -> Path:
    """Lets the tokens of an image see each other in both directions, which needs their types beside them."""
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration, Gemma3Processor, SiglipVisionConfig
    from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil

    marks = {"image_token": "<image_soft_token>", "boi_token": "<start_of_image>", "eoi_token": "<end_of_image>"}
    tokenizer = build_tokenizer(*marks.values(), extra_special_tokens=marks)
    pictures = Gemma3ImageProcessorPil(size={"height": 32, "width": 32})
    template = TEMPLATE.replace("IMAGE", "<start_of_image>")
    processor = Gemma3Processor(pictures, tokenizer, image_seq_length=4, chat_template=template)
    image, start, end = map(int, tokenizer.convert_tokens_to_ids(list(marks.values())))
    config = Gemma3Config(
        vision_config=SiglipVisionConfig(**VISION, image_size=32, patch_size=8),
        text_config={**TEXT, "vocab_size": len(tokenizer), "head_dim": 16, "sliding_window": 64, "tie_word_embeddings": False},
        mm_tokens_per_image=4,
        image_token_index=image,
        boi_token_index=start,
        eoi_token_index=end,
        tie_word_embeddings=False,
    )
    return save(folder, Gemma3ForConditionalGeneration(config), processor)


def write_llama(folder: Path) -> Path:
    """Takes text only."""
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = build_tokenizer()
    return save(folder, LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **TEXT)), tokenizer)


def write_llava(folder: Path) -> Path:
    return write_tiny_model(folder, None, seed=3)


def write_plain_llava(folder: Path) -> Path:
    """A LLaVA as the first ones were published: no chat template."""
    write_llava(folder)
    (folder / "chat_template.jinja").unlink()
    return folder


WRITERS: dict[str, Callable[[Path], Path]] = {
    "llava": write_llava,
    "plain_llava": write_plain_llava,
    "idefics3": write_idefics3,
    "qwen2_5_vl": write_qwen,
    "gemma3": write_gemma3,
    "llama": write_llama,
}


@pytest.fixture(scope="session")
def tiny_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder per kind of model."""
    root = tmp_path_factory.mktemp("tiny")
    return {name: write(root / name) for name, write in WRITERS.items()}


@pytest.fixture(scope="session")
def parts() -> SimpleNamespace:
    """What the tests of further kinds build their models of."""
    return SimpleNamespace(text=TEXT, vision=VISION, template=TEMPLATE, build_tokenizer=build_tokenizer, save=save)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[ShownImage]:
    """Six images of different sizes and content."""
    root = tmp_path_factory.mktemp("pictures")
    generator = np.random.default_rng(11)
    shown = []
    for number, (width, height) in enumerate([(40, 30), (64, 64), (30, 60), (40, 30), (50, 20), (64, 64)]):
        path = root / f"{number}.png"
        coarse = generator.integers(0, 255, (6, 6, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((width, height)).save(path)
        shown.append(ShownImage(path, hashlib.sha256(path.read_bytes()).hexdigest()))
    return shown


@pytest.fixture(scope="session")
def ask() -> Callable[..., list[str]]:
    """Answers of a model to prompts, in the order of the prompts: `ask(folder, prompts, "batch=2")`."""
    models: dict[tuple[Path, str], TransformersModel] = {}

    def answer(folder: Path, prompts: list[Prompt], query: str = "", said: list[str] | None = None) -> list[str]:
        options = TransformersOptions.parse(f"device=cpu&max_new_tokens=6{'&' if query else ''}{query}")
        model = models.setdefault((folder, query), TransformersModel("tiny", str(folder), options, seed=1))
        found = {answer.key: answer.output for answer in model.answer(prompts, None if said is None else said.append)}
        return [found[prompt.key] for prompt in prompts if prompt.key in found]

    return answer


@pytest.fixture(scope="session")
def look() -> Callable[..., list[float]]:
    """What a model finds of every token as the first of an answer to one prompt: `look(folder, prompt, ImageUse.ONE)`."""
    loaded_of: dict[Path, LoadedModel] = {}

    def find(folder: Path, prompt: Prompt, use: ImageUse = ImageUse.MANY) -> list[float]:
        import torch

        found = find_folder(str(folder), None)
        if folder not in loaded_of:
            loaded_of[folder] = load_model(found, TransformersOptions(device="cpu"))
        loaded = loaded_of[folder]
        inputs = Preparer(loaded, choose_layout(found), use, seed=1).prepare(prompt, []).inputs
        with torch.inference_mode():
            return loaded.model(**inputs).logits[0, -1].log_softmax(-1).tolist()

    return find


@pytest.fixture(scope="session")
def questions(pictures: list[ShownImage]) -> list[Prompt]:
    """Twelve prompts of several lengths with none to three images, closed and open."""
    prompts = []
    for number in range(12):
        images = tuple(pictures[(number + place) % 6] for place in range(number % 4))
        letters = ("A", "B", "C") if number % 2 else ()
        text = "Which one?" + " Look." * (number % 3) + "".join(f"\n{letter}: it" for letter in letters)
        prompts.append(Prompt(f"answer-{number:02}", f"r{number}", text, images, letters, ()))
    return prompts
