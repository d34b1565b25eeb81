"""What can be wrong with a file of wordings: each fault as "where: got ..., expected ...".

A file has at least 12 stems of either answer type that need no optional placeholder, and at least 4 option wordings and 4 open
answers of each class; the classes are the rule's; nothing stands twice; and the options that are printed together use the
same placeholders and are alike in length, within each set and over all of them.

Example:
    >>> find_faults([], SubTask.SAME_DIAGNOSIS, ("same", "different"))
    ['the file: got list, expected a mapping of subtask, words, stems and answers']
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.generation.template.classes import NAMES_WHAT_IS_ASKED
from pipelines.generation.template.placeholders import OF_PLACES, OPTIONAL, PLACEHOLDERS, fields_of
from pipelines.vocabulary import AnswerType, SubTask

MIN_STEMS = 12
MIN_WORDINGS = 4
LENGTH_RATIO = 1.5  # of two options: beyond it, and 4 characters and more, the longer one would stand out as a key
LENGTH_MARGIN = 4
LABEL_EXCESS = 1.5  # no class of k has more than this times 1/k of the groups: Grouping.max_label_excess
LONGEST_MARGIN = 0.05  # beyond chance, of a rule that takes the longest option
_TOP = ("subtask", "words", "stems", "answers")
_FORMS = ("option", "open")
_ARTICLE_OF_SPAN = re.compile(r"\b(?:the|an?|these|those|this)(?: \w+)? \{(?:interval|ahead|visits)\}")


def find_faults(raw: object, subtask: SubTask, classes: Sequence[str]) -> list[str]:
    """Return everything that is wrong with a file's content, in the file's order; an empty list where nothing is."""
    if not isinstance(raw, Mapping):
        return [f"the file: got {type(raw).__name__}, expected a mapping of {', '.join(_TOP[:-1])} and {_TOP[-1]}"]
    found = [f"{key}: unknown key, expected one of {', '.join(_TOP)}" for key in raw if key not in _TOP]
    if raw.get("subtask") != subtask:
        found.append(f"subtask: got {raw.get('subtask')!r}, expected {str(subtask)!r} as in the file's name")
    found += _find_in_words(raw.get("words", {}))
    found += _find_in_parts("stems", raw.get("stems"), tuple(AnswerType))
    found += _find_in_parts("answers", raw.get("answers"), classes)
    if found:
        return found
    for kind in AnswerType:
        found += _find_in_stems(f"stems.{kind}", raw["stems"][kind], raw.get("words", {}))
        found += _find_unasking_stems(f"stems.{kind}", raw["stems"][kind], NAMES_WHAT_IS_ASKED.get(subtask, frozenset()))
    for name in classes:
        found += _find_in_parts(f"answers.{name}", raw["answers"][name], _FORMS)
    return found or _find_in_answers(raw["answers"], classes, raw.get("words", {}))


def _find_in_words(words: object) -> Iterator[str]:
    if not isinstance(words, Mapping):
        yield f"words: got {type(words).__name__}, expected a mapping of what is asked to how it is called"
        return
    for key, value in words.items():
        if not isinstance(key, str) or not isinstance(value, str) or not value.strip():
            yield f"words.{key}: got {value!r}, expected words for a text; quote it in the file"


def _find_in_parts(where: str, value: object, expected: Sequence[str]) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where}: got {'nothing' if value is None else type(value).__name__}, expected {', '.join(expected)}"
        return
    for key in value:
        if key not in expected:
            yield f"{where}.{key}: unknown key, expected one of {', '.join(expected)}"
    for key in expected:
        if key not in value:
            yield f"{where}.{key}: got nothing, expected it beside {', '.join(map(str, value)) or 'no other'}"


def _find_in_stems(where: str, stems: object, words: Mapping[str, str]) -> Iterator[str]:
    yield from _find_in_texts(where, stems, PLACEHOLDERS - OF_PLACES, words)
    if isinstance(stems, list):
        serving = sum(1 for stem in stems if isinstance(stem, str) and not OPTIONAL & set(_fields(stem) or ()))
        if serving < MIN_STEMS:
            yield f"{where}: got {serving} stems without an optional placeholder, expected at least {MIN_STEMS}"


def _find_unasking_stems(where: str, stems: object, naming: frozenset[str]) -> Iterator[str]:
    """Stems that do not name the view, finding or eye that they ask about."""
    for number, stem in enumerate(stems if isinstance(stems, list) else [], start=1):
        if naming and isinstance(stem, str) and not naming & set(_fields(stem) or ()):
            expected = " or ".join(f"{{{name}}}" for name in sorted(naming))
            yield f"{where}[{number}]: got {stem!r}, expected {expected} in it: nothing else says what is asked"


def _find_in_answers(answers: Mapping[str, Any], classes: Sequence[str], words: Mapping[str, str]) -> list[str]:
    allowed = (PLACEHOLDERS - OPTIONAL) if len(classes) == 1 else PLACEHOLDERS - OPTIONAL - OF_PLACES
    found: list[str] = []
    for name in classes:
        for form in _FORMS:
            where, texts = f"answers.{name}.{form}", answers[name][form]
            found += _find_in_texts(where, texts, allowed, words)
            if isinstance(texts, list) and len(texts) < MIN_WORDINGS:
                found.append(f"{where}: got {len(texts)} wordings, expected at least {MIN_WORDINGS}")
    if found:
        return found
    options = {name: tuple(answers[name]["option"]) for name in classes}
    found += _find_repeated_answers(answers, classes)
    return found + list(_find_in_styles(options))


def _find_in_texts(where: str, texts: object, allowed: frozenset[str], words: Mapping[str, str]) -> Iterator[str]:
    if not isinstance(texts, list):
        yield f"{where}: got {'nothing' if texts is None else type(texts).__name__}, expected a list of texts"
        return
    for number, text in enumerate(texts, start=1):
        if not isinstance(text, str) or not text.strip():
            yield f"{where}[{number}]: got {text!r}, expected a text; quote it where it holds a colon"
            continue
        yield from _find_in_text(f"{where}[{number}]", text, allowed, words)
    yield from _find_repeated(where, [text for text in texts if isinstance(text, str)])


def _find_in_text(where: str, text: str, allowed: frozenset[str], words: Mapping[str, str]) -> Iterator[str]:
    fields = _fields(text)
    if fields is None:
        yield f"{where}: got braces that do not match in {text!r}, expected {{placeholder}}"
        return
    for field in dict.fromkeys(fields):
        if field not in allowed:
            yield f"{where}: got the placeholder {{{field}}}, expected one of {', '.join(sorted(allowed))}"
    if "asked" in fields and not words:
        yield f"{where}: got {{asked}}, but the file has no words for what is asked; expected an entry `words`"
    if (match := _ARTICLE_OF_SPAN.search(text)) is not None:
        yield f"{where}: got {match[0]!r}, expected no article: it reads 'about 3 months'"
    if text != " ".join(text.split()):
        yield f"{where}: got a doubled space, a line break or space at an edge in {text!r}, expected single spaces"


def _find_repeated(where: str, texts: Sequence[str]) -> Iterator[str]:
    for text, count in Counter(_normalise(text) for text in texts).items():
        if count > 1:
            yield f"{where}: got {text!r} {count} times, expected each wording once"


def _find_repeated_answers(answers: Mapping[str, Any], classes: Sequence[str]) -> Iterator[str]:
    """What two classes say alike would be right and wrong at once; within a class it has been looked for before."""
    for form in _FORMS:
        yield from _find_repeated(f"answers (every {form})", [text for name in classes for text in answers[name][form]])


def _find_in_styles(options: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Sets of options: one of each class, printed together."""
    counts = {name: len(texts) for name, texts in options.items()}
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{name} {count}" for name, count in counts.items())
        yield f"answers: got unequal numbers of option wordings ({said}), expected the same number of each class"
        return
    for number, style in enumerate(zip(*options.values(), strict=True), start=1):
        if len({frozenset(fields_of(text)) for text in style}) > 1:
            yield f"answers (option {number} of every class): got different placeholders, expected the same in all"
        short, long = min(style, key=len), max(style, key=len)
        if len(long) > LENGTH_RATIO * len(short) and len(long) - len(short) >= LENGTH_MARGIN:
            yield (
                f"answers (option {number} of every class): got {len(long)} characters of {long!r} beside {len(short)} of "
                f"{short!r}, expected at most {LENGTH_RATIO} times as many: the longer one would tell"
            )
    blind = _longest_share(options)
    limit = 1 / len(options) + LONGEST_MARGIN
    if len(options) > 1 and blind > limit:
        yield (
            f"answers (every option): the longest option may be right in {blind:.0%} of the questions, expected at most "
            f"{limit:.0%}; let each class be the longest about equally often"
        )


def _longest_share(options: Mapping[str, Sequence[str]]) -> float:
    """Return how often the longest option is right where the classes that are longest most often are as frequent as may be."""
    longest: Counter[str] = Counter()
    styles = list(zip(*options.values(), strict=True))
    for style in styles:
        leading = [name for name, text in zip(options, style, strict=True) if len(text) == max(map(len, style))]
        for name in leading:
            longest[name] += 1 / len(leading)  # pyright: ignore[reportArgumentType]
    largest, left, share = LABEL_EXCESS / len(options), 1.0, 0.0
    for name in sorted(options, key=lambda one: -longest[one]):
        taken = min(largest, left)
        share, left = share + taken * longest[name] / len(styles), left - taken
    return share


def _fields(text: str) -> tuple[str, ...] | None:
    try:
        return fields_of(text)
    except ValueError:
        return None


def _normalise(text: str) -> str:
    """Two wordings that differ in case, punctuation or articles only are one, as the rule about options has it."""
    words = re.findall(r"\w+|[{}]", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(word for word in words if word not in ("a", "an", "the"))
