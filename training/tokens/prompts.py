r"""Examples as the messages that a chat template reads, and rendered so that the place of the answer is known.

Example:
    >>> from pipelines.vocabulary import AnswerType
    >>> prompt = "(image 1: <Image><image></Image>)Which side?"
    >>> example = TrainingExample("r1", "demo", AnswerType.OPEN, prompt, "Left", ("a.png",))
    >>> write_messages(example)[0]["content"]
    [{'type': 'image'}, {'type': 'text', 'text': 'Which side?'}]
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from pipelines.formats.closed_question import IMAGE_MARK
from pipelines.interleave import interleave
from training.messages import TrainingExample
from training.models.problem import BaseModelError

Message = dict[str, Any]


class Rendered(NamedTuple):
    """The text of one sample, with one image token an image."""

    text: str
    start: int  # first character that is learnt
    end: int  # the one after the last


def write_messages(example: TrainingExample) -> list[Message]:
    """Return the question, in parts of images and text in their order, and the answer."""
    parts: list[Message] = []
    rest = example.prompt
    for number in range(1, example.n_images + 1):
        before, _, rest = rest.partition(interleave(IMAGE_MARK, 1, first=number))
        parts += [*_write_text(before), {"type": "image"}]
    return [
        {"role": "user", "content": [*parts, *_write_text(rest)]},
        {"role": "assistant", "content": _write_text(example.answer)},
    ]


def render(processor: Any, conversations: Sequence[Sequence[Message]]) -> list[Rendered]:
    """Return the text of each conversation by the processor's chat template.

    Raises:
        BaseModelError: the template has no `{% generation %}` marks, or not one for each conversation.
    """
    from transformers.utils.chat_template_utils import render_jinja_template

    found: Any = render_jinja_template(
        conversations=[list(messages) for messages in conversations],
        chat_template=processor.chat_template,
        return_assistant_tokens_mask=True,
        **processor.tokenizer.special_tokens_map,
    )
    texts, places = found
    if any(len(answers) != 1 for answers in places):
        raise BaseModelError(
            "chat template: expected one answer between {% generation %} and {% endgeneration %} in each conversation; "
            "take one of training/chat_templates, which have them"
        )
    return [Rendered(text, *answers[0]) for text, answers in zip(texts, places, strict=True)]


def find_signs(processor: Any) -> re.Pattern[str]:
    """Return what finds the model's own signs in a text, which would be read as the end of a turn or as an image."""
    tokenizer = processor.tokenizer
    added = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]
    signs = {*added, *tokenizer.all_special_tokens, processor.image_token}
    return re.compile("|".join(map(re.escape, sorted(signs, key=lambda sign: (-len(sign), sign)))))


def _write_text(text: str) -> list[Message]:
    return [{"type": "text", "text": text}] if text else []
