"""Text clean-up shared by all rules and by the open score: special tokens, reasoning blocks, full-width forms, option texts.

Example:
    >>> clean_output("<think>A or B?</think> **Ｂ**<|im_end|>")
    'B'
    >>> normalise_text("No pleural  effusion.")
    'no pleural effusion'
"""

import re
import unicodedata

# <think> and its cousins; a block that is never closed was cut off before any answer, so nothing of it is an answer
_REASONING = "think|thinking|thought|reasoning|reason|analysis|scratchpad|reflection"
_REASONING_BLOCK = re.compile(rf"<({_REASONING})>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_REASONING_END = re.compile(rf".*</(?:{_REASONING})>", re.DOTALL | re.IGNORECASE)
_SPECIAL_TOKEN = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|</?(?:s|pad|unk|bos|eos|image|mask|end_of_turn|start_of_turn|sep|cls|eot)>"
    r"|\[/?(?:INST|SEP|CLS|PAD|UNK|MASK)\]|<end_of_utterance>",
    re.IGNORECASE,
)
# a base model runs on after these, with questions and answers of its own
_END = re.compile(r"<\|endoftext\|>|<\|end_of_text\|>|<\|end▁of▁sentence\|>", re.IGNORECASE)
_SPEAKER = re.compile(r"^\s*(?:#+\s*)?(?:assistant|model|gpt|bot|response|ai)\s*:\s*", re.IGNORECASE)
_MARKUP = re.compile(r"(?<!\w)_++(?=\S)|(?<=[^\s_])_++(?!\w)|[*`​‌‍﻿]")
_LATEX = re.compile(r"\\(?:text|mathrm|mathbf|textbf|mathsf|rm|bf)\s*\{([^{}]*)\}|\\[,;! ]|\$")
_LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6}|>|[-•])[ \t]+", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|(.*)$", re.MULTILINE)
_CJK = "぀-ヿ㐀-鿿가-힯"
_UNIT = r"(?:[mµμ]?m|cm|ml|cc|mg|kg|hu|weeks?|years?)\b"
# CJK writes no blanks: each character is a word; "2" is no word of "1.2"; "5mm" and "5 mm" are the same words
WORD = re.compile(rf"[{_CJK}]|\d+\.\d+(?!\d)|\d+(?={_UNIT})|[^\W_{_CJK}]+", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\b(?:cannot|can ?not|can't|unable to|not able to|impossible to|not possible to|could not|couldn't)\s+(?:\w+\s+){0,2}?"
    r"(?:determined?|tell|answer|say|choose|decide|provide|assess|diagnose|select|identify|see|view|interpret|give|help|assist)\b"
    r"|\bi(?:'m| am) sorry\b|\bas an ai\b|\b(?:insufficient|not enough|no) information\b|\b(?:do not|don't) know\b"
    r"|\b(?:not sure|unsure|uncertain|no idea)\b(?!.*\bbut\b)",
    re.IGNORECASE | re.DOTALL,
)
# "While I can't give a diagnosis, the image shows ..." goes on to answer
_CONCEDED = re.compile(r"\b(?:while|although|though)\b[^.;,!?\n]{0,150},", re.IGNORECASE)


def clean_output(output: str) -> str:
    """Return an output without reasoning blocks, special tokens, a speaker's name and Markdown, full-width forms folded."""
    text = _SPEAKER.sub("", strip_control_text(strip_markup(output)))
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
    without_blocks = _REASONING_END.sub(" ", _REASONING_BLOCK.sub(" ", text))
    parts = [_SPECIAL_TOKEN.sub(" ", part) for part in _END.split(without_blocks)]
    return next((part for part in parts if part.strip()), parts[0])


def normalise_text(text: str) -> str:
    """Return the words of a text in lower case with single blanks; equal for texts that differ in punctuation or case only."""
    return " ".join(WORD.findall(fold_text(text).lower()))


def is_refusal(text: str) -> bool:
    """Tell whether a text declines to answer ("I cannot determine ...", "not enough information")."""
    return _REFUSAL.search(_CONCEDED.sub("", text)) is not None
