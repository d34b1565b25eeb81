r"""Whose words an output is: a base model repeats the prompt before its answer and writes the next question after it.

Example:
    >>> first_reply("[INST] A or B? [/INST] B [INST] And now? [/INST] A").strip()
    'B'
    >>> drop_echo("What changed?\nA. worse\nB. better\n\nB", {"A": "worse", "B": "better"}).split()
    ['What', 'changed?', 'B']
    >>> before_next_question("B\nQuestion: Which side?\nA. left\nB. right\nAnswer: A", {"A": "worse", "B": "better"})
    ('B', True)
"""

import re
from collections.abc import Mapping

_USER = r"\[INST\]|<\|im_start\|>\s*(?:user|system)\b|<start_of_turn>\s*user\b|<\|user\|>"
_ASSISTANT = r"\[/INST\]|<\|im_start\|>\s*assistant\b|<start_of_turn>\s*model\b|<\|assistant\|>"
_ASKS = r"(?:#+[ \t]*)?(?:user|human|question|context|instruction|q)[ \t]*\d{0,3}[ \t]*:"
_PROMPT_FIRST = re.compile(rf"\s*(?:<s>|<bos>|<\|begin_of_text\|>)?\s*(?:{_USER}|{_ASKS})", re.IGNORECASE)
_REPLY = re.compile(rf"{_ASSISTANT}|^[ \t]*(?:#+[ \t]*)?(?=(?:assistant|answer|response)[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_USER_TURN = re.compile(_USER, re.IGNORECASE)
_NEXT_QUESTION = re.compile(rf"^[ \t]*{_ASKS}", re.IGNORECASE | re.MULTILINE)
_SENTENCE_TOKEN = re.compile(r"</?s>|<bos>|<\|begin_of_text\|>", re.IGNORECASE)
_LIST_STARTS = re.compile(r"^[ \t]*[(\[]?A[)\].:]", re.MULTILINE)
_LABEL = re.compile(r"[(\[]?([A-Z])[)\]]?[.:]?\s*$")
_BETWEEN = re.compile(r"[\s.;,/|*•–—-]*")  # what may stand between two printed options; a tick or a cross is a verdict


def first_reply(text: str) -> str:
    """Return what stands between a repeated prompt and the next turn of a user; the text itself where it has no turns."""
    if _PROMPT_FIRST.match(text) and (reply := _REPLY.search(text)):
        text = text[reply.end() :]
        if (question := _NEXT_QUESTION.search(text)) and text[: question.start()].strip():
            text = text[: question.start()]
    for turn in _USER_TURN.finditer(text):
        if _SENTENCE_TOKEN.sub("", text[: turn.start()]).strip():
            return text[: turn.start()]
    return text


def before_next_question(text: str, options: Mapping[str, str]) -> tuple[str, bool] | None:
    """Return what stands before a line "Question: ...", and whether that question has other options; None without one."""
    match = _NEXT_QUESTION.search(text)
    if match is None or not text[: match.start()].strip():
        return None
    asked = text[match.start() :]
    lowered = asked.lower()
    is_other = _LIST_STARTS.search(asked) is not None and not all(option.lower() in lowered for option in options.values())
    return text[: match.start()].strip(), is_other


def drop_echo(text: str, options: Mapping[str, str]) -> str:
    """Return text without the options' list, if it prints all of them with their letters, in order and side by side."""
    lowered, position, start = text.lower(), 0, None
    for letter, option in options.items():
        found = _find_labelled(lowered, letter, option.lower().strip(), position)
        if found is None or (start is not None and not _BETWEEN.fullmatch(text, position, found[0])):
            return text
        start = found[0] if start is None else start
        position = found[1]
    return f"{text[:start]}\n{text[position:]}" if start is not None else text


def _find_labelled(lowered: str, letter: str, option: str, position: int) -> tuple[int, int] | None:
    """Return where "A. <text>" begins and ends after a position; only the first few places are tried."""
    for _ in range(5):
        place = lowered.find(option, position)
        if place < 0 or not option:
            return None
        label = _LABEL.search(lowered[max(0, place - 8) : place].upper())
        if label is not None and label.group(1) == letter and not lowered[place + len(option) :][:1].isalnum():
            return place - (len(label.string) - label.start()), place + len(option)
        position = place + 1
    return None
