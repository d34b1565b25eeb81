"""What a user may choose, by section of the settings file; `pipelines.settings` reads that file and the environment.

Example:
    >>> Rendering(plane=Plane.AXIAL).min_tumour_area_mm2
    1200
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from pipelines.calls.kinds import ApiKind, Executor, GeneratorKind, Rung
from pipelines.score_records import CONTROLS, Condition
from pipelines.terms_of_use import Audience
from pipelines.vocabulary import Grid, Plane, SegmentationTool, Split


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FolderPaths(_Section):
    """A download whose parts lie apart; what is not named is looked for under `root`, else beside what is named."""

    root: Path | None = None
    tables: Path | None = None
    images: Path | None = None
    reports: Path | None = None

    @model_validator(mode="after")
    def _name_one(self) -> "FolderPaths":
        if not any((self.root, self.tables, self.images, self.reports)):
            raise ValueError("names no folder; set root, or tables, images and reports")
        return self


@dataclass(frozen=True)
class SourceFolders:
    """Where the parts of one download lie; all three are the same folder unless the settings tell them apart."""

    tables: Path
    images: Path
    reports: Path

    @classmethod
    def at(cls, root: Path) -> "SourceFolders":
        """Return the folders of a download that lies in one place."""
        return cls(root, root, root)


def _tell_root_from_folders(value: object) -> str:
    return FOLDERS_TAG if isinstance(value, dict | FolderPaths) else ROOT_TAG


ROOT_TAG, FOLDERS_TAG = "root folder", "folders"  # pydantic puts them into the place of an error: see settings
Root = Annotated[
    Annotated[Path, Tag(ROOT_TAG)] | Annotated[FolderPaths, Tag(FOLDERS_TAG)], Discriminator(_tell_root_from_folders)
]


class SourceRoots(_Section):
    """Root folder of each download, or one folder for each of its parts; None means that source's synthetic cohort."""

    embed: Root | None = None
    lumiere: Root | None = None
    ms_cxr_t: Root | None = None
    odir: Root | None = None
    vqa_rad: Root | None = None
    llava_med: Root | None = None


class EmbedReading(_Section):
    """Choices in reading EMBED."""

    # The owner's Data_Curation notebook: a bilateral examination with findings on one side only is negative on the other.
    contralateral_negative: bool = True


class LumiereReading(_Section):
    """Choices in reading LUMIERE."""

    grid: Grid = Grid.ATLAS
    segmentation_tool: SegmentationTool = SegmentationTool.DEEP_BRA_TUM_IA


class Reading(_Section):
    """Choices in reading downloads, by source."""

    embed: EmbedReading = EmbedReading()
    lumiere: LumiereReading = LumiereReading()


class OutputSize(StrEnum):
    """What becomes of an image's size."""

    NATIVE = "native"
    LONGEST_SIDE = "longest_side"  # scaled down, never up, so that its longest side has `pixels`
    SQUARE = "square"  # the same, then padded with black to a square of `pixels`


class Rendering(_Section):
    """How files become 8-bit images; every choice is part of an image's key, so that a change makes new images."""

    size: OutputSize = OutputSize.NATIVE
    pixels: int = Field(default=1024, ge=16, le=8192)  # of the longest side; without effect at native size
    window: str = "first"  # DICOM: "first", or the explanation (0028,1055) of the window to take where a file has it
    allow_burned_in_annotation: bool = False  # DICOM (0028,0301) = YES: pixels may show a name
    plane: Plane = Plane.CORONAL  # of volumes; coronal as in the release
    min_tumour_area_mm2: float = Field(default=1200, ge=0)  # in a slice, at its largest visit; 1,200 px of the 1 mm atlas
    slice_step: int = Field(default=1, ge=1)  # 2 takes every other one of the slices that qualify


class SplitShares(_Section):
    """Expected share of subjects per split; they sum to 1."""

    train: float = Field(ge=0, le=1)
    held_in: float = Field(default=0.0, ge=0, le=1)
    held_out: float = Field(default=0.0, ge=0, le=1)

    @model_validator(mode="after")
    def _sum_to_one(self) -> "SplitShares":
        total = self.train + self.held_in + self.held_out
        if abs(total - 1) > 1e-9:
            raise ValueError(f"shares must sum to 1, got {total:g}")
        return self

    def as_mapping(self) -> dict[Split, float]:
        """Return the shares by split, in the order train, held_in, held_out."""
        return {Split.TRAIN: self.train, Split.HELD_IN: self.held_in, Split.HELD_OUT: self.held_out}


class Splits(_Section):
    """How subjects are divided. Half of VQA-RAD trains; the paper holds it out whole: set `vqa_rad.held_out = 1`."""

    seed: int = 20250519
    embed: SplitShares = SplitShares(train=0.9, held_in=0.1)
    lumiere: SplitShares = SplitShares(train=0.8, held_in=0.2)  # 91 subjects: a tenth would be 9
    ms_cxr_t: SplitShares = SplitShares(train=0.8, held_in=0.2)
    odir: SplitShares = SplitShares(train=0, held_out=1)  # as in the paper
    vqa_rad: SplitShares = SplitShares(train=0.5, held_out=0.5)
    llava_med: SplitShares = SplitShares(train=0.95, held_in=0.05)


