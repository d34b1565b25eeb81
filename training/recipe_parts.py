"""The parts of a recipe: what is fine-tuned, which weights, how long, on which records, on what.

Example:
    >>> Schedule(epochs=3).kind.value
    'cosine'
"""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.vocabulary import Ability


class AdapterKind(StrEnum):
    """Which weights of the unfrozen parts are trained."""

    NONE = "none"  # all of them
    LORA = "lora"
    QLORA = "qlora"  # LoRA over weights held in 4 bits (nf4, double quantisation)


class Dtype(StrEnum):
    """The floating-point numbers that a step is computed in."""

    BF16 = "bf16"
    FP32 = "fp32"


class ScheduleKind(StrEnum):
    """How the learning rate goes down after the warm-up."""

    COSINE = "cosine"  # to `min_learning_rate`
    LINEAR = "linear"
    CONSTANT = "constant"


class ClosedAnswer(StrEnum):
    """What a model learns to answer to a closed question."""

    KEYED = "keyed"  # as the record has it: "B: Worsening"
    CLASS_FIRST = "class_first"  # "worsening. The answer is Worsening": what it sees, then the option that says so, by its text


class WeightsLayout(StrEnum):
    """How the base's files name their weights."""

    TRANSFORMERS = "transformers"
    MANTIS = "mantis"  # TIGER-Lab's, shaped like LLaVA's
    LLAVA_MED = "llava_med"  # microsoft/llava-med-v1.5-mistral-7b, model_type llava_mistral
    NEW = "new"  # no files: random weights, from the architecture and the seed


class Offload(StrEnum):
    """What DeepSpeed keeps in the memory of the machine rather than of its GPUs."""

    NONE = "none"
    OPTIMISER = "optimiser"
    ALL = "all"  # parameters too; ZeRO-3 only


class RecipePart(BaseModel):
    """A table of a recipe: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Base(RecipePart):
    """The model that is fine-tuned."""

    weights: str = ""  # folder, or name on the hub; "" where the layout is "new"
    layout: WeightsLayout = WeightsLayout.TRANSFORMERS
    architecture: str  # file of training/architectures without ".json": the exact shape, for planning without the weights
    chat_template: str  # file of training/chat_templates without ".jinja"
    dtype: Dtype = Dtype.BF16
    whiten: bool = False  # layout "new": the first layer of vision is made of the training pictures, see models/whitening.py

    @model_validator(mode="after")
    def _whiten_new_weights_alone(self) -> Self:
        if self.whiten and self.layout is not WeightsLayout.NEW:
            raise ValueError(f"whiten replaces weights, and layout {self.layout.value!r} has files of them; set it to false")
        return self


class Frozen(RecipePart):
    """Which parts keep their weights."""

    vision_tower: bool
    projector: bool
    language_model: bool


class Adapter(RecipePart):
    """LoRA of the language model's linear layers, the head excepted; an unfrozen projector is trained whole."""

    kind: AdapterKind = AdapterKind.NONE
    rank: int = Field(default=128, ge=1, le=1024)
    alpha: int = Field(default=256, ge=1)
    dropout: float = Field(default=0.05, ge=0, lt=1)
    dora: bool = False


class Optimiser(RecipePart):
    """AdamW; weight decay spares what has one dimension (norms, biases)."""

    learning_rate: float = Field(gt=0, le=1)
    vision_learning_rate: float | None = Field(default=None, gt=0, le=1)  # of vision tower and projector; None: the same
    beta1: float = Field(default=0.9, ge=0, lt=1)
    beta2: float = Field(default=0.999, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0)
    max_grad_norm: float = Field(default=1.0, gt=0)


class Schedule(RecipePart):
    """How long, and how the learning rate moves. `max_steps` ends a run before its epochs do."""

    kind: ScheduleKind = ScheduleKind.COSINE
    epochs: float = Field(ge=0)
    max_steps: int | None = Field(default=None, ge=0)
    warmup_steps: int | None = Field(default=None, ge=0)
    warmup_share: float | None = Field(default=None, ge=0, le=1)  # of all steps
    min_learning_rate: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _warm_up_once(self) -> Self:
        if self.warmup_steps is not None and self.warmup_share is not None:
            raise ValueError("warmup_steps and warmup_share are both given; keep one")
        return self


class Batch(RecipePart):
    """Samples a step. Accumulation follows: global_size / (per_device x processes)."""

    global_size: int = Field(ge=1)
    per_device: int = Field(default=1, ge=1)
    gradient_checkpointing: bool = True
    by_length: bool = True  # samples of like length stand in one batch


class Curriculum(RecipePart):
    """Alignment samples (training/alignment.py): facts named, and closed questions answered by their class in a word."""

    alignment_share: float = Field(default=0.0, ge=0, le=1)  # of all steps, the first ones: alignment samples alone
    replay: float = Field(default=0.0, ge=0, le=1)  # chance of each later step to be one of alignment samples

    @property
    def needs_alignment(self) -> bool:
        """Whether any step may be one of alignment samples."""
        return self.alignment_share > 0 or self.replay > 0

    def count_alignment_steps(self, n_steps: int) -> int:
        """Return how many of a run's steps come first, of alignment samples alone.

        >>> Curriculum(alignment_share=0.72).count_alignment_steps(3400)
        2448
        """
        return round(self.alignment_share * n_steps)


class Data(RecipePart):
    """Which training records are used; the paper's ablations are values of this part."""

    leave_out: Ability | None = None  # one ability
    composed: bool = True  # False leaves out composed records
    open_questions: bool = True  # False leaves out records without options
    share: float = Field(default=1.0, ge=0, le=1)  # of the independent units, per ability and origin
    closed_answer: ClosedAnswer = ClosedAnswer.KEYED
    max_images: int = Field(default=3, ge=1)
    max_tokens: int = Field(default=4096, ge=1)  # images included; a longer sample is told and rejected, never cut


class Distribution(RecipePart):
    """How a step is spread over GPUs: ZeRO stage, and what is offloaded."""

    zero_stage: int | None = Field(default=None, ge=0, le=3)  # None: DeepSpeed is not used
    offload: Offload = Offload.NONE

    @model_validator(mode="after")
    def _offload_what_is_partitioned(self) -> Self:
        least = {Offload.NONE: 0, Offload.OPTIMISER: 1, Offload.ALL: 3}[self.offload]
        if self.offload is not Offload.NONE and (self.zero_stage is None or self.zero_stage < least):
            raise ValueError(f"offload = {self.offload.value!r} needs zero_stage {least} or above, got {self.zero_stage}")
        return self


class Hardware(RecipePart):
    """What the recipe is planned for; a launch elsewhere says so in its own plan."""

    gpus: int = Field(default=1, ge=0)  # 0: the CPU
    gpu: str = "A40"  # name in training/plan/gpus.toml
    machine_memory_gb: float = Field(default=256, gt=0)
    utilisation: float = Field(default=0.3, gt=0, le=1)  # share of the peak FLOP/s that a run reaches: an assumption


class Checkpoints(RecipePart):
    """How often a run can be gone on with."""

    every_steps: int = Field(default=200, ge=1)
    keep: int = Field(default=2, ge=1)
