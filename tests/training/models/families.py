"""Small bases of each family that has a chat template, with files named and laid out as the real ones are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.models.chat_templates import CHAT_TEMPLATES_FOLDER
from training.recipe_parts import Base, Dtype, WeightsLayout

TEXTS = [
    "How has the pleural effusion changed?\nA: Stable\nB: Worsening\nC: Improving\n",
    "Which image shows the mass? (image 1: <Image></Image>) [INST] [/INST] user model assistant system",
    *(f"{letter}: The first image of the left lung" for letter in "ABCDEFG"),
] * 5
END_OF = {"tiny": "</s>", "llama_3": "<|eot_id|>", "mistral_instruct": "</s>", "gemma_3": "<end_of_turn>"}
IMAGE_OF = {"tiny": "<image>", "llama_3": "<image>", "mistral_instruct": "<image>", "gemma_3": "<start_of_image>"}
LETTER_HEAD = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
VISION = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


def write_family(template: str, root: Path) -> Base:
    """Write the files of the family that a template is for; return the base that reads them."""
    assert template in {path.stem for path in CHAT_TEMPLATES_FOLDER.glob("*.jinja")}
    if template == "tiny":
        return Base(layout=WeightsLayout.NEW, architecture="tiny", chat_template="tiny", dtype=Dtype.FP32)
    writers: dict[str, tuple[WeightsLayout, Callable[[Path], None]]] = {
        "llama_3": (WeightsLayout.MANTIS, write_mantis),
        "mistral_instruct": (WeightsLayout.LLAVA_MED, write_llava_med),
        "gemma_3": (WeightsLayout.TRANSFORMERS, write_gemma),
    }
    layout, write = writers[template]
    folder = root / template
    folder.mkdir()
    write(folder)
    return Base(weights=str(folder), layout=layout, architecture="small_llava_med", chat_template=template, dtype=Dtype.FP32)


def write_mantis(folder: Path) -> None:
    """SigLIP and Llama 3, saved under the names of transformers' first LLaVA; the processor's class is Mantis' own."""
    import torch
    from transformers import (
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        SiglipImageProcessorPil,
        SiglipVisionConfig,
    )

    tokenizer = train_byte_level(
        ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"], ["<image>", "<pad>"]
    )
    text = LlamaConfig(**LETTER_HEAD, vocab_size=len(tokenizer), bos_token_id=0, eos_token_id=3)
    vision = SiglipVisionConfig(**VISION, image_size=28, patch_size=7)
    config = LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_seq_length=16,
        vision_feature_select_strategy="full",
    )
    torch.manual_seed(3)
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    SiglipImageProcessorPil(size={"height": 28, "width": 28}).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for name in ("tokenizer_config.json", "preprocessor_config.json"):
        tree = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps(tree | {"processor_class": "MLlavaProcessor"}))


