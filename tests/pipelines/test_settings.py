"""Settings come from one file and the environment, and what does not fit is named with its fix."""

import traceback
from pathlib import Path

import pytest

from pipelines.choices import OutputSize, SourceFolders
from pipelines.settings import SettingsError, load_settings
from pipelines.vocabulary import Grid, Source, Split


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MEDMIM_CONFIG", "MEDMIM_STORAGE_ROOT", "MEDMIM_SOURCES__VQA_RAD"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_file_the_synthetic_cohort_is_the_source() -> None:
    assert load_settings().source_folders(Source.VQA_RAD).images == Path(".medmim/cohort/vqa_rad")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "medmim.toml").write_text('storage_root = "from_file"\n[sources]\nvqa_rad = "/file"\n')
    monkeypatch.setenv("MEDMIM_SOURCES__VQA_RAD", "/environment")
    settings = load_settings()
    assert settings.storage_root == "from_file"
    assert settings.source_folders(Source.VQA_RAD).images == Path("/environment")


def test_the_file_named_in_the_environment_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text("[splits.vqa_rad]\ntrain = 0\nheld_out = 1\n")
    monkeypatch.setenv("MEDMIM_CONFIG", str(tmp_path / "mine.toml"))
    assert load_settings().splits.vqa_rad.as_mapping()[Split.HELD_OUT] == 1


def test_the_parts_of_a_download_may_lie_apart(tmp_path: Path) -> None:
    (tmp_path / "medmim.toml").write_text('[sources.ms_cxr_t]\ntables = "/tables"\nimages = "/images"\n')
    folders = load_settings().source_folders(Source.MS_CXR_T)
    assert folders == SourceFolders(tables=Path("/tables"), images=Path("/images"), reports=Path("/tables"))


def test_one_part_may_lie_apart_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDMIM_SOURCES__EMBED__ROOT", "/embed")
    monkeypatch.setenv("MEDMIM_SOURCES__EMBED__IMAGES", "/nas")
    assert load_settings().source_folders(Source.EMBED) == SourceFolders(Path("/embed"), Path("/nas"), Path("/embed"))


def test_choices_of_reading_and_rendering_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDMIM_READING__LUMIERE__GRID", "native")
    monkeypatch.setenv("MEDMIM_RENDERING__SIZE", "square")
    settings = load_settings()
    assert (settings.reading.lumiere.grid, settings.rendering.size) == (Grid.NATIVE, OutputSize.SQUARE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[sources.ms_cxr_t]\nimags = 'x'", "unknown key 'sources.ms_cxr_t.imags'"),
        ("[sources.ms_cxr_t]", "key 'sources.ms_cxr_t': .*names no folder; set root"),
        ("[sources]\nembed = 3", "key 'sources.embed': got 3"),
        ("[rendering]\nplane = 'oblique'", "key 'rendering.plane': got 'oblique'.*'axial', 'coronal' or 'sagittal'"),
        ("storage_rot = 'x'", "unknown key 'storage_rot'"),
        ("[sources]\nvqarad = 'x'", "unknown key 'sources.vqarad'"),
        ("[splits.vqa_rad]\ntrain = 0.9", "shares must sum to 1, got 0.9"),
        ("[grouping]\nmax_groups_per_image = 0", "key 'grouping.max_groups_per_image': got 0"),
        ("storage_root = ", "not valid TOML"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "medmim.toml").write_text(content)
    with pytest.raises(SettingsError, match=message):
        load_settings()


@pytest.mark.parametrize("name", ["MEDMIM_STORAGEROOT", "MEDMIM_SOURCE__VQA_RAD"])
def test_a_misspelt_variable_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError, match=rf"environment variable {name} is no setting; known: .*MEDMIM_SOURCES"):
        load_settings()


def test_a_configured_file_that_is_absent_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDMIM_CONFIG", "nowhere.toml")
    with pytest.raises(SettingsError, match=r"MEDMIM_CONFIG: nowhere\.toml is not a file"):
        load_settings()


SECRET = "sk-proj-4f9c21aa07b3"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (f'endpoints = "{SECRET}"', "endpoints"),
        (f'endpoints.x = "{SECRET}"', "endpoints.x"),
        ('endpoints.x = "hunter2"', "endpoints.x"),
        (f'[endpoints.x]\nbase_url = "http://h"\nmodel = "m"\napi_key = "{SECRET}"', "endpoints.x.api_key"),
        (f'[endpoints.x]\napi_key_variable = "{SECRET}"', "endpoints.x.base_url"),
        (f'[endpoints.x]\nbase_url = "http://h"\nmodel = "m"\ntimeout_seconds = "{SECRET}"', "endpoints.x.timeout_seconds"),
        (f'[endpoints.x]\nbase_url = {{key = "{SECRET}"}}\nmodel = "m"', "endpoints.x.base_url"),
        (f'[generation]\nexecutor = "{SECRET}"', "generation.executor"),
        (f'generation = "{SECRET}"', "generation"),
    ],
)
def test_a_key_in_the_wrong_place_is_named_by_its_place_and_not_repeated(tmp_path: Path, content: str, key: str) -> None:
    (tmp_path / "medmim.toml").write_text(content)
    with pytest.raises(SettingsError, match=f"key '{key}'") as caught:
        load_settings()
    trace = "".join(traceback.format_exception(caught.value))
    assert SECRET not in trace
    assert "hunter2" not in trace


def test_a_variable_that_is_no_json_is_one_message_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDMIM_ENDPOINTS", f'{{"x": "{SECRET}"')
    with pytest.raises(SettingsError, match=r'"endpoints".*write a table or list in it as JSON') as caught:
        load_settings()
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_the_policy_lies_beside_the_settings_file_wherever_the_program_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "medmim.toml").write_text('policy = "mine.toml"\n')
    (tmp_path / "mine.toml").write_text("")
    monkeypatch.setenv("MEDMIM_CONFIG", str(tmp_path / "medmim.toml"))
    monkeypatch.chdir("/")
    assert load_settings().policy == tmp_path / "mine.toml"


def test_a_policy_that_is_named_and_absent_is_an_error_for_it_might_be_the_stricter_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "medmim.toml").write_text('policy = "mine.toml"\n')
    monkeypatch.setenv("MEDMIM_CONFIG", str(tmp_path / "medmim.toml"))
    with pytest.raises(SettingsError, match=r"mine\.toml is not there"):
        load_settings()


@pytest.mark.parametrize("name", ["TEMPERATURE", "TIMEOUT_SECONDS"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_numbers_of_an_endpoint_are_finite(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for key, text in {"BASE_URL": "http://127.0.0.1:1/v1", "MODEL": "m", name: value}.items():
        monkeypatch.setenv(f"MEDMIM_ENDPOINTS__X__{key}", text)
    with pytest.raises(SettingsError, match=name.lower()):
        load_settings()
