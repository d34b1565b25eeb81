r"""Functions of a benchmark task of lmms-eval; this file stands alone and is the folder's `utils.py`.

Letters are read by the few rules below and by nothing else, whatever is installed: an answer that they do not decide counts
as wrong and in `medmim_undecided`. They know less than `evaluation.choice` of the project that wrote this folder: score the
samples file there (`python -m evaluation score`) for its numbers, BERTScore recall included.

Example:
    >>> read_letter("The answer is (B).", ["A", "B"], ["left", "right"]), read_letter("A or B", ["A", "B"], ["x", "y"])
    ('B', None)
    >>> rouge_l_recall("the left lung is clear", "Left lung clear")
    1.0
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

IMAGE_MARK = "<image>"
IMAGES_VARIABLE = "MEDMIM_IMAGES"  # folder of images whose paths are not absolute; default: images/ beside this file
# a block that is never closed was cut off before any answer
_REASONING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_CLOSE = r"[.,:;)\]*]*"
_WHOLE = re.compile(rf"(?:option\s+)?[(\[*]*([A-Z]){_CLOSE}", re.IGNORECASE)
_LEADING = re.compile(r"[(\[*]*([A-Z])[)\]*]*[:.)](?=\s|$)")
# a small letter needs an end behind it, and A no further word: "the answer is a change", "A change is seen"
_CUE = re.compile(
    r"\b(?i:answer|choice|option)(?i:\s+is|\s*:)\s*(?i:option\s+)?[(\[*]*"
    r"([B-Z](?![\w'])(?!\s+(?:or|and)\b)|A(?![\w'])(?!\s+[a-z])|[a-z](?=[.,:;)\]*]|\s*$))"
)


def doc_to_visual(doc: Mapping[str, Any]) -> list[Any]:
    """Return the question's images in order, as RGB."""
    return [_open_image(path) for path in doc["images"]]


def doc_to_text(doc: Mapping[str, Any], lmms_eval_specific_kwargs: Mapping[str, str] | None = None) -> str:
    """Return the question as published; image marks only where images stand between the words."""
    return _wrap(doc["content"] if IMAGE_MARK in doc["text"] else doc["text"], lmms_eval_specific_kwargs)


def doc_to_messages(doc: Mapping[str, Any], lmms_eval_specific_kwargs: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the question as one user turn with each image where its mark stands."""
    images = iter(doc_to_visual(doc))
    parts: list[dict[str, Any]] = []
    for place, text in enumerate(_wrap(doc["content"], lmms_eval_specific_kwargs).split(IMAGE_MARK)):
        if place:
            parts.append({"type": "image", "url": next(images)})
        if text:
            parts.append({"type": "text", "text": text})
    return [{"role": "user", "content": parts}]


def doc_to_target(doc: Mapping[str, Any]) -> str:
    """Return the keyed letter of a closed question, the reference text of an open one."""
    return doc["letter"] or doc["answer"]


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the item's scores, each 0-1, with the key and place by which its answer is found again in a samples file."""
    output = _REASONING.sub("", results[0])
    about = {"unit": doc["unit"], "position": doc["position"], "key": doc["key"]}
    if doc["letter"]:
        letter = read_letter(output, doc["letters"], doc["options"])
        return {
            "medmim_accuracy": about | {"score": float(letter == doc["letter"]), "letter": letter},
            "medmim_undecided": about | {"score": float(letter is None)},
        }
    return {
        "medmim_rouge_l_recall": about | {"score": rouge_l_recall(output, doc["answer"])},
        "medmim_bleu": about | {"score": sentence_bleu(output, doc["answer"])},
    }


def mean_score(items: Sequence[Mapping[str, Any]]) -> float:
    """Return the mean of the items' scores, 0-1."""
    return sum(item["score"] for item in items) / len(items)


def read_letter(output: str, letters: Sequence[str], options: Sequence[str]) -> str | None:
    """Return the letter that an output chooses: it is the letter, begins with it, or says "the answer is" it (the last
    time counts); or it is one option's text. None otherwise; a text that two options share decides nothing.
    """
    text = _REASONING.sub("", output).strip()
    cues = _CUE.findall(text)
    for found in (_WHOLE.fullmatch(text), _LEADING.match(text)):
        if found:
            return found[1].upper() if found[1].upper() in letters else None
    if cues:
        return cues[-1].upper() if cues[-1].upper() in letters else None
    same = [letter for letter, option in zip(letters, options, strict=True) if _fold(option) == _fold(text)]
    return same[0] if len(same) == 1 else None


def rouge_l_recall(prediction: str, reference: str) -> float:
    """Return the longest common subsequence of words over the reference's words, 0-1; words as rouge-score has them."""
    got, wanted = _words(prediction), _words(reference)
    lengths = [0] * (len(got) + 1)
    for word in wanted:
        diagonal = 0
        for place, other in enumerate(got, start=1):
            above = lengths[place]
            lengths[place] = diagonal + 1 if word == other else max(above, lengths[place - 1])
            diagonal = above
    return lengths[-1] / len(wanted) if wanted else 0.0


def sentence_bleu(prediction: str, reference: str) -> float:
    """Return sacrebleu's sentence BLEU, 0-1: lower case, 13a, exponential smoothing, effective order."""
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(lowercase=True, effective_order=True).sentence_score(prediction, [reference]).score / 100


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _fold(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _wrap(text: str, words: Mapping[str, str] | None) -> str:
    return f"{(words or {}).get('pre_prompt', '')}{text}{(words or {}).get('post_prompt', '')}"


def _open_image(path: str) -> Any:
    from PIL import Image

    folder = Path(os.environ.get(IMAGES_VARIABLE) or Path(__file__).parent / "images")
    with Image.open(folder / path) as image:  # an absolute path stays what it is
        return image.convert("RGB")