class Grouping(_Section):
    """How image groups are made."""

    seed: int = 20250519
    three_image_share: float = Field(default=0.4, ge=0, le=1)  # of groups that may have two or three
    max_groups_per_image: int = Field(default=12, ge=1)  # of composed groups
    max_groups_per_unit: int = Field(default=4, ge=1)  # independent unit: a subject and the one or two visits asked about
    max_groups_per_subtask: int = Field(default=20_000, ge=1)  # in each split
    max_label_excess: float = Field(default=1.5, ge=1)  # no answer of k takes more than this times 1/k of its groups
    min_slice_gap: int = Field(default=10, ge=1)  # slices between two of one unit and sub-task; 10 mm on the atlas grid
    min_visit_gap_days: int = Field(default=30, ge=1)  # EMBED: visits nearer than this are one episode
    min_forecast_days: int = Field(default=180, ge=0)  # EMBED: from the last visit shown to the one that is forecast
    max_forecast_days: int = Field(default=730, ge=1)
    use_disputed_labels: bool = False  # MS-CXR-T: label quality "disagreement"
    memory_mb: int = Field(default=2500, ge=256)  # beyond it, intermediate tables go to disk


class Budget(_Section):
    """What model calls may use up in one storage root, all runs together; None for no limit."""

    usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    tokens: int | None = Field(default=None, ge=0)


class Generation(_Section):
    """How question-answer records are written."""

    seed: int = 20250519
    generator: GeneratorKind = GeneratorKind.TEMPLATE
    endpoint: str | None = None  # of `endpoints`: the model that writes
    judge: str | None = None  # of `endpoints`: a model of another family that derives each key again, blind to it
    blind_solver: str | None = None  # of `endpoints`: a model that sees the question alone, and must not beat chance
    executor: Executor = Executor.LIVE
    budget: Budget = Budget()
    max_rounds: int = Field(default=3, ge=0, le=3)  # a rejected record is written anew at most this often


class Endpoint(_Section):
    """One model behind one address. Whether a source's text may go there is the policy's to say, not this section's."""

    base_url: str  # "https://api.openai.com/v1", "http://127.0.0.1:8080/v1"
    model: str
    api: ApiKind = ApiKind.OPENAI
    api_version: str | None = None  # Azure
    api_key_variable: str | None = None  # name of the environment variable that holds the key; None where none is needed
    timeout_seconds: float = Field(default=120, gt=0, allow_inf_nan=False)
    max_in_flight: int = Field(default=32, ge=1, le=1024)
    requests_per_minute: int | None = Field(default=None, ge=1)
    tokens_per_minute: int | None = Field(default=None, ge=1)
    max_attempts: int = Field(default=6, ge=1)  # of one request in one run
    max_completion_tokens: int = Field(default=700, ge=1)
    temperature: float | None = Field(default=0.7, ge=0, le=2, allow_inf_nan=False)  # None leaves it out: some models refuse it
    rung: Rung | None = None  # None asks for the strictest first, and comes down where the endpoint cannot


class Review(_Section):
    """The plan that qa/approved enforces. Defaults: 0 rejects among 59 show < 5 % bad at 95 % confidence (Klie 2024)."""

    seed: int = 20250519  # draws the samples
    train_sample: int = Field(default=59, ge=1)
    benchmark_reviewers: int = Field(default=2, ge=1)


class Exports(_Section):
    """Files made for people and other programs."""

    audience: Audience = Audience.GROUP


class Evaluation(_Section):
    """What is scored, on which benchmark files, and how."""

    preset: str = "ci_offline"  # runs anywhere; publish with open_v1
    bert_model: str | None = None  # path or name that replaces the preset's model
    seed: int = 20250519
    bootstrap_draws: int = Field(default=2000, ge=100)
    released: dict[str, Path] = Field(default_factory=dict)  # {"mim_rad_released": Path("Med_MIM_benchmark_Held_out_RAD.json")}
    released_images: dict[str, Path] = Field(default_factory=dict)  # folders of images by name of `released`
    models: dict[str, str] = Field(default_factory=dict)  # {"mine": "transformers:runs/mine?dtype=bf16"}
    controls: tuple[Condition, ...] = CONTROLS  # asked of every model beside the items as they are
    robustness: bool = False  # the held-in set under graded corruptions of its images, 35 times as many questions
    choice_judge: str | None = None  # of `endpoints`: a model that reads closed answers which no rule can
    report_items: int = Field(default=200, ge=0)  # in the report's item browser, of each benchmark; images make the page large

    @model_validator(mode="after")
    def _know_controls(self) -> "Evaluation":
        if strangers := [str(one) for one in self.controls if one not in CONTROLS]:
            raise ValueError(f"controls: got {strangers[0]!r}, expected some of {', '.join(CONTROLS)}")
        return self


class Audit(_Section):
    """Files of others to audit beside `evaluation.released`; what train and benchmark share is counted where both are named."""

    benchmark: tuple[Path, ...] = ()
    train: tuple[Path, ...] = ()
