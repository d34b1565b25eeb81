"""Finds the files of a LLaVA-Med download: which question file is read, and what lies beside it.

As in microsoft/LLaVA-Med: `data/{alignment,instruct,eval}/llava_med_*.json`, `data/llava_med_image_urls.jsonl`, and the images
that the user fetched into `images/` or `data/images/`. Everything under `data/` is kept in git-LFS there, so that a plain clone
holds texts of some 130 bytes in place of the files.

Example:
    >>> choose_tables(Path("downloads"), [])
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: LLaVA-Med: no question file in downloads ...
"""

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.safe_path import name_file
from pipelines.sources.corpus import SourceError
from pipelines.sources.image_folder import IMAGE_SUFFIXES
from pipelines.sources.json_list import tell_stand_in

_DEPTH = 4  # LLaVA-Med-main/LLaVA-Med-main/data/instruct/x.json
_ARTICLE_FOLDER = re.compile(r"PMC\d+")  # an unpacked article, of which a download may hold 400,000
_SKIPPED = frozenset({"__macosx"})
_PREFIX = "llava_med_"
# The inline-mention file is the one that LLaVA-Med was trained on; alignment holds one caption-like answer per figure.
_QUESTIONS = (
    "instruct_60k_inline_mention.json",
    "instruct_60k.json",
    "instruct_10k.json",
    "*instruct*.json",
    "alignment_500k.json",
    "*alignment*.json",
)
_CAPTIONS = "*instruct_fig_captions.json"
_IMAGE_URLS = "*image_urls.jsonl"
_EVALUATION = ("*qa50*", "eval_*", "*test_image_urls*")  # the benchmark's own files and images: never training data
_EVALUATION_FOLDER = "eval"
_PACKED = (".jsonl", ".gz", ".zip", ".tar", ".tgz")
_FETCH = "fetch the file with download_data.sh of microsoft/LLaVA-Med"


@dataclass(frozen=True)
class Tables:
    """The files that are read, relative to the folder of tables, and what is to be remarked about the others."""

    questions: str
    captions: str | None
    image_urls: str | None
    remarks: tuple[str, ...]


def list_files(folder: Path) -> list[str]:
    """Return the files below a folder as relative paths with forward slashes, the shallowest first, then by path.

    Hidden folders and those of unpacked articles (PMC1234567/) are not entered.
    """
    return sorted(_walk(folder, "", _DEPTH), key=lambda path: (path.count("/"), path))


def choose_tables(folder: Path, files: Sequence[str]) -> Tables:
    """Return which of the listed files are read.

    Raises:
        SourceError: no question file, none but git-LFS pointers, web pages and empty files, or two that fit equally well.
    """
    named = [path for path in files if path.casefold().endswith((".json", ".jsonl"))]
    evaluation = [path for path in named if _is_evaluation(path)]
    rest = [path for path in named if path not in evaluation]
    stand_ins = {path: stand_in for path in rest if (stand_in := tell_stand_in(folder / path)) is not None}
    candidates = _list_questions(rest)
    if not candidates:
        raise _describe_absence(folder, files)
    questions = _choose_questions(folder, candidates, stand_ins)
    captions = _first(rest, stand_ins, _CAPTIONS)
    image_urls = _first(rest, stand_ins, _IMAGE_URLS)
    others = [path for path in candidates if path != questions and path not in stand_ins]
    remarks = (
        *(f"{path} is {stand_in} and not read; {_advise(stand_in)}" for path, stand_in in stand_ins.items()),
        *(f"{path} is not read, for {_name(questions)} is preferred" for path in others),
        *(f"{path} is there and not read: it belongs to the evaluation of LLaVA-Med" for path in evaluation),
    )
    return Tables(questions, captions, image_urls, remarks)


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(), entry.is_file()) for entry in entries if not entry.name.startswith(".")]
    except OSError:
        return
    for name, is_folder, is_file in found:
        if is_file:
            yield prefix + name
        elif is_folder and depth and not _ARTICLE_FOLDER.fullmatch(name) and name.casefold() not in _SKIPPED:
            yield from _walk(folder / name, f"{prefix}{name}/", depth - 1)


def _describe_absence(folder: Path, files: Sequence[str]) -> SourceError:
    packed = [path for path in files if _is_packed(path)]
    # Any number of images may come first; what is looked for is none of them.
    there = sorted(files, key=lambda path: Path(path).suffix.casefold() in IMAGE_SUFFIXES)
    advice = (
        f"unpack {packed[0]}, or make JSON Lines one list with `jq -s . IN > OUT`, so that it ends in .json"
        if packed
        else "set sources.llava_med to the folder that holds data/instruct/"
    )
    return SourceError(
        f"LLaVA-Med: no question file in {folder} (looked for {_PREFIX}{_QUESTIONS[0]} and its kin down to "
        f"{_DEPTH} folders below; there is: {', '.join(map(name_file, there[:8])) or 'nothing'}); {advice}"
    )


def _is_packed(path: str) -> bool:
    """Return whether a file would be a question file if it were unpacked or of the ending .json."""
    stem = path.casefold()
    while stem.endswith(_PACKED):
        stem = stem.rpartition(".")[0]
    name = stem.removesuffix(".json") + ".json"
    return stem != path.casefold() and not _is_evaluation(path) and bool(_list_questions([name]))


def _advise(stand_in: str) -> str:
    return f"run `git lfs install` and `git lfs pull` in that clone, or {_FETCH}" if "LFS" in stand_in else _FETCH


def _choose_questions(folder: Path, candidates: Sequence[str], stand_ins: Mapping[str, str]) -> str:
    whole = [path for path in candidates if path not in stand_ins]
    if not whole:
        path, stand_in = folder / candidates[0], stand_ins[candidates[0]]
        got = f"got {stand_in} of {path.stat().st_size} bytes"
        raise SourceError(f"{path}: {got}, expected the question file itself; {_advise(stand_in)}")
    best = [path for path in whole if _rank(path) == _rank(whole[0])]
    if len(best) > 1:
        raise SourceError(
            f"LLaVA-Med: {len(best)} question files in {folder} fit equally well: {', '.join(best[:4])}; "
            f"keep one, or name it {_PREFIX}{_QUESTIONS[0]}"
        )
    return best[0]


def _list_questions(files: Sequence[str]) -> list[str]:
    """Return the question files, the preferred kind first, of one kind the shallowest first."""
    found = [path for path in files if _fits(path, *_QUESTIONS) and "caption" not in _name(path).casefold()]
    return sorted(found, key=_rank)  # a stable sort: files come by depth and path


def _rank(path: str) -> tuple[int, int]:
    kind = next(place for place, pattern in enumerate(_QUESTIONS) if _fits(path, pattern))
    return kind, path.count("/")


def _first(files: Sequence[str], stand_ins: Mapping[str, str], pattern: str) -> str | None:
    return next((path for path in files if _fits(path, pattern) and path not in stand_ins), None)


def _is_evaluation(path: str) -> bool:
    return _fits(path, *_EVALUATION) or _EVALUATION_FOLDER in path.casefold().split("/")[:-1]


def _fits(path: str, *patterns: str) -> bool:
    """Return whether a file's name, with or without the prefix of the release, fits one of the patterns."""
    name = _name(path).casefold().removeprefix(_PREFIX)
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]
