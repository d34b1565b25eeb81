"""A tiny vision-language model with random weights: it answers nothing right, and takes the true path of a large one.

It is a LLaVA with a SigLIP tower as Mantis has, which takes several images, so that the whole evaluation can be run and tested
on a CPU in seconds. Its configuration says "untrained", and so does every table that its answers reach.

Example:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     sorted(path.name for path in write_tiny_model(Path(name), None, seed=1).glob("*.json"))
    ['config.json', 'generation_config.json', 'processor_config.json', 'tokenizer.json', 'tokenizer_config.json']
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.open_answers.bert_folder import quiet_loading

if TYPE_CHECKING:
    from transformers import LlavaConfig, PreTrainedTokenizerFast

IMAGE_PX = 32
_PATCH_PX = 8
_WIDTH = 64
_LAYERS = 2
_VOCABULARY = 1024
_SPECIAL_TOKENS = ("<pad>", "<s>", "</s>", "<image>")
# One line per turn; images are numbered as in pipelines/interleave.py, which is what our models are trained on.
_CHAT_TEMPLATE = (
    "{% set seen = namespace(images=0) %}{% for message in messages %}{{ message.role }}: {% for part in message.content %}"
    "{% if part.type == 'image' %}{% set seen.images = seen.images + 1 %}(image {{ seen.images }}: <image>)"
    "{% else %}{{ part.text }}{% endif %}{% endfor %}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
)


def write_tiny_model(folder: Path, texts: Iterable[str] | None, seed: int) -> Path:
    """Write a model of about 0.3 million random parameters, its tokenizer and its processor; return the folder.

    Args:
        folder: made where it is missing; files of the same names are replaced.
        texts: whose frequent words become tokens, which shortens prompts; None leaves one token per byte.
        seed: of the weights; equal texts and seed give equal files.
    """
    import torch
    from transformers import LlavaForConditionalGeneration, LlavaProcessor, SiglipImageProcessorPil

    tokenizer = _build_tokenizer(texts or ())
    processor = LlavaProcessor(
        image_processor=SiglipImageProcessorPil(size={"height": IMAGE_PX, "width": IMAGE_PX}),
        tokenizer=tokenizer,
        patch_size=_PATCH_PX,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=0,
        chat_template=_CHAT_TEMPLATE,
    )
    with torch.random.fork_rng(devices=[]), quiet_loading():
        torch.manual_seed(seed)
        model = LlavaForConditionalGeneration(_build_config(tokenizer))
        model.save_pretrained(folder)
        processor.save_pretrained(folder)
    return folder


def _build_tokenizer(texts: Iterable[str]) -> "PreTrainedTokenizerFast":
    """Return a byte-level tokenizer: any text can be encoded, and every capital letter is one token."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY,
        special_tokens=list(_SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    pad, start, end, image = _SPECIAL_TOKENS
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token=pad,
        bos_token=start,
        eos_token=end,
        extra_special_tokens={"image_token": image},
    )


def _build_config(tokenizer: "PreTrainedTokenizerFast") -> "LlavaConfig":
    from transformers import LlamaConfig, LlavaConfig, SiglipVisionConfig

    shape = {
        "hidden_size": _WIDTH,
        "intermediate_size": 2 * _WIDTH,
        "num_hidden_layers": _LAYERS,
        "num_attention_heads": 4,
        "initializer_range": 0.2,  # at the usual 0.02 so narrow a model says the same whatever it is shown
    }
    pad, start, end, image = (tokenizer.get_vocab()[token] for token in _SPECIAL_TOKENS)
    config = LlavaConfig(
        vision_config=SiglipVisionConfig(**shape, image_size=IMAGE_PX, patch_size=_PATCH_PX),
        text_config=LlamaConfig(
            **shape,
            vocab_size=len(tokenizer),
            max_position_embeddings=8192,
            pad_token_id=pad,
            bos_token_id=start,
            eos_token_id=end,
        ),
        image_token_index=image,
        image_seq_length=(IMAGE_PX // _PATCH_PX) ** 2,
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
    )
    config.untrained = True  # read back by the model's card
    return config
