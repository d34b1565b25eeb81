"""The data steward's page says what the program does."""

import re
from datetime import date
from pathlib import Path

import pytest

from pipelines.choices import Endpoint
from pipelines.governance.egress import find_denials
from pipelines.governance.policy import load_policy
from pipelines.vocabulary import Source

PAGE = (Path(__file__).parents[3] / "docs" / "policy.md").read_text(encoding="utf-8")
NAMES = {"MS-CXR-T": Source.MS_CXR_T, "LLaVA-Med": Source.LLAVA_MED, "VQA-RAD": Source.VQA_RAD}
AUDIENCES = {"the group": "group", "people under the same terms": "agreement", "the public": "public"}


def test_the_page_s_table_is_the_built_in_policy(tmp_path: Path) -> None:
    policy = load_policy(tmp_path / "policy.toml")
    rows = re.findall(r"^\| ([\w-]+)(?: \([^|]*\))? \| (open|registered|credentialed) \| ([^|]+) \|", PAGE, re.MULTILINE)
    told = {NAMES.get(name) or Source(name.lower()): (data_class, AUDIENCES[audience]) for name, data_class, audience in rows}
    assert told == {source: (str(policy.class_of(source)), str(policy.audience_of(source))) for source in Source}


@pytest.mark.parametrize(
    ("nth", "name", "base_url"),
    [(0, "local_vllm", "http://127.0.0.1:8000/v1"), (1, "azure", "https://our-resource.openai.azure.com/openai")],
)
def test_each_policy_of_the_page_approves_what_the_page_says(tmp_path: Path, nth: int, name: str, base_url: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[nth], encoding="utf-8")
    policy = load_policy(path)
    day = date(2026, 1, 15)
    assert not find_denials([Source.MS_CXR_T], name, Endpoint(base_url=base_url, model="m"), policy, day)
    assert find_denials([Source.EMBED], name, Endpoint(base_url=base_url, model="m"), policy, day)
