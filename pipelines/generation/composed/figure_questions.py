"""Items of LLaVA-Med's questions, each asked about its own figure among figures of the same modality from other articles.

The question gets a location phrase; "the figure" in its answer becomes the image of that place. Left out is what the place
cannot decide: questions that lean on an earlier turn or speak of the article, general knowledge, and questions whose answer
holds for the other figures as well ("Which stain was used?" among stained sections). Answers that begin with yes or no give
closed items as far as both stay balanced; the others, and the surplus, are open.

Example:
    >>> place_answer("Yes, the figure shows ascites.", 1)
    'Yes, the second image shows ascites.'
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipelines.generation.composed.located import first_capital
from pipelines.generation.composed.location import locate
from pipelines.generation.composed.wordings import LOCATED
from pipelines.generation.draft import Draft, TemplateKind
from pipelines.generation.ordinals import ordinal_image
from pipelines.grouping.ordering import in_hash_order
from pipelines.grouping.vqa_rad.image_words import IMAGE_PHRASE
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup, Rejection
from pipelines.source_records import SourceQuestion

MAX_YES_NO_SHARE = 0.6  # of the more frequent of yes and no among closed items of a split
MIN_FIGURES = 5  # asked the same before a common answer is taken to hold for all
COMMON_SHARE = 0.8  # of figures with one answer, from which on the answer tells nothing about one of them
YES, NO = "Yes", "No"

_KINDS = (
    r"provided|given|shown|medical|histolog(?:y|ical|ic)|histopatholog(?:y|ical|ic)|patholog(?:y|ical|ic)|microscop(?:y|ic)|"
    r"immunohistochemi(?:cal|stry)|fluorescen(?:t|ce)|electron|radiographic|ultrasound|endoscopic|gross|clinical|axial|coronal|"
    r"sagittal"
)
_FIGURE = re.compile(
    rf"\b(this|the|that) (?:(?:{_KINDS}) ){{0,2}}"
    r"(?:figure|photo(?:graph)?|(?:photo)?micrograph|picture|illustration|image)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(r"(yes|no)\b[,.;: ]*", re.IGNORECASE)
_YES_NO_QUESTION = re.compile(r"(?:is|are|was|were|do|does|did|can|could|has|have|had) ", re.IGNORECASE)
_LEANS = re.compile(
    r"\b(?:it|its|they|them|their|he|she|his|her|this|that|these|those|such|also|else|other|mentioned|described|above|"
    r"respectively|both|between|compared?|panels?|figures?|images)\b",
    re.IGNORECASE,
)
_NOT_SEEN = re.compile(
    r"\b(?:article|authors?|study|studies|paper|caption|legend|text|report|history|treat(?:ed|ment)s?|therap(?:y|ies)|"
    r"purpose|significance|importance|implications?|causes?|risks?|prognosis|symptoms?|why|role|explain|meaning|commonly|"
    r"generally|typically|usually|age|name)\b",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"\b(?:modality|imaging (?:method|technique|study)|(?:type|kind) of (?:image|imaging|scan|stain(?:ing)?|specimen|picture)|"
    r"(?:which|what|how) \w*(?: was| were)?(?: the tissue)? ?stain(?:ing|ed)?|stain was used|"
    r"how was (?:this|the) (?:image|figure|picture|scan|photo\w*|tissue|section)|"
    r"is this an? (?:photograph|gross|ct|mri|x-ray|histolog\w*|microscop\w*))\b",
    re.IGNORECASE,
)
"""Questions about the kind of figure: the figures of a group are all of one modality."""


def write_figure_questions(
    groups: Sequence[ImageGroup], questions: Mapping[str, SourceQuestion], seed: int
) -> tuple[list[Draft], list[Rejection]]:
    """Return one draft for each group, or one rejection that says why its question cannot be asked of one of several."""
    common = find_common_answers(groups)
    drafts: list[Draft] = []
    rejections: list[Rejection] = []
    for group in groups:
        made = _write(group, questions[_said_by(group)], common)
        if isinstance(made, Draft):
            drafts.append(made)
        else:
            reason, detail = made
            rejections.append(Rejection(group.source, Stage.GENERATE, group.group_id, reason, detail, "group"))
    return _balance(drafts, seed), rejections


def place_question(question: str, position: int) -> str | None:
    """Return the question asked about the image at a 0-based position, None where it cannot be asked of one of several."""
    text = _FIGURE.sub(r"\1 image", question)
    bare = IMAGE_PHRASE.sub(" ", text)
    if _LEANS.search(re.sub(r"^is (?:this|that) ", "", bare, flags=re.IGNORECASE)) or _NOT_SEEN.search(bare):
        return None
    return locate(text, position)


def place_answer(answer: str, position: int) -> str:
    """Return the answer with "the second image" for "the figure", tidied to single spaces and a full stop."""
    text = IMAGE_PHRASE.sub(ordinal_image(position), _FIGURE.sub(r"\1 image", " ".join(answer.split())))
    text = first_capital(text)
    return text if text[-1] in ".!?" else text + "."


def find_common_answers(groups: Iterable[ImageGroup]) -> frozenset[tuple[str, str, str]]:
    """Return (modality, question, answer), normalised, of questions that most figures of a modality answer alike."""
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for group in groups:
        modality, question, answer = _identity(group)
        found[modality, question][answer] += 1
    return frozenset(
        (modality, question, answer)
        for (modality, question), answers in found.items()
        for answer, n in answers.items()
        if answers.total() >= MIN_FIGURES and n / answers.total() >= COMMON_SHARE
    )


def _write(group: ImageGroup, question: SourceQuestion, common: frozenset[tuple[str, str, str]]) -> Draft | tuple[Reason, str]:
    fact = next(fact for fact in group.facts if fact.code == "answer")
    if _KIND.search(question.question) or _identity(group) in common:
        return Reason.ANSWER_NOT_OF_THIS_IMAGE, "its answer holds for other figures of the group as well"
    text = place_question(question.question, fact.place)
    if text is None:
        return (
            Reason.QUESTION_NOT_LOCATABLE,
            "the question leans on another turn, is not about pixels, or takes no location phrase",
        )
    evidence = tuple(one for one in group.facts if one.code in ("answer", "question"))
    answer = place_answer(fact.value, fact.place)
    kind = TemplateKind.LOCATED_OPEN
    draft = Draft(group, kind, text, answer, (), "open", evidence, "figure_question/0", LOCATED)
    stated = _YES_NO.match(fact.value)
    if stated and _YES_NO_QUESTION.match(question.question):
        return replace(draft, answer_class=stated[1].lower())
    return draft


def _balance(drafts: Sequence[Draft], seed: int) -> list[Draft]:
    """Make yes/no drafts closed, in hash order, as long as neither answer has more than its share of a split."""
    of_split: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.answer_class in ("yes", "no"):
            of_split[draft.group.split].append(draft)
    closed: set[str] = set()
    for members in of_split.values():
        ordered = in_hash_order(members, seed, lambda draft: draft.group.group_id)
        of_class = {one: [draft for draft in ordered if draft.answer_class == one] for one in ("yes", "no")}
        allowed = int(MAX_YES_NO_SHARE / (1 - MAX_YES_NO_SHARE) * min(len(same) for same in of_class.values()) + 1e-9)
        closed |= {draft.group.group_id for same in of_class.values() for draft in same[:allowed]}
    return [_close(draft) if draft.group.group_id in closed else replace(draft, answer_class="open") for draft in drafts]


def _close(draft: Draft) -> Draft:
    answer, other = (YES, NO) if draft.answer_class == "yes" else (NO, YES)
    return replace(
        draft, kind=TemplateKind.LOCATED_YES_NO, answer=answer, distractors=(other,), distractor_classes=(other.lower(),)
    )


def _said_by(group: ImageGroup) -> str:
    return next(fact.said_by for fact in group.facts if fact.code == "answer")


def _identity(group: ImageGroup) -> tuple[str, str, str]:
    of_code = {fact.code: fact.value for fact in group.facts}
    return of_code.get("domain", ""), _bare(of_code.get("question", "")), _bare(of_code["answer"])


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.casefold()).split())
