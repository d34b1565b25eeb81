r"""How a question and its images become one prompt: the model's own chat template, or a plain form for models without one.

Example:
    >>> lay_out(Layout.VICUNA, [Exchange(2, "Which?", None)], mark="<image>")
    'USER: <image>\n<image>\nWhich? ASSISTANT:'
    >>> lay_out(Layout.MISTRAL, [Exchange(0, "Side?", "Left"), Exchange(0, "Which?", None)], mark="<image>", end="</s>")
    '[INST] Side? [/INST] Left</s>[INST] Which? [/INST]'
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaluation.models.transformers_model.folders import ModelFolder
from evaluation.models.transformers_model.image_use import ONE_IMAGE_TYPES
from pipelines.formats.closed_question import IMAGE_MARK
from pipelines.interleave import interleave

_MANTIS_PROCESSOR = "MLlavaProcessor"
_LLAMA_3_HEADER = "<|start_header_id|>"
# Their processors place the image themselves and take the bare text.
_UNMARKED_TYPES = frozenset(
    {"blip", "blip-2", "florence2", "git", "instructblip", "pix2struct", "udop", "vision-encoder-decoder"}
)
_VICUNA_TYPES = frozenset({"llava", "llava_next", "video_llava", "vipllava"})
# The system lines that Mantis was trained with and is evaluated with (TIGER-AI-Lab/Mantis, mantis/models/conversation.py).
_MANTIS_LLAMA_3_SYSTEM = "You are a pirate chatbot who always responds in pirate speak!"
_MANTIS_SYSTEM = (
    "A chat between a curious human and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the human's questions."
)


class Layout(StrEnum):
    """A form of prompt."""

    TEMPLATE = "own chat template"
    MANTIS_LLAMA_3 = "Mantis, Llama-3 headers"
    MANTIS = "Mantis, USER: ... ASSISTANT:"
    LLAMA_3 = "Llama-3 headers"
    MISTRAL = "[INST] ... [/INST]"
    VICUNA = "USER: ... ASSISTANT:"
    UNMARKED = "bare text, images placed by the processor"
    STACKED = "image marks, then text"
    INTERLEAVED = "interleaved text"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with the number of images before its text, and its answer; the last one has none yet."""

    n_images: int
    text: str
    answer: str | None


def choose_layout(folder: ModelFolder) -> Layout:
    """Return a model's form of prompt, from its files alone."""
    is_llama_3 = folder.has_token(_LLAMA_3_HEADER)
    if any(config.get("processor_class") == _MANTIS_PROCESSOR for config in folder.processor_configs):
        return Layout.MANTIS_LLAMA_3 if is_llama_3 else Layout.MANTIS
    if folder.has_chat_template:
        return Layout.TEMPLATE
    if folder.model_type in _UNMARKED_TYPES:
        return Layout.UNMARKED
    if folder.model_type in ONE_IMAGE_TYPES:
        return Layout.STACKED
    if is_llama_3:
        return Layout.LLAMA_3
    if folder.config.get("text_config", {}).get("model_type") == "mistral":
        return Layout.MISTRAL
    return Layout.VICUNA if folder.model_type in _VICUNA_TYPES else Layout.INTERLEAVED


def lay_out(layout: Layout, exchanges: Sequence[Exchange], *, mark: str, end: str = "") -> str:
    """Return the prompt of exchanges in a layout other than the model's own template.

    Args:
        layout: any but TEMPLATE, which the model's processor renders.
        exchanges: examples with answers, then the question.
        mark: what stands for an image in the text.
        end: token that ends an answer.

    Raises:
        InterleaveError: a text of an interleaved layout holds an image mark of its own.
    """
    numbers = [1 + sum(exchange.n_images for exchange in exchanges[:place]) for place in range(len(exchanges))]
    match layout:
        case Layout.MANTIS_LLAMA_3 | Layout.LLAMA_3:
            is_mantis = layout is Layout.MANTIS_LLAMA_3
            system = _head("system") + _MANTIS_LLAMA_3_SYSTEM + "<|eot_id|>" if is_mantis else ""
            asked = [
                _number(exchange, first, mark) if is_mantis else mark * exchange.n_images + exchange.text
                for exchange, first in zip(exchanges, numbers, strict=True)
            ]
            pairs = zip(asked, exchanges, strict=True)
            return system + "".join(
                f"{_head('user')}{text}<|eot_id|>{_head('assistant')}{_close(exchange, '<|eot_id|>')}"
                for text, exchange in pairs
            )
        case Layout.MANTIS:
            pairs = zip(exchanges, numbers, strict=True)
            turns = [
                f"USER: {_number(exchange, first, mark)}</s>ASSISTANT:{_close(exchange, '</s>', ' ')}"
                for exchange, first in pairs
            ]
            return f"{_MANTIS_SYSTEM}</s>{''.join(turns)}"
        case Layout.MISTRAL:
            return "".join(f"[INST] {_stack(each, mark)} [/INST]{_close(each, end, ' ')}" for each in exchanges)
        case Layout.VICUNA:
            return "".join(f"USER: {_stack(each, mark)} ASSISTANT:{_close(each, end, ' ')}" for each in exchanges)
        case Layout.UNMARKED:
            return "".join(f"{each.text}{_close(each, chr(10), chr(10))}" for each in exchanges)
        case Layout.STACKED:
            return "".join(f"{mark * each.n_images}{each.text}\n{_close(each, chr(10))}" for each in exchanges)
        case Layout.INTERLEAVED:
            pairs = zip(exchanges, numbers, strict=True)
            return "".join(f"{_number(each, first, mark)}\n{_close(each, chr(10))}" for each, first in pairs)
        case Layout.TEMPLATE:
            raise ValueError("a chat template is rendered by the model's processor, not here")


def _head(role: str) -> str:
    return f"{_LLAMA_3_HEADER}{role}<|end_header_id|>\n\n"


def _close(exchange: Exchange, end: str, gap: str = "") -> str:
    return "" if exchange.answer is None else f"{gap}{exchange.answer}{end}"


def _number(exchange: Exchange, first: int, mark: str) -> str:
    text = interleave(IMAGE_MARK * exchange.n_images + exchange.text, exchange.n_images, first=first)
    return text.replace(IMAGE_MARK, mark)


def _stack(exchange: Exchange, mark: str) -> str:
    return f"{mark}\n" * exchange.n_images + exchange.text
