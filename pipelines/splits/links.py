"""Links subjects that are one person: they hold an image with equal pixels, or images that look the same.

Example:
    >>> hashes = pa.array([None, None], pa.string())
    >>> images = {"image_id": ["i", "j"], "subject_id": ["a", "b"], "pixel_sha256": ["0", "0"], "perceptual_hash": hashes}
    >>> link_subjects(pa.table(images))
    [PersonLink(kind=<LinkKind.SAME_PIXELS: 'same_pixels'>, subject_id='a', image_id='i', other_subject_id='b', ...)]
"""

from dataclasses import dataclass

import pyarrow as pa

from pipelines.rendering.perceptual_hash import LOOKS_THE_SAME
from pipelines.splits.contents import open_contents
from pipelines.splits.near_duplicates import find_near_duplicates
from pipelines.vocabulary import LinkKind

_NEAREST = """
WITH holders AS (SELECT pixel_sha256, subject_id, min(image_id) AS image_id FROM images GROUP BY pixel_sha256, subject_id),
firsts AS (
    SELECT pixel_sha256, min(subject_id) AS subject_id, min_by(image_id, subject_id) AS image_id
    FROM holders GROUP BY pixel_sha256 HAVING count(*) > 1
),
same_pixels AS (
    SELECT 0 AS distance, $same_pixels AS kind, firsts.subject_id, firsts.image_id, holders.subject_id AS other_subject_id,
        holders.image_id AS other_image_id
    FROM firsts JOIN holders ON holders.pixel_sha256 = firsts.pixel_sha256 AND holders.subject_id != firsts.subject_id
),
found AS (
    FROM same_pixels UNION ALL
    SELECT distance, $near_duplicate AS kind, subject_id, image_id, other_subject_id, other_image_id FROM near
)
SELECT kind, subject_id, image_id, other_subject_id, other_image_id, distance FROM found
QUALIFY row_number() OVER (
    PARTITION BY subject_id, other_subject_id ORDER BY distance, kind != $same_pixels, image_id, other_image_id
) = 1
ORDER BY subject_id, other_subject_id
"""


@dataclass(frozen=True, slots=True)
class PersonLink:
    """Two images of two subjects that show that these are one person."""

    kind: LinkKind
    subject_id: str  # the smaller one
    image_id: str
    other_subject_id: str
    other_image_id: str
    distance: int  # of the perceptual hashes, in bits of 256; 0 for equal pixels


def link_subjects(images: pa.Table, max_distance: int = LOOKS_THE_SAME) -> list[PersonLink]:
    """Return at most one link per pair of subjects, the nearest, ordered by subjects.

    Chains of links join the same people as if every two images were compared; where many subjects share one image, each is
    linked to the first of them.

    Args:
        images: Columns image_id, subject_id, pixel_sha256 and perceptual_hash, such as rendered/images of one source.
        max_distance: In bits of 256, in the worse half of the hash.
    """
    kinds = {"same_pixels": LinkKind.SAME_PIXELS.value, "near_duplicate": LinkKind.NEAR_DUPLICATE.value}
    near = find_near_duplicates(images, max_distance)
    with open_contents(images) as connection:
        connection.register("near", near)
        found = connection.execute(_NEAREST, kinds).fetchall()
    return [PersonLink(LinkKind(kind), *rest) for kind, *rest in found]
