"""Phrases that announce an answer ("the answer is", "I choose", "答案", "B is correct"); the last one that counts wins.

Denied, conditional and asked cues never count ("the answer is not B", "if the answer is B", "is the answer B?").

Example:
    >>> read_cue("The answer is A. No wait, the answer is B.", {"A": "left", "B": "right"}).letter
    'B'
"""

import re
from collections.abc import Iterator, Mapping

from evaluation.choice_rules.letters import (
    CONTEXT,
    KEYWORD,
    hedges_after,
    is_conditional_after,
    is_not_meant,
    is_only_letter,
    letter_at_start,
    text_before,
)
from evaluation.choice_rules.option_text import read_exact_text, read_option_text
from evaluation.choice_rules.reading import Reading

_ADVERB = r"(?:most likely|likely|probably|definitely|clearly|therefore|thus|indeed|actually|simply|hence|certainly|still|now)"
_SURE = rf"(?:\s+{_ADVERB})?"
_BE = r"(?:is|was|are|would be|should be|must be|will be|might be|may be|could be|seems to be|appears to be)\b(?!n't)"
_LETTER = r"[\"'(\[]?[A-Z][\"')\]]?"  # what a look-ahead must see after cues that are too common to stand alone
_NAMED = r"\b(?:answer|choice|option|selection|response|conclusion|correct statement|correct one)\b"
# German, French, Spanish, Portuguese, Italian, Dutch, Russian, Polish, Turkish, Vietnamese, Indonesian, Arabic, Hindi
_CUE_ABROAD = (
    r"\b(?:antwort|lösung|réponse|respuesta|resposta|gabarito|risposta|antwoord|ответ|odpowied[zź]|cevap|đáp án|jawaban"
    r"|الإجابة|उत्तर)"
    r"(?:\s+(?!n[oã]o?\b|non\b|nicht\b|niet\b|pas\b|не\b|est\b|es\b|é\b|è\b|ist\b|is\b)\w+){0,2}?"
    r"\s*(?:[:=—–-]|(?:est|es|é|è|ist|is|lautet)\b)\s*:?"
    r"\s*(?:(?-i:la|le|el|die|der|a|o)\s+(?=\S))?(?:l')?(?:(?:opción|option|opção|letra|lettre|lettera|alternativa|antwort|вариант)\s+)?"
)
_CUES = (
    # "the correct answer to the question is", "final answer:", "answer ->"
    rf"{_NAMED}(?:\s+(?:to|for|of|here|among|from)\b[^.:\n]{{0,60}}?)?{_SURE}"
    rf"(?:\s*{_BE}{_SURE}|[\"']?\s*(?:[:=]|->|=>|→))\s*(?:that|as follows|option\b)?\s*[:=]?",
    # "Final answer B"
    rf"\b(?:final|correct|best|my) (?:answer|choice|option)(?=\s+{_LETTER}(?!\w))|^\s*(?:answer|choice)(?=\s+{_LETTER}(?!\w))",
    # "I would choose", "we select option"
    rf"\b(?:i|we)(?:'d|'ll| would| will| must| have to)?{_SURE}\s+"
    r"(?:choose|select|pick|go with|go for|opt for|say|answer|vote for|prefer|favou?r"
    r"|lean towards?|settle on|decide on|land on|chose|selected|conclude|pick out)\b"
    r"(?:\s+(?:that\s+)?(?:it is|it's|the answer is))?\s*:?",
    r"\b(?:choosing|selecting|going with)\b",
    # "Thus, B."
    r"\b(?:therefore|thus|so|hence|conclusion)\b,?\s*(?:it is|it's|it must be|it should be)?:?"
    rf"(?=\s*(?:option\s+)?{_LETTER}\s*(?:$|[.!\n]))",
    # "Wait, actually B."
    r"\b(?:wait|actually|no|sorry|correction|rather|scratch that|on second thoughts?|i mean|make that|i meant)\b[\s,.:;—–-]*"
    r"(?:(?:it's|it is|it should be|i mean|make that|rather|actually)\s+)?"
    rf"(?=(?:option\s+)?{_LETTER}\s*(?:$|[.!,\n]))",
    # "I thought A, but it is C"
    rf"\bbut\s+(?:it is|it's|now)(?=\s+{_LETTER}\s*(?:$|[.!\n]))",
    # "it is option B"
    r"\b(?:it is|it's|that is|this is|must be|should be)\s+"
    r"(?=(?:option|choice|answer|statement|letter)\s+[\"'(\[]?[A-Za-z](?!\w))",
    r"(?:答案|正确选项|正确答案|正解|答え|选项|정답|(?<![가-힯])답(?=[은는이:\s]))\s*\"?\s*(?:应该|应当)?\s*(?:是|为|应为|选|選|は|은|는|이)?\s*:?",
    _CUE_ABROAD,
    r"(?:应该|应|故|因此|所以|我)?(?<![不别])(?<!不[应能可会])(?:选择|选|選)\s*(?:项)?:?|而是",
    r"\bthe (?:best|right|correct) (?:one )?is\b",
)
_CUE = re.compile("|".join(_CUES), re.IGNORECASE | re.MULTILINE)
_POSTFIX = re.compile(
    rf"(?<![A-Za-z0-9'-])(?:{KEYWORD}\s+)?[\"'(\[]?(?P<letter>[A-Z])[\"')\]]?(?::[^.\n]{0, 200}?)?\s+"
    r"(?:is|was|would be|seems|looks|appears|must be|should be)\s+"
    r"(?:(?:the|my|most likely|likely|probably|definitely|clearly|indeed|therefore|thus|to be)\s+)*"
    r"(?:most\s+|single\s+|only\s+|one\s+)?"
    r"(?:correct|right|best|true|accurate|appropriate|answer|final answer|correct answer|chosen)\b(?!\s*\?)"
    r"|(?:选项|選項|選択肢)?[\"'(]?(?P<cjk>[A-Z])[\"')]?(?:项|選項|选项|번)?(?:是|为|が|이|가)(?:最)?(?:正确|正確|正しい|正解|適切|合适|정답|맞)",
)
_MOST_CUES = 100  # of a model that repeats itself without end, only the last ones are read
_ANNOUNCED_LENGTH = 2000  # characters after a cue in which its answer is looked for
_JOINED = re.compile(r"(?<![A-Za-z])[A-Z][\"')\]]?\s*(?:,|/|\bor\b|\band\b|\bnor\b)+\s*(?:option\s*)?$")


