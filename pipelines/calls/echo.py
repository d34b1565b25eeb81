r"""Whether an endpoint's words repeat what it was sent, and what of its names may be told.

Servers echo prompts and keys ("could not parse: <the whole message>"), as they are or as a URL, HTML, JSON or base64 would have
them. Words that share a run of 20 characters with the request, or 16 letters and digits whatever stands between those, are an
echo. Shorter ones cannot be told from chance. Where a request holds images, so does a run of 40 signs of base64.

Example:
    >>> repeats("see /help?q=Mrs%20Roe%2C%20born%20in%201950", '{"content":"Mrs Roe, born in 1950 in Leeds"}')
    True
    >>> tell_name("batch_1"), tell_name("Mrs Roe\n")
    ('batch_1', '(no plain name)')
"""

import base64
import binascii
import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_plus

from pipelines.calls.images_in_bodies import names_images

SHARED_RUN = 20  # characters
SHARED_LETTERS = 16  # letters and digits alone
SHORTEST_KEY = 8  # signs; a shorter one is hardly a secret, and taking it out would tear words apart
_ROUNDS = 3  # of undressing: an escaped URL within JSON within JSON
_NAME = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,64}")
_NO_WORD = re.compile(r"[\W_]+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|[nrt])")
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{20,}")
_PIXELS = re.compile(r"[A-Za-z0-9+/_-]{40,}")  # of an image; the body that is kept does not hold it to compare


@dataclass(frozen=True, slots=True, repr=False)
class _Asked:
    """The texts of a request, as they are and squeezed, and whether there are images beside them."""

    text: str
    letters: str
    has_images: bool


def repeats(message: str, request_body: str) -> bool:
    """Whether a message shares a run of characters, or of letters and digits, with a request's body or a text in it."""
    text = " ".join((request_body, *_texts_of(_parse(request_body))))
    return _is_echo(message, _Asked(text, _squeeze(text), names_images(request_body.encode())))


def repeats_prompt(name: str, request_body: str) -> bool:
    """The same of the messages alone: a server names the model that the body names, and may."""
    return len(name) >= SHARED_LETTERS and _is_echo(name, _read_messages(request_body))


def is_name(value: str) -> bool:
    """Whether a value looks like an identifier, not like words."""
    return _NAME.fullmatch(value) is not None


def tell_name(value: object) -> str:
    """Return an identifier that an endpoint gave, as it may stand in messages; words in its place are not told."""
    text = str(value)
    return text if is_name(text) else "(no plain name)"


def tell_printable(text: str, longest: int) -> str:
    """Return a text on one line, no longer than `longest`, without signs that steer a terminal or that UTF-8 cannot hold."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text.encode("utf-8", "replace").decode())
    return " ".join(shown.split())[:longest]


def hide_key(text: str, api_key: str | None) -> str:
    """Return a text without the key of the endpoint, which some servers name in full where it is wrong."""
    return text.replace(api_key, "(key)") if api_key and len(api_key) >= SHORTEST_KEY else text


def _is_echo(said: str, asked: _Asked) -> bool:
    return any(
        _share(form, asked.text, SHARED_RUN)
        or _share(_squeeze(form), asked.letters, SHARED_LETTERS)
        or (asked.has_images and _PIXELS.search(form) is not None)
        for form in _forms_of(said)
    )


@lru_cache(maxsize=1)  # a reply names several things
def _read_messages(request_body: str) -> _Asked:
    document = _parse(request_body)
    text = " ".join(_texts_of(document.get("messages") if isinstance(document, Mapping) else None))
    return _Asked(text, _squeeze(text), names_images(request_body.encode()))


def _share(said: str, asked: str, length: int) -> bool:
    return any(said[start : start + length] in asked for start in range(len(said) - length + 1))


def _squeeze(text: str) -> str:
    """Letters and digits alone; accents go with the signs, however they are written."""
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return _NO_WORD.sub("", plain).casefold()


def _forms_of(said: str) -> Iterator[str]:
    """What was said, what that is without escapes, and what long words in it are unpacked."""
    yield said
    plain = said
    for _ in range(_ROUNDS):
        plain = _ESCAPE.sub(_unescape, html.unescape(unquote_plus(plain)))
    if plain != said:
        yield plain
    for word in _PACKED.findall(plain):
        yield from _unpack(word)


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return " " if code is None else chr(int(code, 16))


def _unpack(word: str) -> Iterator[str]:
    """A word read as base64, in either alphabet, and as hexadecimal digits; it may be cut off."""
    whole = word[: len(word) - len(word) % 4]
    yield base64.urlsafe_b64decode(whole.replace("+", "-").replace("/", "_")).decode("utf-8", "ignore")
    try:
        yield bytes.fromhex(word[: len(word) - len(word) % 2]).decode("utf-8", "ignore")
    except (ValueError, binascii.Error):
        return


def _parse(request_body: str) -> object:
    try:
        return json.loads(request_body)
    except ValueError:
        return None


def _texts_of(document: object) -> Iterator[str]:
    """Every text of a document, without JSON's escapes."""
    open_parts = [document]
    while open_parts:
        part = open_parts.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, Mapping):
            open_parts.extend(part.values())
        elif isinstance(part, list):
            open_parts.extend(part)
