"""Loads a model with its processor onto a device, from this machine alone; what cannot be right is refused, not run.

Example:
    >>> tell_missing("mine", ["lm_head.weight", "model.norm.weight"])
    'transformers:mine: 2 weights are not in its files (lm_head.weight, model.norm.weight) and would be drawn at random; fetch \
or save the model again, or convert it to the form that transformers reads'
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evaluation.models.model import ModelError
from evaluation.models.options import Dtype, TransformersOptions
from evaluation.models.transformers_model.folders import ModelFolder
from evaluation.models.transformers_model.processors import load_processor
from evaluation.open_answers.bert_folder import quiet_loading

if TYPE_CHECKING:
    import torch

_DTYPES = {Dtype.AUTO: "auto", Dtype.FP32: "float32", Dtype.BF16: "bfloat16", Dtype.FP16: "float16"}
_NAMED = 3  # of many missing weights
# They end a turn; generation configurations of fine-tuned models often know the end of text only.
_TURN_ENDS = ("<|eot_id|>", "<|eot|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<end_of_utterance>")


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready to answer."""

    model: Any  # a PreTrainedModel; the classes share no type that says generate
    processor: Any  # a ProcessorMixin, or the tokenizer of a model that takes text only
    tokenizer: Any
    device: "torch.device"
    end_ids: tuple[int, ...]  # tokens that end an answer
    room: int | None  # tokens of prompt and answer; None where the configuration does not say
    needs_image: bool  # whether it cannot be asked blind


def load_model(folder: ModelFolder, options: TransformersOptions) -> LoadedModel:
    """Return a model in inference mode on its device.

    Raises:
        ModelError: it is not of a kind that transformers knows, lacks weights, or fits neither device nor memory.
    """
    device = find_device(folder.name, options.device)
    with quiet_loading():
        try:
            model = _load_weights(folder, options)
            processor = load_processor(folder, model.config, trust_remote_code=options.trust_remote_code)
            model = model.to(device).eval()
        except ModelError:
            raise
        except Exception as error:  # whatever transformers finds wrong with a model's files
            raise ModelError(f"transformers:{folder.name}: {_explain(error)}") from error
    tokenizer = getattr(processor, "tokenizer", processor)
    ends = _find_ends(model, tokenizer)
    _decode_greedily(model, tokenizer, ends)
    text = model.config.get_text_config(decoder=True)
    room = getattr(text, "max_position_embeddings", None)
    return LoadedModel(model, processor, tokenizer, device, ends, room, _needs_image(model))


def find_device(name: str, wanted: str) -> "torch.device":
    """Return the device that is wanted, or of "auto" an accelerator where there is one; ModelError where it is not here."""
    import torch

    if wanted == "auto":
        has_mps = torch.backends.mps.is_available()
        return torch.device("cuda" if torch.cuda.is_available() else "mps" if has_mps else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"transformers:{name}: device={wanted} is not here ({str(error).splitlines()[0]}); take device=auto or device=cpu"
        ) from error
    return device


def tell_missing(name: str, keys: Sequence[str]) -> str:
    """Return the message about weights that a model needs and its files lack."""
    named = ", ".join(keys[:_NAMED]) + (" ..." if len(keys) > _NAMED else "")
    return (
        f"transformers:{name}: {len(keys)} weights are not in its files ({named}) and would be drawn at random; "
        "fetch or save the model again, or convert it to the form that transformers reads"
    )


def _load_weights(folder: ModelFolder, options: TransformersOptions) -> Any:
    from transformers import AutoModelForCausalLM, AutoModelForImageTextToText

    kind: Any = AutoModelForImageTextToText if folder.has_images else AutoModelForCausalLM
    model, told = kind.from_pretrained(
        folder.base.path if folder.base else folder.path,
        dtype=_DTYPES[options.dtype],
        local_files_only=True,
        trust_remote_code=options.trust_remote_code,
        output_loading_info=True,
    )
    if missing := sorted(map(str, told["missing_keys"])):
        raise ModelError(tell_missing(folder.name, missing))
    if folder.base is not None:
        _put_on_adapter(model, folder)
    return model


def _put_on_adapter(model: Any, folder: ModelFolder) -> None:
    from transformers.utils.import_utils import is_peft_available

    if not is_peft_available():
        raise ModelError(
            f"transformers:{folder.name}: the folder holds an adapter, which needs peft; install it (pip install peft), "
            "or merge the adapter into its base (merge_and_unload) and give the merged folder"
        )
    told = model.load_adapter(str(folder.path))
    if missing := sorted(map(str, told.missing_keys)):
        raise ModelError(tell_missing(folder.name, missing))


def _needs_image(model: Any) -> bool:
    pixels = inspect.signature(model.generate).parameters.get("pixel_values")
    return pixels is not None and pixels.default is inspect.Parameter.empty


def _find_ends(model: Any, tokenizer: Any) -> tuple[int, ...]:
    configured = model.generation_config.eos_token_id
    known = configured if isinstance(configured, list) else [configured]
    vocabulary = tokenizer.get_vocab()
    turns = [vocabulary[token] for token in _TURN_ENDS if token in vocabulary]
    return tuple(dict.fromkeys(token for token in (*known, tokenizer.eos_token_id, *turns) if token is not None))


def _decode_greedily(model: Any, tokenizer: Any, ends: Sequence[int]) -> None:
    """Replace the model's own manner of decoding: no sampling, beams, penalties or forced tokens that its files ask for."""
    from transformers import GenerationConfig

    own = model.generation_config
    pad = next((token for token in (tokenizer.pad_token_id, own.pad_token_id, *ends) if token is not None), 0)
    model.generation_config = GenerationConfig(
        do_sample=False,
        num_beams=1,
        eos_token_id=list(ends) or None,
        pad_token_id=pad,
        bos_token_id=own.bos_token_id,
        decoder_start_token_id=own.decoder_start_token_id,
    )


def _explain(error: Exception) -> str:
    """Return what went wrong and, where it is known, what to do."""
    text = f"cannot be loaded: {type(error).__name__}: {' '.join(str(error).split())[:400]}"
    if "trust_remote_code" in text:
        return f"{text}; it brings code of its own: read it, then add trust_remote_code=true to run it"
    if isinstance(error, ImportError):
        return f"{text}; install what it names"
    if "out of memory" in text.lower():
        return f"{text}; take dtype=bf16, a smaller model or device=cpu"
    return f"{text}; fetch or save it again, or see docs/models.md for what can be loaded"