def write_llava_med(folder: Path) -> None:
    """CLIP and Mistral, each weight named as in microsoft/llava-med-v1.5-mistral-7b."""
    from safetensors.torch import save_file
    from transformers import LlamaTokenizer

    vocab, merges = train_sentence_pieces(["<unk>", "<s>", "</s>"])
    LlamaTokenizer(vocab=vocab, merges=merges, legacy=True).save_pretrained(folder)
    model = build_llava_med(len(vocab))
    weights = {name_originally(name): weight.contiguous() for name, weight in model.state_dict().items()}
    names = sorted(weights)
    index: dict[str, str] = {}
    for number, part in enumerate((names[::2], names[1::2]), start=1):
        file = f"model-0000{number}-of-00002.safetensors"
        save_file({name: weights[name] for name in part}, folder / file, metadata={"format": "pt"})
        index |= dict.fromkeys(part, file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": index}))
    (folder / "config.json").write_text(json.dumps(describe_llava_med(len(vocab))))
    write_architecture(folder.parent, len(vocab))


def name_originally(name: str) -> str:
    """What the original code base calls a weight of transformers' LLaVA."""
    for ours, theirs in {
        "model.language_model.": "model.",
        "model.multi_modal_projector.linear_1.": "model.mm_projector.0.",
        "model.multi_modal_projector.linear_2.": "model.mm_projector.2.",
        "model.vision_tower.": "model.vision_tower.vision_tower.vision_model.",
    }.items():
        if name.startswith(ours):
            return theirs + name.removeprefix(ours)
    assert name == "lm_head.weight"
    return name


def build_llava_med(n_tokens: int) -> Any:
    """The model whose weights are written, of equal values at every call."""
    import torch
    from transformers import CLIPVisionConfig, LlavaConfig, LlavaForConditionalGeneration, MistralConfig

    text = MistralConfig(**LETTER_HEAD, num_key_value_heads=2, head_dim=8, vocab_size=n_tokens, rms_norm_eps=1e-5)
    vision = CLIPVisionConfig(**VISION, image_size=28, patch_size=7, projection_dim=8)
    torch.manual_seed(4)
    return LlavaForConditionalGeneration(LlavaConfig(vision_config=vision, text_config=text, image_seq_length=16)).eval()


def describe_llava_med(n_tokens: int) -> dict[str, Any]:
    """The original configuration file."""
    return {
        **LETTER_HEAD,
        "architectures": ["LlavaMistralForCausalLM"],
        "model_type": "llava_mistral",
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-5,
        "vocab_size": n_tokens,
        "mm_projector_type": "mlp2x_gelu",
        "mm_vision_tower": "openai/clip-vit-large-patch14-336",
        "mm_vision_select_layer": -2,
        "mm_vision_select_feature": "patch",
        "mm_hidden_size": 16,
        "image_aspect_ratio": "pad",
    }


def write_architecture(root: Path, n_tokens: int) -> None:
    """The shape that a plan would be made by: the vocabulary has room for two more tokens and is padded to 64."""
    tree = {
        "model_type": "llava",
        "image_token_index": n_tokens,
        "image_seq_length": 16,
        "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default",
        "vision_config": {**VISION, "model_type": "clip_vision_model", "image_size": 28, "patch_size": 7, "projection_dim": 8},
        "text_config": {
            **LETTER_HEAD,
            "model_type": "mistral",
            "num_key_value_heads": 2,
            "head_dim": 8,
            "rms_norm_eps": 1e-5,
            "vocab_size": (n_tokens + 2 + 63) // 64 * 64,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "pad_token_id": n_tokens + 1,
        },
    }
    (root / "small_llava_med.json").write_text(json.dumps(tree))


def write_gemma(folder: Path) -> None:
    """SigLIP and Gemma 3; an image takes four tokens between signs of its own."""
    import torch
    from transformers import (
        Gemma3Config,
        Gemma3ForConditionalGeneration,
        Gemma3ImageProcessorPil,
        Gemma3Processor,
        Gemma3TextConfig,
        GemmaTokenizer,
        SiglipVisionConfig,
    )

    named = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    signs = ["<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>"]
    vocab, merges = train_sentence_pieces([*named, *signs])
    extra = {"boi_token": signs[2], "eoi_token": signs[3], "image_token": signs[4]}
    tokenizer = GemmaTokenizer(vocab=vocab, merges=merges, extra_special_tokens=extra)
    tokenizer.add_tokens(signs[:2], special_tokens=True)
    tokenizer.add_tokens(["\n", "\n\n"])  # symbols of their own in Gemma's SentencePiece model
    image_processor = Gemma3ImageProcessorPil(size={"height": 32, "width": 32})
    Gemma3Processor(image_processor, tokenizer, image_seq_length=4).save_pretrained(folder)
    ids = {
        f"{name}_index": vocab[sign] for name, sign in zip(("boi_token", "eoi_token", "image_token"), signs[2:], strict=True)
    }
    text = Gemma3TextConfig(**LETTER_HEAD, num_key_value_heads=2, head_dim=8, vocab_size=len(tokenizer), sliding_window=64)
    vision = SiglipVisionConfig(**VISION, image_size=32, patch_size=8, vision_use_head=False)
    torch.manual_seed(5)
    Gemma3ForConditionalGeneration(
        Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4, **ids)
    ).save_pretrained(folder)


def train_byte_level(signs: list[str], added: list[str]) -> Any:
    """A tokenizer like Llama 3's: bytes, and a start put before every text that is not told otherwise."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    words = Regex(
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(words, behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    backend.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=400, special_tokens=signs, initial_alphabet=alphabet, show_progress=False)
    )
    start = processors.TemplateProcessing(single=f"{signs[0]} $A", special_tokens=[(signs[0], 0)])
    backend.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), start])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, bos_token=signs[0], eos_token=signs[-1])
    tokenizer.add_tokens(added, special_tokens=True)
    tokenizer.pad_token = added[-1]
    return tokenizer


def train_sentence_pieces(signs: list[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary and merges as SentencePiece makes them: blanks as "▁", and single bytes for what is not known."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    known = [*signs, *(f"<0x{value:02X}>" for value in range(256))]
    backend.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=500, special_tokens=known, show_progress=False))
    merges = json.loads(backend.to_str())["model"]["merges"]
    return backend.get_vocab(), [(first, second) for first, second in merges]
