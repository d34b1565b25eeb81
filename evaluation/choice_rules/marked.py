r"""Answers in a marked place: \boxed{}, <answer> tags, [[B]], JSON objects, and an option repeated word for word.

Example:
    >>> read_boxed(r"so \boxed{\text{B}}", {"A": "left", "B": "right"}).letter
    'B'
    >>> read_json('{"reason": "A is out", "answer": "right"}', {"A": "left", "B": "right"}).letter
    'B'
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping

from evaluation.choice_rules.cues import read_cue
from evaluation.choice_rules.letters import is_only_letter, letter_at_start
from evaluation.choice_rules.option_text import read_exact_text, read_option_text
from evaluation.choice_rules.reading import Reading
from evaluation.choice_rules.text import strip_latex, strip_markup

_BOX_LENGTH = 2000  # characters; a box without an end must not be searched through megabytes
_MOST_OBJECTS = 50
_MOST_BOXES = 50
_OBJECT = re.compile(r"\{\s*[\"']")
_BOXED = re.compile(r"(?:\\f?boxed|\\fbox|\x08oxed|(?<![A-Za-z\\])boxed)\s*\{")  # "\b" in a string is a back-space
_TAG = re.compile(
    r"<(answer|final_answer|final|conclusion|choice|option|ans|response|solution|prediction|selected)>(.*?)(?:</\1>|\Z)|\[\[([^\[\]]+)\]\]",
    re.DOTALL | re.IGNORECASE,
)
_ANSWER_KEYS = frozenset(
    {"answer", "final_answer", "finalanswer", "correct_answer", "predicted_answer", "ans", "choice", "option", "letter"}
    | {
        "selected_option",
        "selected",
        "correct_option",
        "prediction",
        "response",
        "result",
        "final",
        "final_choice",
        "selection",
    }
    | {
        "answer_choice",
        "choice_letter",
        "option_letter",
        "chosen_option",
        "correct_choice",
        "best_answer",
        "verdict",
        "decision",
    }
    | {"答案", "回答", "答え", "정답", "antwort", "réponse", "respuesta", "resposta", "ответ"}
)
_LETTER_AND_TEXT = re.compile(r"[(\[\"']*([A-Za-z])\s*[:.)\]\-]+\s*(.*)", re.DOTALL)


def read_verbatim(output: str, options: Mapping[str, str]) -> Reading | None:
    """Read "B: <text of B>", the form that the benchmark's own answers have; whatever the option's text may say."""
    text = strip_markup(output)
    match = _LETTER_AND_TEXT.fullmatch(text)
    if match is None or match.group(1).upper() not in options:
        return None
    letter = match.group(1).upper()
    return Reading(letter, text) if _squash(match.group(2)) == _squash(options[letter]) else None


def read_boxed(text: str, options: Mapping[str, str]) -> Reading | None:
    r"""Read LaTeX \boxed{...}; the last box counts, two boxes joined by "or" or "and" count as undecidable."""
    boxes = list(_boxes(text))
    if not boxes:
        return None
    if len(boxes) > 1 and re.fullmatch(r"[\s$]*(?:or|and|,|/)[\s$]*", text[boxes[-2][1] : boxes[-1][0]]):
        return Reading(None, text[boxes[-2][0] : boxes[-1][1]])
    start, end, content = boxes[-1]
    return resolve_fragment(content, options, text[start:end])


def read_tag(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read the last <answer>...</answer> (also choice, option) or [[B]]."""
    matches = list(_TAG.finditer(text))
    if not matches:
        return None
    return resolve_fragment(matches[-1].group(2) or matches[-1].group(3) or "", options, matches[-1].group(0))


def read_json(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read the last JSON object (or Python dict) that has a key such as "answer".

    A null and a list of two are undecidable, so are two objects with different answers and not a word between them.
    """
    answers: list[Reading] = []
    for value, span in _objects(text):
        keys = [key for key in value if str(key).lower().replace(" ", "_") in _ANSWER_KEYS] if isinstance(value, dict) else []
        if isinstance(value, dict) and keys:
            answers.append(_resolve_value(value[keys[0]], options, span))
    if len(answers) > 1 and answers[-2].letter != answers[-1].letter and _stand_side_by_side(text, answers[-2:]):
        return Reading(None, text)
    return answers[-1] if answers else None


def _stand_side_by_side(text: str, answers: list[Reading]) -> bool:
    """Tell whether no word stands between two objects: nothing says that the second corrects the first."""
    last = text.rfind(answers[1].span)
    first = text.rfind(answers[0].span, 0, last)
    return not re.search(r"\w", text[first + len(answers[0].span) : last])


def resolve_fragment(fragment: str, options: Mapping[str, str], span: str) -> Reading | None:
    """Read a fragment that is known to be the answer: a letter, a letter with text, or an option's text."""
    plain = strip_latex(fragment)
    if is_only_letter(plain) and letter_at_start(plain, options) is None:
        return Reading(None, span)  # a letter that is not offered
    reading = letter_at_start(plain, options) or read_exact_text(plain, options)
    # a reply that is wrapped as a whole announces its answer somewhere within
    reading = reading or read_cue(plain, options) or read_option_text(plain, options)
    return None if reading is None else Reading(reading.letter, span)


def _resolve_value(answer: object, options: Mapping[str, str], span: str) -> Reading:
    if isinstance(answer, dict):
        inner = [value for key, value in answer.items() if str(key).lower() in _ANSWER_KEYS]
        answer = inner[0] if len(inner) == 1 else None
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    if not isinstance(answer, str | int | float) or isinstance(answer, bool):
        return Reading(None, span)
    return resolve_fragment(str(answer), options, span) or Reading(None, span)


def _boxes(text: str) -> Iterator[tuple[int, int, str]]:
    for match in list(_BOXED.finditer(text))[-_MOST_BOXES:]:
        depth = 1
        for position in range(match.end(), min(match.end() + _BOX_LENGTH, len(text))):
            depth += {"{": 1, "}": -1}.get(text[position], 0)
            if depth == 0:
                yield match.start(), position + 1, text[match.end() : position]
                break


def _objects(text: str) -> Iterator[tuple[object, str]]:
    """Yield the last JSON objects or Python dicts of a text, outer ones only, in order."""
    decoder, done = json.JSONDecoder(strict=False), 0
    for start in [match.start() for match in _OBJECT.finditer(text)][-_MOST_OBJECTS:]:
        if start < done:
            continue
        try:
            value, done = decoder.raw_decode(text, start)
            yield value, text[start:done]
        except (json.JSONDecodeError, RecursionError):
            yield from _python_dict(text, start)


def _python_dict(text: str, position: int) -> Iterator[tuple[object, str]]:
    end = text.find("}", position) + 1
    if end and "'" in text[position:end]:
        try:
            yield ast.literal_eval(text[position:end]), text[position:end]
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return


def _squash(text: str) -> str:
    return " ".join(strip_markup(text).split()).rstrip(" .\"')]").lower()