def read_cue(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read the last announcement; undecidable where it names two letters, or a letter that is not offered."""
    found = sorted([*_announced(text, options), *_confirmed(text, options)], key=lambda entry: entry[0])
    if not found:
        return None
    _, is_postfix, reading = found[-1]
    if is_postfix:
        # "A is correct ... C is correct": two statements side by side, no correction of the first
        others = {other.letter for _, also_postfix, other in found if also_postfix}
        return reading if len(others) == 1 else Reading(None, reading.span)
    return reading


def _announced(text: str, options: Mapping[str, str]) -> Iterator[tuple[int, bool, Reading]]:
    """Yield the last announcement that counts, if there is one."""
    for match in reversed(list(_CUE.finditer(text))[-_MOST_CUES:]):
        if is_not_meant(text, match.start()):
            continue
        reading = _read_after(text[match.end() : match.end() + _ANNOUNCED_LENGTH], options)
        if reading is None:
            continue
        is_joined = re.search(r"\bor\s*$", text_before(text, match.start()), re.IGNORECASE)  # "..., or the answer is C"
        yield (
            match.start(),
            False,
            Reading(None if is_joined else reading.letter, f"{match.group(0).strip()} {reading.span}".strip()),
        )
        return


def _read_after(rest: str, options: Mapping[str, str]) -> Reading | None:
    """Read what a cue announces: a letter, else an option's text in the rest of its line or sentence."""
    rest = rest.lstrip(" \t:\"'=-—–>\n").removeprefix("option ")
    line = rest.split("\n", 1)[0]
    if re.match(r"[\"'(\[]?[A-Z][\"')\]]?\s*\?", line):
        return None  # "is the answer B? No"
    reading = letter_at_start(line, options)
    if reading is not None:
        return reading
    sentence = re.split(r"(?<=[.!?])\s", line, maxsplit=1)[0]
    if is_only_letter(sentence) and sentence.strip(" \"'()[].").isupper():
        return Reading(None, sentence)
    clause = sentence.split(",", 1)[0]  # "the second image, which shows more than the first image"
    for part in (line, sentence, clause):
        if reading := read_exact_text(part, options):
            return reading
    return read_option_text(sentence, options)


def _confirmed(text: str, options: Mapping[str, str]) -> Iterator[tuple[int, bool, Reading]]:
    for match in _POSTFIX.finditer(text):
        place = "letter" if match.group("letter") else "cjk"
        letter = match.group(place)
        if letter not in options or is_not_meant(text, match.start()) or is_conditional_after(text[match.end() :][:CONTEXT]):
            continue
        is_joined = _JOINED.search(text_before(text, match.start())) or hedges_after(
            letter, text[match.end(place) : match.end() + CONTEXT], options
        )
        yield match.start(), True, Reading(None if is_joined else letter, match.group(0))
