"""Text clean-up shared by all rules and by the open score: special tokens, reasoning blocks, full-width forms, option texts.

Example:
    >>> clean_output("<think>A or B?</think> **Ｂ**<|im_end|>")
    'B'
    >>> normalise_text("No pleural  effusion.")
    'no pleural effusion'
"""

import re
import unicodedata

from evaluation.choice_rules.turns import first_reply

# <think> and its cousins; a block that is never closed was cut off before any answer, so nothing of it is an answer
_REASONING = "think|thinking|thought|reasoning|reason|analysis|scratchpad|reflection"
_REASONING_BLOCK = re.compile(
    rf"<({_REASONING})>.*?(?:</\1>|\Z)|◁think▷.*?(?:◁/think▷|\Z)|<unused94>.*?(?:<unused95>|\Z)"
    r"|<\|channel\|>(?:analysis|commentary)\b.*?(?:<\|end\|>|<\|return\|>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_REASONING_END = re.compile(rf"</(?:{_REASONING})>|◁/think▷|<unused95>", re.IGNORECASE)
_SPECIAL_TOKEN = re.compile(
    r"<\|(?:start|channel|im_start|start_header_id)\|>\s*\w+|<start_of_turn>\s*\w+"  # with the name of who speaks
    r"|<\|[^|<>\n]{1,40}\|>|</?(?:s|pad|unk|bos|eos|image|mask|end_of_turn|start_of_turn|sep|cls|eot)>"
    r"|\[/?(?:INST|SEP|CLS|PAD|UNK|MASK)\]|<end_of_utterance>",
    re.IGNORECASE,
)
# a base model runs on after these, with questions and answers of its own
_END = re.compile(r"<\|endoftext\|>|<\|end_of_text\|>|<\|end▁of▁sentence\|>", re.IGNORECASE)
_SPEAKER = re.compile(r"^\s*(?:#+\s*)?(?:assistant|model|gpt|bot|response|ai)\s*:\s*", re.IGNORECASE)
_MARKUP = re.compile(r"(?<!\w)_++(?=\S)|(?<=[^\s_])_++(?!\w)|[*`​‌‍﻿\ufe0e\ufe0f]|~~[^~\n]{1,200}~~")
_LATEX = re.compile(r"\\(?:text|mathrm|mathbf|textbf|mathsf|rm|bf)\s*\{([^{}]*)\}|\\[,;! ()\[\]]|\$")
# the brackets that quote in Chinese, Japanese, French and German; letters in a coloured box
_QUOTES = str.maketrans(dict.fromkeys("「」『』《》〈〉【】〔〕«»„‹›", '"'))
_BOXED_LETTERS = {first + place: chr(ord("A") + place) for first in (0x1F150, 0x1F170) for place in range(26)}
_LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6}|>(?![ \t]*\d)|[-•])[ \t]+", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|(.*)$", re.MULTILINE)
_CJK = "぀-ヿ㐀-鿿가-힯"
_UNIT = r"(?:[mµμ]?m|cm|ml|cc|mg|kg|hu|weeks?|years?)\b"
# CJK writes no blanks: each character is a word; "2" is no word of "1.2"; "5mm" and "5 mm" are the same words
WORD = re.compile(rf"[{_CJK}]|\d+\.\d+(?!\d)|\d+(?={_UNIT})|[^\W_{_CJK}]+", re.IGNORECASE)
# What changes the meaning of the same words: "< 2 cm" and "> 2 cm", "HER2+" and "HER2-", "5" and "-5", ".5" and "5". A hyphen
# between words or beside a blank does not.
_SIGN = r"[<>≤≥=≠≈~±+%‰°^←-↙/]|(?<![\w)])-(?=[\d.])|(?<=\w)-(?!\w)|(?<=\()-(?=\))|(?<!\d)\.(?=\d)"
_WORD_OR_SIGN = re.compile(f"{WORD.pattern}|{_SIGN}", re.IGNORECASE)
_DASHES = str.maketrans("\u2212\u2013", "--")
_REFUSAL = re.compile(
    r"\b(?:cannot|can ?not|can't|unable to|not able to|impossible to|not possible to|could not|couldn't)\s+(?:\w+\s+){0,2}?"
    r"(?:determined?|tell|answer|say|choose|decide|provide|assess|diagnose|select|identify|see|view|interpret|give|help|assist)\b"
    r"(?!\s+(?:\w+\s+){0,2}?(?:for sure|for certain|with (?:\w+ )?certainty|definitively)\b[^.;!?\n]{0,80}?\bbut\b)"
    r"|\b(?:none|neither|nothing)\b[^.;!?\n]{0,60}?\bcan be (?:confirm|determin|assess|identifi|verifi|answer|exclud)"
    r"|\bi(?:'m| am) sorry\b|\bas an ai\b|\b(?:insufficient|not enough|no) information\b|\b(?:do not|don't) know\b"
    r"|\b(?:not sure|unsure|uncertain|no idea)\b(?!.*\bbut\b)",
    re.IGNORECASE | re.DOTALL,
)
# "While I can't give a diagnosis, the image shows ..." goes on to answer, as does "I can't tell for sure, but ..."
_CONCEDED = re.compile(r"\b(?:while|although|though)\b[^.;,!?\n]{0,150},", re.IGNORECASE)


