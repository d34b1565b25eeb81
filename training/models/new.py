"""A model without files: random weights from a seed, and a tokenizer made of the training texts; for the CPU and for tests.

The tokenizer is byte-level, so that it can write any text, and of words: a frequent word is one token with the blank before
it, a punctuation mark, a bracket or the letter of a printed option is one of its own. Words, not phrases: what a question asks
for ("FLAIR") must be the same token in every wording. "T2-weighted" is a word.

Example:
    >>> processor = make_processor("tiny", "tiny", ["A: Yes", "B: No"])
    >>> processor.tokenizer.tokenize("A: Yes")[:2]
    ['A', ':']
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from training.architecture import ArchitectureError, read_architecture
from training.models.chat_templates import read_chat_template
from training.models.problem import BaseModelError

if TYPE_CHECKING:
    from transformers import LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor, PreTrainedTokenizerFast

_PAD, _START, _END, _IMAGE = "<pad>", "<s>", "</s>", "<image>"
_SPECIAL_TOKENS = (_PAD, _START, _END, _IMAGE, "<Image>", "</Image>", "<|user|>", "<|assistant|>")
_WORDS = r" ?[^\s?.,;:()]+|[?.,;:()\n]"
_SPECIAL = re.compile("|".join(map(re.escape, _SPECIAL_TOKENS)))


def make_processor(architecture: str, chat_template: str, texts: Iterable[str]) -> "LlavaProcessor":
    """Return the processor of a new LLaVA; equal texts give an equal tokenizer.

    Args:
        architecture: a LLaVA with a SigLIP tower; its vocabulary is the most that the tokenizer may hold.
        chat_template: name of the template.
        texts: of questions and answers; their frequent words become tokens.

    Raises:
        BaseModelError: the architecture is no such LLaVA, or its special tokens lie elsewhere.
    """
    from transformers import LlavaProcessor, SiglipImageProcessorPil

    config = _read_config(architecture)
    vision: Any = config.vision_config
    return LlavaProcessor(
        image_processor=SiglipImageProcessorPil(size={"height": vision.image_size, "width": vision.image_size}),
        tokenizer=_train_tokenizer(texts, config),
        patch_size=vision.patch_size,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=0,
        chat_template=read_chat_template(chat_template),
    )


def make_model(architecture: str, processor: Any, seed: int) -> "LlavaForConditionalGeneration":
    """Return a model of random weights, equal for equal seeds; the caller's random numbers are left as they were.

    Raises:
        BaseModelError: as `make_processor`, or the tokenizer holds more tokens than the architecture.
    """
    import torch
    from transformers import LlavaForConditionalGeneration

    config = _read_config(architecture)
    n_tokens, room = len(processor.tokenizer), config.get_text_config().vocab_size
    if n_tokens > room:
        raise BaseModelError(f"architecture {architecture!r}: has room for {room} tokens, the tokenizer holds {n_tokens}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlavaForConditionalGeneration(config)


def _read_config(architecture: str) -> "LlavaConfig":
    from transformers import LlavaConfig

    try:
        config = read_architecture(architecture)
    except ArchitectureError as error:
        raise BaseModelError(str(error)) from error
    if not isinstance(config, LlavaConfig) or getattr(config.vision_config, "model_type", "") != "siglip_vision_model":
        raise BaseModelError(
            f"architecture {architecture!r}: layout new makes a LLaVA with a SigLIP tower, got {config.model_type}"
        )
    text = config.get_text_config()
    found = (text.pad_token_id, text.bos_token_id, text.eos_token_id, config.image_token_id)
    if found != (0, 1, 2, 3):
        raise BaseModelError(
            f"architecture {architecture!r}: pad, bos, eos and image tokens are {found}, expected (0, 1, 2, 3), where the "
            "tokenizer of a new model has them; mend that file"
        )
    return config


def _train_tokenizer(texts: Iterable[str], config: "LlavaConfig") -> "PreTrainedTokenizerFast":
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=config.get_text_config().vocab_size,
        special_tokens=list(_SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    backend.train_from_iterator((part for text in texts for part in _SPECIAL.split(text)), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token=_PAD,
        bos_token=_START,
        eos_token=_END,
        model_max_length=config.get_text_config().max_position_embeddings,
        extra_special_tokens={"image_token": _IMAGE},
    )
