"""A folder to run `predict` in as a user does: benchmark file, images, settings and policy of an endpoint on loopback."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from tests.pipelines.calls.loopback import write_policy

OPTIONS = "A: brighter\nB: darker\nC: the same\n"


def write_site(folder: Path, url: str, count: int = 6) -> Path:
    """Write `b.json` of closed questions and an open one, its images, `medmim.toml` and policy; return the benchmark."""
    records = []
    for place in range(count):
        names = [f"{place}-{spot}.png" for spot in range(2)]
        for spot, name in enumerate(names):
            (folder / "images").mkdir(exist_ok=True)
            pixels = np.random.default_rng(2 * place + spot).integers(0, 256, (36, 48), np.uint8)
            Image.fromarray(pixels).save(folder / "images" / name)
        is_open = place == count - 1
        question = "What is seen?" if is_open else f"How is the first image, number {place}?\n{OPTIONS}"
        answer = "Nothing new." if is_open else ["A: brighter", "B: darker", "C: the same"][place % 3]
        turns = [{"role": "user", "content": f"<image><image>{question}"}, {"role": "assistant", "content": answer}]
        records.append({"id": f"r{place}", "images": names, "conversation": turns, "source": "somebody"})
    (folder / "b.json").write_text(json.dumps(records), encoding="utf-8")
    write_policy(folder, url)
    (folder / "medmim.toml").write_text(
        f'storage_root = "{folder}/store"\npolicy = "policy.toml"\n[endpoints.mock]\nbase_url = "{url}/v1"\nmodel = "m"\n'
        "max_in_flight = 2\nmax_attempts = 2\n",
        encoding="utf-8",
    )
    return folder / "b.json"


def read_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
