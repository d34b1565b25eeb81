"""Settings: one TOML file (`medmim.toml`, or the path in MEDMIM_CONFIG), every key overridable by the environment.

`sources.vqa_rad` in the file is `MEDMIM_SOURCES__VQA_RAD` in the environment. An unknown key is an error that names it.
With no source set, the synthetic cohort under the storage root is used and every report says so.

Example:
    >>> Settings(storage_root="/data/medmim").source_folders(Source.VQA_RAD).images
    PosixPath('/data/medmim/cohort/vqa_rad')
"""

import os
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as SourceParsingError

from pipelines.choices import (
    FOLDERS_TAG,
    ROOT_TAG,
    Audit,
    Endpoint,
    Evaluation,
    Exports,
    FolderPaths,
    Generation,
    Grouping,
    Reading,
    Rendering,
    Review,
    SourceFolders,
    SourceRoots,
    Splits,
)
from pipelines.training_choices import Training
from pipelines.vocabulary import Source
from pipelines.wrong_value import tell_value

PREFIX = "MEDMIM_"
# Read elsewhere: the first names this file, the second is for the test suite.
NOT_SETTINGS = frozenset({"MEDMIM_CONFIG", "MEDMIM_REQUIRE_SHARED"})


class SettingsError(ValueError):
    """Settings that cannot be used; the message names the key, what was found and how to mend it."""


class Settings(BaseSettings):
    """All settings of a run."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    storage_root: str = ".medmim"
    sources: SourceRoots = SourceRoots()
    reading: Reading = Reading()
    rendering: Rendering = Rendering()
    splits: Splits = Splits()
    grouping: Grouping = Grouping()
    generation: Generation = Generation()
    endpoints: dict[str, Endpoint] = Field(default_factory=dict)
    policy: Path = Path("policy.toml")  # where data may go; with no such file the built-in one, which denies most
    prices: Path | None = None  # USD per million tokens, over the built-in table
    exports: Exports = Exports()
    review: Review = Review()
    training: Training = Training()
    evaluation: Evaluation = Evaluation()
    audit: Audit = Audit()

    def cohort_root(self) -> Path:
        """Return the folder that holds the synthetic cohort."""
        return Path(self.storage_root) / "cohort"

    def source_folders(self, source: Source) -> SourceFolders:
        """Return the folders of a source: the user's download, else the synthetic cohort."""
        chosen: Path | FolderPaths | None = getattr(self.sources, source.value)
        if chosen is None:
            return SourceFolders.at(self.cohort_root() / source.value)
        if isinstance(chosen, Path):
            return SourceFolders.at(chosen.expanduser())
        named = [path.expanduser() for path in (chosen.root, chosen.tables, chosen.images, chosen.reports) if path is not None]
        return SourceFolders(*((path or named[0]).expanduser() for path in (chosen.tables, chosen.images, chosen.reports)))

    def review_ledger(self) -> Path:
        """Return the path of the reviewers' ledger."""
        return Path(self.storage_root) / "review" / "decisions.sqlite"

    def endpoint(self, name: str | None) -> Endpoint:
        """Return an endpoint by its name.

        Raises:
            SettingsError: the name is none of `endpoints`.
        """
        if name is None or name not in self.endpoints:
            known = ", ".join(sorted(self.endpoints)) or "none"
            raise SettingsError(
                f"endpoint: got {name!r}, expected one of `endpoints` ({known}); add [endpoints.NAME] with base_url and model, "
                "and approve it in the policy (docs/policy.md)"
            )
        return self.endpoints[name]

    def call_ledger(self) -> Path:
        """Return the path of the ledger of model calls."""
        return Path(self.storage_root) / "calls" / "ledger.sqlite"

    def answers_file(self, model: str) -> Path:
        """Return the path of what a model of the score table answered so far."""
        return Path(self.storage_root) / "answers" / f"{model}.jsonl"

    def checkpoint_folder(self, run: str) -> Path:
        """Return the folder that holds, or will hold, the model that a training run finished last; it may be a link."""
        return Path(self.storage_root) / "runs" / run / "model"

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
        return _place_policy(Settings(), path)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}; mend that line") from error
    except ValidationError as error:
        raise SettingsError(f"{path} and {PREFIX}* variables: {_explain(error)}") from error
    except SourceParsingError as error:
        raise SettingsError(f"{PREFIX}* variables: {error}; write a table or list in it as JSON") from None


def _place_policy(settings: Settings, file: Path) -> Settings:
    """Return the settings with the policy looked for beside the settings file, wherever the program was started.

    Raises:
        SettingsError: a policy that the settings name is not there; without it exports would follow the built-in rules.
    """
    path = file.parent / settings.policy.expanduser()
    if "policy" in settings.model_fields_set and not os.path.lexists(path):
        raise SettingsError(f"key 'policy': {path} is not there; write it (docs/policy.md), or leave the key out")
    return settings.model_copy(update={"policy": path})


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
        key = ".".join(str(part) for part in problem["loc"] if part not in (ROOT_TAG, FOLDERS_TAG))
        if problem["type"] == "extra_forbidden":
            lines.append(f"unknown key {key!r}; remove or correct it (the keys are in docs/settings.md)")
        else:
            is_secret = problem["loc"][:1] == ("endpoints",)
            got = "nothing" if problem["type"] == "missing" else tell_value(problem["input"], is_in_secret_place=is_secret)
            lines.append(f"key {key!r}: got {got}: {problem['msg']}")
    return "; ".join(lines)
