"""What stands behind the name of a model at an endpoint: model, how it is asked, and what cannot be known of it.

Example:
    >>> from pipelines.choices import Endpoint
    >>> form = AskingForm(Endpoint(base_url="http://127.0.0.1:8080/v1", model="m"), OpenAiOptions(images=ImageUse.ONE), seed=7)
    >>> describe_endpoint_model("mine", "here", form).remarks[1]
    'several images composed into one canvas'
"""

from collections.abc import Iterator
from importlib.metadata import version

from evaluation.models.canvas import CANVAS_FORM
from evaluation.models.endpoint_request import AUTO_DETAIL, AskingForm
from evaluation.models.options import OpenAiOptions
from evaluation.models.spec import ModelKind
from pipelines.keys import digest
from pipelines.score_records import ImageUse, ModelCard

_REQUEST_FORM = "chat_v1"  # a change in how prompts are put, or images are drawn, is another form


def describe_endpoint_model(name: str, endpoint_name: str, form: AskingForm) -> ModelCard:
    """Return the card; its digest is of names and of how it is asked, so that a server may move to another address."""
    options, endpoint = form.options, form.endpoint
    canvas = CANVAS_FORM if options.images is ImageUse.ONE else None
    images = [str(options.images), options.detail, options.longest_side, canvas]
    return ModelCard(
        model=name,
        kind=str(ModelKind.OPENAI),
        label=f"{endpoint.model} at {endpoint_name}",
        digest=digest([endpoint.model, endpoint_name, str(options.prompt), images, _REQUEST_FORM]),
        decoding=form.describe_decoding(),
        image_use=options.images,
        prompt_form=str(options.prompt),
        versions=(f"openai {version('openai')}", f"pillow {version('pillow')}"),
        seed=form.seed,
        remarks=tuple(_list_remarks(options)),
    )


def _list_remarks(options: OpenAiOptions) -> Iterator[str]:
    yield "which weights answer is the endpoint's word alone"
    if options.images is ImageUse.NONE:
        yield "no image is sent"
        return
    if options.images is ImageUse.ONE:
        yield "several images composed into one canvas"
    yield f"images sent as PNG, their longest side at most {options.longest_side:,} px"
    if options.detail != AUTO_DETAIL:
        yield f"image detail: {options.detail}"
