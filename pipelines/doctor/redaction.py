"""Keys to services never appear in what the doctor says, wherever they came from.

Example:
    >>> looks_like_a_name("OPENAI_API_KEY"), looks_like_a_name("sk-proj-1234")
    (True, False)
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import fields, replace

from pipelines.doctor.finding import Finding
from pipelines.settings import Settings

_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
_LEAST_LENGTH = 4  # characters of a value that is taken for a key: shorter ones occur in any text
_SHOWN_AS = "(hidden)"


def looks_like_a_name(text: str) -> bool:
    """Return whether a text is an environment variable's name as they are usually written, and no key by mistake."""
    return _NAME.fullmatch(text) is not None


def collect_secrets(settings: Settings, environment: Mapping[str, str]) -> frozenset[str]:
    """Return the keys of all endpoints, and what was written where the name of a variable belongs."""
    named = [one.api_key_variable for one in settings.endpoints.values() if one.api_key_variable is not None]
    keys = {environment.get(name, "").strip() for name in named}
    keys |= {name for name in named if name not in environment and not looks_like_a_name(name)}
    return frozenset(key for key in keys if len(key) >= _LEAST_LENGTH)


def hide_secrets(finding: Finding, secrets: Collection[str]) -> Finding:
    """Return a finding in whose words no secret occurs.

    >>> from pipelines.doctor.finding import Area, Level
    >>> hide_secrets(Finding(Area.ENDPOINTS, Level.OK, "key", "here", "got abc-1234"), ["abc-1234"]).got
    'got (hidden)'
    """
    changed: dict[str, str] = {}
    for field in fields(finding):
        text = getattr(finding, field.name)
        if field.name not in ("area", "level"):
            changed[field.name] = _hide(text, secrets)
    return replace(finding, **changed)


def _hide(text: str, secrets: Collection[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _SHOWN_AS)
    return text
