"""Settings: one TOML file (`medmim.toml`, or the path in MEDMIM_CONFIG), every key overridable by the environment.

`sources.vqa_rad` in the file is `MEDMIM_SOURCES__VQA_RAD` in the environment. An unknown key is an error that names it.
With no source set, the synthetic cohort under the storage root is used and every report says so.

Example:
    >>> Settings(storage_root="/data/medmim").source_root(Source.VQA_RAD)
    PosixPath('/data/medmim/cohort/vqa_rad')
"""

import os
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipelines.vocabulary import Source, Split

PREFIX = "MEDMIM_"
# Read elsewhere: the first names this file, the second is for the test suite.
NOT_SETTINGS = frozenset({"MEDMIM_CONFIG", "MEDMIM_REQUIRE_SHARED"})


class SettingsError(ValueError):
    """Settings that cannot be used; the message names the key, what was found and how to mend it."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceRoots(_Section):
    """Root folder of each download; None means that source's synthetic cohort."""

    embed: Path | None = None
    lumiere: Path | None = None
    ms_cxr_t: Path | None = None
    odir: Path | None = None
    vqa_rad: Path | None = None
    llava_med: Path | None = None


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
    vqa_rad: SplitShares = SplitShares(train=0.5, held_out=0.5)


class Grouping(_Section):
    """How image groups are composed."""

    seed: int = 20250519
    max_groups_per_image: int = Field(default=12, ge=1)
    three_image_share: float = Field(default=0.4, ge=0, le=1)


class Generation(_Section):
    """How question-answer records are written."""

    seed: int = 20250519


class Review(_Section):
    """The plan that qa/approved enforces. Defaults: 0 rejects among 59 show < 5 % bad at 95 % confidence (Klie 2024)."""

    seed: int = 20250519  # draws the samples
    train_sample: int = Field(default=59, ge=1)
    benchmark_reviewers: int = Field(default=2, ge=1)


class Evaluation(_Section):
    """What is scored, on which benchmark files, and how."""

    preset: str = "ci_offline"  # runs anywhere; publish with open_v1
    bert_model: str | None = None  # path or name that replaces the preset's model
    seed: int = 20250519
    bootstrap_draws: int = Field(default=2000, ge=100)
    released: dict[str, Path] = Field(default_factory=dict)  # {"mim_rad_released": Path("Med_MIM_benchmark_Held_out_RAD.json")}
    models: dict[str, str] = Field(default_factory=dict)  # {"my_model": "file:predictions.jsonl"}


class Settings(BaseSettings):
    """All settings of a run."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    storage_root: str = ".medmim"
    sources: SourceRoots = SourceRoots()
    splits: Splits = Splits()
    grouping: Grouping = Grouping()
    generation: Generation = Generation()
    review: Review = Review()
    evaluation: Evaluation = Evaluation()

    def cohort_root(self) -> Path:
        """Return the folder that holds the synthetic cohort."""
        return Path(self.storage_root) / "cohort"

    def source_root(self, source: Source) -> Path:
        """Return the folder of a source: the user's download, else the synthetic cohort."""
        chosen: Path | None = getattr(self.sources, source.value)
        return chosen.expanduser() if chosen is not None else self.cohort_root() / source.value

    def review_ledger(self) -> Path:
        """Return the path of the reviewers' ledger."""
        return Path(self.storage_root) / "review" / "decisions.sqlite"

    def export_path(self, name: str) -> Path:
        """Return the path of a file made for people or other programs: JSON, CSV, report."""
        return Path(self.storage_root) / "exports" / name

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, settings_file())


def settings_file() -> Path:
    """Return the path of the TOML file: MEDMIM_CONFIG, else medmim.toml in the working directory."""
    return Path(os.environ.get("MEDMIM_CONFIG", "medmim.toml"))


def load_settings() -> Settings:
    """Return the settings of the TOML file overridden by the environment.

    Raises:
        SettingsError: a missing or broken file, an unknown key or a value that does not fit, named with the fix.
    """
    path = settings_file()
    if "MEDMIM_CONFIG" in os.environ and not path.is_file():
        raise SettingsError(f"MEDMIM_CONFIG: {path} is not a file; point it at your medmim.toml or unset it")
    _refuse_unknown_variables()
    try:
        return Settings()
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}; mend that line") from error
    except ValidationError as error:
        raise SettingsError(f"{path} and {PREFIX}* variables: {_explain(error)}") from error


def _refuse_unknown_variables() -> None:
    """pydantic-settings ignores variables that match no field; a misspelt one must not pass in silence."""
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name in NOT_SETTINGS:
            continue
        field = name.removeprefix(PREFIX).split("__")[0].lower()
        if field not in Settings.model_fields:
            known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
            raise SettingsError(f"environment variable {name} is no setting; known: {known}; unset or correct it")


def _explain(error: ValidationError) -> str:
    lines: list[str] = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            lines.append(f"unknown key {key!r}; remove or correct it (the keys are in docs/settings.md)")
        else:
            lines.append(f"key {key!r}: got {problem['input']!r}: {problem['msg']}")
    return "; ".join(lines)
