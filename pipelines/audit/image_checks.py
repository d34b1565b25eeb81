"""Checks of a record's images: one twice, one named that is not there, one shown for nothing, tokens for other images.

Example:
    >>> from pipelines.audit.record_shape import read_shape
    >>> from pipelines.audit.records import Origin, build_record
    >>> talk = [{"role": "user", "content": "<image>Is the third image normal?"}, {"role": "assistant", "content": "No"}]
    >>> record = build_record(read_shape({"id": 1, "images": ["a", "a"], "conversation": talk}, 0), Origin(0, 0))
    >>> [kind.value for kind, _, _ in check_images(record)]
    ['repeated_image', 'image_token_mismatch', 'ordinal_beyond_images']
"""

from collections import Counter
from collections.abc import Iterator

from pipelines.audit.answer_keys import says_option
from pipelines.audit.kinds import Kind
from pipelines.audit.mentions import may_go_beyond_two, read_all_mentions, read_option_mentions
from pipelines.audit.option_checks import Said
from pipelines.audit.questions import Question
from pipelines.audit.records import AuditedRecord, shorten
from pipelines.validation.ordinals import Mentions

_HAS_OTHERS = 3  # images: where one alone is named, the others stand beside it, and finding it is the task


def check_images(record: AuditedRecord) -> Iterator[Said]:
    """Yield what is wrong with a record's images and with how its text speaks of them."""
    keys = record.image_keys
    n_different = len(set(keys))
    if n_different < len(keys):
        repeated = Counter(keys).most_common(1)[0][0]
        places = [str(place + 1) for place, key in enumerate(keys) if key == repeated]
        yield Kind.REPEATED_IMAGE, f"{n_different} of {len(record.images)} differ", f"images {' = '.join(places)}"
    n_marks = sum(question.n_marks for question in record.questions)
    if n_marks != len(record.images) and record.questions:
        variant = "no tokens" if n_marks == 0 else "fewer tokens" if n_marks < len(record.images) else "more tokens"
        yield Kind.MARK_MISMATCH, variant, f"{n_marks} tokens, {len(record.images)} images"
    for question in record.questions:
        texts = (question.stem, *question.texts, question.answer or "")
        # Of two images, as most records have, nearly all texts name a first and a second one.
        if record.images and (len(record.images) != 2 or any(map(may_go_beyond_two, texts))):
            yield from _check_mentions(question, len(record.images))


def _check_mentions(question: Question, n_images: int) -> Iterator[Said]:
    asked = read_all_mentions(question.stem)
    offered = [(text, read_option_mentions(text, question.stem)) for text in question.texts]
    is_option = question.keyed_place is not None and says_option(question.key.text, question.texts[question.keyed_place])
    answer = "" if is_option else question.answer or ""  # what the options say is not said again
    said = read_option_mentions(answer, question.stem) if not question.is_closed else read_all_mentions(answer)
    for where, text, mentions in (
        ("question", question.stem, asked),
        *(("option", text, mentions) for text, mentions in offered),
        ("answer", answer, said),
    ):
        if (what := _find_beyond(mentions, n_images)) is not None:
            yield Kind.ORDINAL_BEYOND_IMAGES, f"in {where}", f"{what} of {n_images}: {shorten(text)[:60]!r}"
    left_out = _find_left_out([asked, *(mentions for _, mentions in offered)], n_images)
    if left_out:
        named = ", ".join(str(place + 1) for place in left_out)
        yield Kind.IMAGE_NOT_ASKED_ABOUT, f"image {named} of {n_images}", f"image {named} of {n_images} is not spoken of"


def _find_beyond(mentions: Mentions, n_images: int) -> str | None:
    """Return what a text names that is not there. "Both images" of three is right where two of them are meant."""
    beyond = sorted(place + 1 for place in mentions.positions if not 0 <= place < n_images)
    if beyond:
        return f"image {beyond[0]}"
    if mentions.names_middle and n_images == 2:
        return "the middle"
    too_many = sorted(count for count in mentions.counts if count > n_images)
    # One image may hold several panels: "both images" of one figure is no mistake that can be proved.
    return f"{too_many[0]} images" if too_many and n_images > 1 else None


def _find_left_out(all_mentions: list[Mentions], n_images: int) -> list[int]:
    positions = {place for mentions in all_mentions for place in mentions.positions}
    names_all = any(mentions.names_all or n_images in mentions.counts for mentions in all_mentions)
    if any(mentions.names_middle for mentions in all_mentions):
        positions.add(n_images // 2)
    if n_images < _HAS_OTHERS or names_all or len(positions) < 2:
        return []
    return sorted(set(range(n_images)) - positions)