def clean_output(output: str) -> str:
    """Return an output without reasoning blocks, special tokens, a speaker's name and Markdown, full-width forms folded."""
    folded = strip_markup(output).translate(_QUOTES).translate(_BOXED_LETTERS)
    text = _SPEAKER.sub("", strip_control_text(first_reply(strip_reasoning(folded))))
    return _TABLE_ROW.sub(_join_cells, _LINE_MARK.sub("", text)).strip()


def strip_markup(text: str) -> str:
    """Return folded text without Markdown's emphasis marks, back-ticks and invisible characters."""
    return _MARKUP.sub("", fold_text(text)).strip()


def fold_text(text: str) -> str:
    """Return NFKC text (full-width letters, digits and punctuation become ASCII) with straight quotes and valid UTF-8."""
    valid = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFKC", valid).replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')


def _join_cells(row: re.Match[str]) -> str:
    cells = row.group(1).strip(" \t|")
    return cells.replace("|", "/") if cells.strip("-: \t|") else ""  # the rule below a table's head holds nothing


def strip_latex(text: str) -> str:
    r"""Return text without LaTeX's dollar signs and font commands: "$\text{B}$" is "B"."""
    return _LATEX.sub(lambda match: match.group(1) or "", text).strip()


def strip_control_text(text: str) -> str:
    """Return text up to the end token, without reasoning blocks and special tokens; each becomes a blank."""
    parts = [_SPECIAL_TOKEN.sub(" ", part) for part in _END.split(strip_reasoning(text))]
    return next((part for part in parts if part.strip()), parts[0])


def strip_reasoning(text: str) -> str:
    """Return text without reasoning blocks, also of those whose opening tag stood in the prompt."""
    text = _REASONING_BLOCK.sub(" ", text)
    ends = [match.end() for match in _REASONING_END.finditer(text)]
    return " " + text[ends[-1] :] if ends else text


def normalise_text(text: str) -> str:
    """Return the words of a text in lower case with single blanks; equal for texts that differ in punctuation or case only."""
    return " ".join(WORD.findall(fold_text(text).lower()))


def identify_text(text: str) -> str:
    """Return what two option texts share that say the same: words as in `normalise_text`, and the signs that tell words apart.

    Example:
        >>> identify_text("Grade 2.") == identify_text("grade  2"), identify_text("< 2 cm") == identify_text("> 2 cm")
        (True, False)
    """
    folded = fold_text(text).translate(_DASHES).lower()
    return " ".join(_WORD_OR_SIGN.findall(folded)) or folded.strip()


def is_refusal(text: str) -> bool:
    """Tell whether a text declines to answer ("I cannot determine ...", "not enough information")."""
    return _REFUSAL.search(_CONCEDED.sub("", text)) is not None
