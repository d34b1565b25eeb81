"""Row types of evaluation: what was asked by others, how it was shown, what a model answered, what that is worth.

Example:
    >>> Prediction("longest_option", "held_in_temporal", "record-1", "B").condition
    <Condition.SIGHTED: 'sighted'>
"""

from dataclasses import dataclass
from enum import StrEnum

from pipelines.records import Turn
from pipelines.vocabulary import AnswerType


class Condition(StrEnum):
    """How an item was shown to a model: as it is, or changed so that something is learned of the score."""

    SIGHTED = "sighted"
    BLIND = "blind"  # without its images
    SHUFFLED_IMAGES = "shuffled_images"  # with the images of another item
    PERMUTED_OPTIONS = "permuted_options"  # the variant says by how many places the texts moved on
    SWAPPED_ORDER = "swapped_order"  # images in reverse order, and the question's ordinals with them
    CORRUPTED = "corrupted"  # the variant says how and how much: "blur:3"


# What takes the images away: a score is read against these.
IMAGE_CONTROLS = (Condition.BLIND, Condition.SHUFFLED_IMAGES)
# What changes an order and leaves the answer what it is: consistency is asked of these.
ORDER_CONTROLS = (Condition.PERMUTED_OPTIONS, Condition.SWAPPED_ORDER)
# What a user may ask for beside the items as they are; corruptions are asked for by `robustness`.
CONTROLS = (*IMAGE_CONTROLS, *ORDER_CONTROLS)


class Finish(StrEnum):
    """Why an answer ends where it does."""

    STOP = "stop"
    LENGTH = "length"  # cut off at the most tokens that it might have
    REFUSED = "refused"
    FILTERED = "filtered"  # by the endpoint
    NOT_ACCEPTED = "not_accepted"  # the endpoint turned the question down for good; the answer is empty
    UNKNOWN = "unknown"  # made elsewhere, or by a rule


class ImageUse(StrEnum):
    """How many images a model takes in one question."""

    MANY = "many"
    ONE = "one"  # several are composed into one canvas
    NONE = "none"  # text alone: it has blind answers only


@dataclass(frozen=True, slots=True)
class ReleasedRecord:
    """One record of a benchmark file that somebody released, its images resolved against a source."""

    benchmark: str  # its name in the settings
    position: int  # 0-based place in the file: released ids repeat, positions do not
    id: str
    images: tuple[str, ...]  # paths relative to the storage root or absolute; as released where one is missing
    conversation: tuple[Turn, ...]
    source: str | None
    unit_id: str  # the first image's subject; the image itself where that is unknown
    subject_ids: tuple[str, ...]  # empty where unknown
    missing_images: tuple[str, ...] = ()  # not at hand: the record can be asked blind only


@dataclass(frozen=True, slots=True)
class Prediction:
    """One raw answer of a model to one benchmark record, shown in one way."""

    model: str
    benchmark: str
    record_key: str
    output: str
    condition: Condition = Condition.SIGHTED
    variant: str = ""  # of the condition, "" where it has one form only
    finish: Finish = Finish.UNKNOWN
    n_output_tokens: int | None = None
    answer_key: str | None = None  # of the append-only row: model, record, what was shown, decoding; None for rules and files
    prompt_digest: str | None = None  # of text and images as shown


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What stands behind a model's name in the score table: enough to run it again."""

    model: str
    kind: str  # "baseline", "file", "openai", "transformers", "checkpoint"
    label: str  # the hub's id or the folder's name with revision, endpoint and model, or the file's name
    digest: str  # of everything but decoding that decides an answer: weights, processor, prompt form
    decoding: str  # "greedy, at most 128 tokens"
    image_use: ImageUse
    prompt_form: str  # how a question is put
    versions: tuple[str, ...]  # "transformers 5.23.0"
    seed: int
    remarks: tuple[str, ...]  # what a reader of the table must know: "several images composed into one canvas"


@dataclass(frozen=True, slots=True)
class Score:
    """One cell of the score table: one model, one benchmark, one answer type, one metric, one way of showing."""

    model: str
    benchmark: str
    answer_type: AnswerType
    metric: str  # "accuracy", or the name of the open-score preset
    view: str  # "as_published" or "corrected"
    value: float | None  # 0-1; None where the model does not answer this type
    low: float | None  # 95 % Wilson interval (accuracy)
    high: float | None
    cluster_low: float | None  # 95 % cluster bootstrap by independent unit
    cluster_high: float | None
    n: int
    n_clusters: int
    n_unparsed: int
    bert_recall: float | None
    bleu: float | None
    rouge_l_recall: float | None
    length_ratio: float | None
    protocol: str  # what was run, with library versions: scores of two protocols never stand in one table
    condition: Condition = Condition.SIGHTED
    variant: str = ""


@dataclass(frozen=True, slots=True)
class ControlEffect:
    """What a model's score owes to what a control takes away: sighted minus control, on the same items."""

    model: str
    benchmark: str
    answer_type: AnswerType
    metric: str
    view: str
    condition: Condition  # the control: blind, shuffled_images
    n: int  # items answered both ways
    n_clusters: int
    sighted: float  # 0-1
    control: float  # 0-1
    difference: float  # sighted - control, -1 to 1
    low: float | None  # 95 % cluster bootstrap of the paired difference; None with too few clusters
    high: float | None
    p: float | None  # cluster sign-flip, two-sided


@dataclass(frozen=True, slots=True)
class Consistency:
    """Whether a model keeps to its answer when only the order of options or of images changes."""

    model: str
    benchmark: str
    condition: Condition  # permuted_options or swapped_order
    n: int  # closed items whose every variant was answered
    n_clusters: int
    consistent: float  # share that chose the same text in every variant, 0-1; undecided answers are never consistent
    low: float | None  # 95 % cluster bootstrap
    high: float | None
    accuracy: float  # mean over items and variants, 0-1
    always_right: float  # share that is right in every variant, 0-1
    places: tuple[float, ...]  # of decided answers, the share that names the first, second ... printed place
    keyed_places: tuple[float, ...]  # the same of the keys
    position_bias: float  # total variation distance of the two, 0-1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same items: the difference, and how likely one as large is by chance."""

    model_a: str
    model_b: str
    benchmark: str
    answer_type: AnswerType
    metric: str
    view: str
    n: int  # items that both answered
    n_clusters: int
    difference: float  # a - b, -1 to 1
    low: float | None  # 95 % cluster bootstrap of the paired difference
    high: float | None
    n_only_a: int | None  # closed: right for a, wrong for b
    n_only_b: int | None
    mcnemar_p: float | None  # closed: exact, two-sided; takes items as independent
    mcnemar_p_holm: float | None  # over the columns of this pair
    sign_flip_p: float | None  # by independent unit; None with fewer than two units that differ
    sign_flip_p_holm: float | None
