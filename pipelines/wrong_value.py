"""A value of a settings or policy file that does not fit, as it may stand in a message: never one that could be a key.

Keys belong into environment variables, and get into files all the same: at the wrong place, where a message that repeats what
it found would carry them into logs and tickets.

Example:
    >>> print(tell_value("oblique"), tell_value("sk-proj-4f9c21aa07b3"), tell_value({"api_key": "4f9c21"}), sep="; ")
    'oblique'; a text of 20 characters (not shown, it may be a key); a table with api_key
"""

import re
from collections.abc import Mapping, Sequence

LONGEST_TOLD = 60
_KEY_LIKE = re.compile(
    r"(?:^|\W)(?:sk|pk|rk|hf|gh[a-z]|github|glpat|xox[a-z]|api|key|token|secret|bearer|basic|eyj\w*)[-_ ]\S"
    r"|(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{20,}"  # letters and digits mixed: no word and no folder
    r"|://[^/\s]*@|\?\S*=",
    re.IGNORECASE,
)


def tell_value(value: object, is_in_secret_place: bool = False) -> str:
    """Return a value as a message may have it.

    Args:
        value: as it was read.
        is_in_secret_place: where keys are likely, so that no text is shown at all.
    """
    if isinstance(value, str):
        is_hidden = is_in_secret_place or len(value) > LONGEST_TOLD or _KEY_LIKE.search(value)
        return f"a text of {len(value)} characters (not shown, it may be a key)" if is_hidden else repr(value)
    if isinstance(value, Mapping):
        return f"a table with {', '.join(_tell_name(name) for name in value) or 'nothing in it'}"
    if isinstance(value, Sequence | set | frozenset):
        return f"a list of {len(value)}"
    return repr(value)


def _tell_name(name: object) -> str:
    return "(a name that may be a key)" if _KEY_LIKE.search(str(name)) and not str(name).isidentifier() else str(name)
