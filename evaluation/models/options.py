"""What may be said of a model behind the "?" of its specification; an unknown key is an error that names the known ones.

Example:
    >>> TransformersOptions.parse("dtype=bf16&batch=4").batch
    4
"""

from enum import StrEnum
from typing import Self
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.score_records import ImageUse


class PromptForm(StrEnum):
    """What stands behind the question."""

    PUBLISHED = "published"  # nothing: as the records are, and as our models are trained
    DIRECT = "direct"  # one line that asks for the letter alone, or for a short answer


class AnswerForm(StrEnum):
    """How an answer is made."""

    FREE = "free"  # greedy decoding
    LETTERS = "letters"  # closed answers: the likeliest of the printed letters, and nothing else


class Dtype(StrEnum):
    """The floating-point numbers of the weights."""

    AUTO = "auto"  # as stored
    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"


class OptionsError(ValueError):
    """Options that do not fit a kind of model."""


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: PromptForm = PromptForm.PUBLISHED

    @classmethod
    def parse(cls, query: str) -> Self:
        """Return the options of "key=value&key=value".

        Raises:
            OptionsError: an unknown key, a key twice, or a value that does not fit.
        """
        pairs = parse_qsl(query, keep_blank_values=True)
        values = dict(pairs)
        if len(values) != len(pairs):
            raise OptionsError(f"got {query!r}: a key stands twice; keep one")
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            told = [_tell(str(problem["loc"][0]), problem["type"], problem["msg"], values, cls) for problem in error.errors()]
            raise OptionsError("; ".join(told)) from None


class TransformersOptions(_Options):
    """Of a model that transformers loads."""

    dtype: Dtype = Dtype.AUTO
    device: str = "auto"  # "cpu", "cuda", "cuda:1", "mps"; "auto" takes an accelerator where there is one
    batch: int = Field(default=8, ge=1, le=1024)  # prompts of equal length at a time
    max_new_tokens: int = Field(default=128, ge=1, le=8192)
    images: ImageUse | None = None  # None asks the model's own configuration
    answer: AnswerForm = AnswerForm.FREE
    revision: str | None = None  # of a model on the hub
    trust_remote_code: bool = False  # runs code that lies beside the weights
    shots: int = Field(default=0, ge=0, le=16)  # examples shown before each question
    examples: str | None = None  # file of Mantis form that they are drawn from


class OpenAiOptions(_Options):
    """Of a model behind an OpenAI-compatible endpoint."""

    images: ImageUse = ImageUse.MANY
    detail: str = Field(default="auto", pattern="^(auto|low|high)$")
    longest_side: int = Field(default=1024, ge=32, le=8192)  # px; larger images are scaled down before they are sent


def _tell(key: str, kind: str, message: str, values: dict[str, str], options: type[BaseModel]) -> str:
    if kind == "extra_forbidden":
        return f"unknown option {key!r}; there are {', '.join(options.model_fields)}"
    return f"option {key}: got {values.get(key)!r}: {message}"
