"""What lies beside the question file of a synthetic LLaVA-Med: captions, addresses, alignment, evaluation, a git-LFS pointer.

Example:
    >>> len(LFS_POINTER)
    133
"""

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.cohort.json_stream import open_replacing, write_json_lines, write_json_list
from pipelines.cohort.llava_med.cases import DOMAINS, Figure, domain_of, draw_article
from pipelines.cohort.llava_med.records import ABSENT, make_record
from pipelines.cohort.llava_med.talk import draw_talk, tell_caption
from pipelines.storage import write_bytes

LFS_POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'5f3a9c01' * 8}\nsize 15212345\n".encode()
"""What a clone without git-LFS holds in place of a file."""

_ARCHIVE = "https://cohort.invalid/pub/pmc/oa_package"
_N_ALIGNMENT, _N_EVALUATION = 6, 2


def write_additions(data: Path, subjects: int, seed: int) -> None:
    """Write the files below `data/` that lie beside the question file; their number does not depend on that of subjects."""
    write_bytes(str(data / "instruct" / "llava_med_instruct_10k.json"), LFS_POINTER)
    _write_captions(data / "instruct" / "llava_med_instruct_fig_captions.json", subjects, seed)
    write_json_lines(data / "llava_med_image_urls.jsonl", _list_addresses(subjects, seed))
    first = list(itertools.islice(_list_figures(subjects, seed), _N_ALIGNMENT))
    alignment = (make_record(figure, seed, key="conversatons") for figure in first)
    write_json_list(data / "alignment" / "llava_med_alignment_500k.json", map(_shorten, alignment), indent=1)
    evaluation = (_make_evaluation(place, figure) for place, figure in enumerate(first[:_N_EVALUATION]))
    write_json_lines(data / "eval" / "llava_med_eval_qa50_qa.jsonl", evaluation)


def _list_figures(subjects: int, seed: int) -> Iterator[Figure]:
    for subject in range(subjects):
        yield from draw_article(seed, subject)


def _write_captions(path: Path, subjects: int, seed: int) -> None:
    """Write an object that holds a list of captions for each domain."""
    with open_replacing(path) as sink:
        sink.write("{")
        for domain in DOMAINS:
            captions = (json.dumps(_make_caption(figure)) for figure in _list_figures_of(domain, subjects, seed))
            sink.write(f"{',' if domain != DOMAINS[0] else ''}\n{json.dumps(domain)}: [\n{next(captions, '')}")
            sink.writelines(f",\n{caption}" for caption in captions)
            sink.write("\n]")
        sink.write("\n}\n")


def _list_figures_of(domain: str, subjects: int, seed: int) -> Iterator[Figure]:
    for subject in range(subjects):
        if any(domain_of(subject, place) == domain for place in range(3)):
            yield from (figure for figure in draw_article(seed, subject) if figure.domain == domain)


def _make_caption(figure: Figure) -> dict[str, Any]:
    label = f"Figure {figure.number}"
    mentions: list[Any] = [f"The patient's images are shown ({label})."]
    if figure.number == 1:  # the release tells some mentions as objects
        mentions.append({"tokens": f"{label} was taken on admission."})
    return {
        "pair_id": figure.pair_id,
        "pmid": figure.pmid,
        "fig_id": f"F{figure.number}",
        "fig_label": label,
        "fig_caption": tell_caption(figure.truth),
        "in_text_mention": mentions,
        "domain": {name: name == figure.domain for name in DOMAINS},
    }


def _list_addresses(subjects: int, seed: int) -> Iterator[dict[str, str]]:
    for subject in range(subjects):
        for place, figure in enumerate(draw_article(seed, subject)):
            folder = "404" if (subject, place) == ABSENT else "00"  # the archive of the absent figure is gone
            yield {
                "pmc_tar_url": f"{_ARCHIVE}/00/{folder}/PMC{figure.pmid}.tar.gz",
                "image_file_path": f"PMC{figure.pmid}/nihms-{figure.pmid}-f{figure.number:04d}.jpg",
                "pair_id": figure.pair_id,
            }


def _shorten(record: dict[str, Any]) -> dict[str, Any]:
    """Keep the first pair and no domain: an alignment record asks for a description alone."""
    return {"id": record["id"], "image": record["image"], "conversatons": record["conversatons"][:2]}


def _make_evaluation(place: int, figure: Figure) -> dict[str, Any]:
    [(question, answer), *_] = draw_talk(random.Random(place), figure.truth)
    caption = _make_caption(figure)
    return {
        "question_id": place,
        "image": figure.image_name,
        "text": question,
        "gpt4_answer": answer,
        "fig_label": caption["fig_label"],
        "fig_caption": caption["fig_caption"],
        "in_text_mention": caption["in_text_mention"],
    }
