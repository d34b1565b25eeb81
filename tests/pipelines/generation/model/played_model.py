"""A server on loopback that plays a language model: it reads the prompt as a model would, and answers in a chosen manner."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipelines.calls.executors import DeskAsk, open_ask
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import CallLedger, open_call_ledger
from pipelines.calls.prices import load_prices
from pipelines.choices import Budget, Endpoint
from pipelines.governance.policy import load_policy
from pipelines.vocabulary import Source

WrittenItem = dict[str, Any]
_FORMS: Mapping[str, tuple[str, str]] = {
    "WHICH IMAGE SHOWS SIGNS OF MALIGNANCY": ("Which of the {count} images shows the breast with signs of malignancy?", "{}"),
    "WHICH IMAGE IS OF THE NAMED MAMMOGRAPHIC VIEW": ("Which of the {count} images was taken in the {asked} projection?", "{}"),
    "WHICH IMAGE IS OF THE NAMED MRI SEQUENCE": ("Which of the {count} images was acquired with the {asked} sequence?", "{}"),
    "BI-RADS ASSESSMENT OF A BREAST": (
        "Which overall BI-RADS assessment fits the breast in the two images?",
        "BI-RADS {}",
    ),
    "FORECAST OF THE BI-RADS": (
        "Judging from the {count} images, which BI-RADS assessment of this breast is most likely at the next visit?",
        "BI-RADS {}",
    ),
    "HOW MUCH OF THE ENHANCING TUMOUR": (
        "How much of the enhancing tumour was removed between the first image and the second image?",
        "{} resection of the enhancing tumour",
    ),
    "STATUS OF THE TUMOUR AT THE LATER": (
        "What is the status of the disease at the second image, with the first image as the earlier visit?",
        "The disease is {}",
    ),
    "FORECAST OF THE STATUS": (
        "From the {count} images in their order of time, which status of the disease is to be expected at the next visit?",
        "The disease will be {}",
    ),
    "HOW ONE FINDING CHANGED": (
        "How has the {asked} changed from the first image to the second image?",
        "The {asked} is {}",
    ),
    "WHAT ONE NAMED EYE SHOWS": ("Of the two images, what does the photograph of {asked}, show?", "The eye shows {}"),
    "WHETHER BOTH EYES": ("Do the two images show the same diagnosis in both eyes?", "The two eyes have {}"),
}
_CLASSES: Mapping[str, str] = {
    **{"1": "The first image", "2": "The second image", "3": "The third image"},
    **{
        "A": "0, incomplete assessment",
        "N": "1, negative mammogram",
        "B": "2, benign findings",
        "P": "3, probably benign",
        "S": "4, suspicious findings",
    },
    **{"M": "5, highly suggestive of malignancy", "K": "6, malignancy known by biopsy"},
    **{"complete": "Complete", "partial": "Partial", "same": "the same diagnosis", "different": "different diagnoses"},
    **{
        "normal": "a normal fundus",
        "diabetes": "diabetic retinopathy",
        "glaucoma": "glaucoma",
        "cataract": "cataract",
    },
    **{"amd": "age-related macular degeneration", "hypertension": "hypertensive retinopathy", "myopia": "pathological myopia"},
    "other": "another abnormality",
}
_KEY_LINES = ("BI-RADS", "View", "MRI sequence", "RANO", "Extent of resection", "Change of", "Diagnosis of", "Diagnostic")
_ASKED = {"CC": "craniocaudal", "MLO": "mediolateral oblique", "CT1": "contrast-enhanced T1-weighted"}
_ASKED |= {
    "T1": "unenhanced T1-weighted",
    "T2": "T2-weighted",
    "ML": "mediolateral",
    "XCCL": "laterally exaggerated craniocaudal",
}


@dataclass(frozen=True)
class Case:
    """What a prompt asks for, as read from its text alone."""

    task: str
    form: str
    n_images: int
    asked: str
    right: str
    wrong: tuple[str, ...]
    messages: tuple[Mapping[str, str], ...]

    @classmethod
    def read(cls, messages: list[Mapping[str, str]]) -> "Case":
        """Read the prompt; an entry that is missing is a fault of the prompt and raises."""
        system, user = messages[0]["content"], messages[1]["content"]
        task = re.search(r"^TASK: (.*)$", system, re.MULTILINE)
        assert task is not None
        return cls(
            next(name for name in _FORMS if task[1].startswith(name)),
            _entry(user, "Form").split()[0],
            int(_entry(user, "Images")),
            _entry(user, "Asked about") if "Asked about:" in user else "",
            _entry(user, "Class of the right answer"),
            tuple(_entry(user, "Classes of the wrong options").split(", ")) if "Classes of the wrong" in user else (),
            tuple(messages),
        )

    @property
    def is_rewrite(self) -> bool:
        """Whether a rejected version is given."""
        return any("THE PREVIOUS VERSION" in message["content"] for message in self.messages)

    def say(self, name: str) -> str:
        """Put a class into words."""
        asked = _ASKED.get(self.asked, self.asked)
        return _FORMS[self.task][1].format(_CLASSES.get(name, name), asked=asked)


def _entry(text: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*)$", text, re.MULTILINE)
    assert found is not None, f"the prompt lacks {name!r}"
    return found[1]


def answer_well(case: Case) -> WrittenItem:
    """Answer as asked."""
    count = {2: "two", 3: "three"}[case.n_images]
    question = _FORMS[case.task][0].format(count=count, asked=_ASKED.get(case.asked, case.asked))
    return {
        "question": question,
        "right_answer": case.say(case.right) + ("" if case.form == "closed" else "."),
        "wrong_options": [{"answer_class": name, "text": case.say(name)} for name in case.wrong],
        "evidence": [quote_source(case)],
    }


def quote_source(case: Case) -> dict[str, Any]:
    """Quote the line that the right answer rests on, from below the heading of its image or of the visit that is not shown."""
    blocks = _read_sources(case.messages[1]["content"])
    if None in blocks:
        image = None
    elif case.right.isdecimal():
        image = int(case.right)
    else:
        image = 1 if "first image" in case.asked else case.n_images
    line = next(line for line in blocks[image] if line.startswith(_KEY_LINES))
    return {"image": image, "quote": line}


def _read_sources(text: str) -> dict[int | None, list[str]]:
    blocks: dict[int | None, list[str]] = {}
    lines: list[str] = []
    for line in text.split("SOURCES\n", 1)[1].split("\nEND OF SOURCES")[0].split("\n"):
        heading = re.match(r"Image (\d)|The visit after those shown", line)
        if heading:
            lines = blocks.setdefault(int(heading[1]) if heading[1] else None, [])
        elif line.startswith("- "):
            lines.append(line.removeprefix("- "))
    return blocks


@dataclass
class PlayedModel:
    """Answers every request in one manner, and keeps what it was sent."""

    answer: Callable[[Case], WrittenItem | str]
    received: list[dict[str, Any]]

    def reply(self, request: Request) -> Response:
        """Return a chat completion."""
        body = json.loads(request.get_data())
        self.received.append(body)
        said = self.answer(Case.read(body["messages"]))
        text = said if isinstance(said, str) else json.dumps(said)
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
        usage = {"prompt_tokens": 900, "completion_tokens": 120, "total_tokens": 1020}
        document = {
            "id": "c1",
            "object": "chat.completion",
            "created": 0,
            "model": "played",
            "choices": [choice],
            "usage": usage,
        }
        return Response(json.dumps(document), content_type="application/json")


def play(server: HTTPServer, answer: Callable[[Case], WrittenItem | str]) -> PlayedModel:
    """Let the server answer in a manner from now on."""
    model = PlayedModel(answer, [])
    server.clear()
    server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(model.reply)
    return model


@dataclass(frozen=True)
class Line:
    """An endpoint with what sends requests to it, and where every attempt is written."""

    endpoint: Endpoint
    ask: DeskAsk
    ledger: CallLedger


@contextmanager
def open_line(folder: Path, url: str, *, allowed: Sequence[Source] = (), budget: Budget | None = None) -> Iterator[Line]:
    """Approve an endpoint on loopback in a policy file, and open what asks it."""
    policy = folder / "policy.toml"
    sources = "".join(f'[sources.{source}]\nendpoints = ["played"]\n' for source in allowed)
    policy.write_text(f'[endpoints.played]\nurl = "{url}"\nplace = "local"\n{sources}', encoding="utf-8")
    endpoint = Endpoint(base_url=f"{url}/v1", model="played", max_in_flight=4, max_attempts=1, timeout_seconds=60)
    with open_call_ledger(folder / "ledger.sqlite") as ledger:
        arguments = (endpoint, Executor.LIVE, load_policy(policy), ledger, load_prices(), budget or Budget(), folder, None)
        with open_ask("played", *arguments) as ask:
            yield Line(endpoint, ask, ledger)
