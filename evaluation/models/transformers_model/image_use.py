"""How many images a model is shown at once: what its architecture takes, unless the options say otherwise.

Example:
    >>> choose_image_use("blip-2", has_images=True, wanted=None)
    <ImageUse.ONE: 'one'>
    >>> choose_image_use("qwen2_5_vl", has_images=True, wanted=None)
    <ImageUse.MANY: 'many'>
"""

from evaluation.models.model import ModelError
from pipelines.score_records import ImageUse

# Their processors or their training know one image per text; transformers' other image-text-to-text models take several.
ONE_IMAGE_TYPES = frozenset(
    {
        "blip",
        "blip-2",
        "florence2",
        "fuyu",
        "git",
        "got_ocr2",
        "instructblip",
        "kosmos-2",
        "kosmos-2.5",
        "paligemma",
        "pix2struct",
        "pp_chart2table",
        "udop",
        "vision-encoder-decoder",
    }
)


def choose_image_use(model_type: str, *, has_images: bool, wanted: ImageUse | None) -> ImageUse:
    """Return how many images a model is shown; ModelError where images are wanted of a model that takes none."""
    if not has_images and wanted not in (None, ImageUse.NONE):
        raise ModelError(f"images={wanted}: a model of type {model_type!r} takes text only; leave the option out")
    if wanted is not None:
        return wanted
    if not has_images:
        return ImageUse.NONE
    return ImageUse.ONE if model_type in ONE_IMAGE_TYPES else ImageUse.MANY
