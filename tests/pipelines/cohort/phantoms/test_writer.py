import io
from functools import cache

import numpy as np
import pytest
from PIL import Image

from pipelines.cohort.phantoms.abdomen import draw_abdomen
from pipelines.cohort.phantoms.chest import draw_chest
from pipelines.cohort.phantoms.head import draw_head
from pipelines.cohort.phantoms.truth import FINDINGS, SIDED, Finding, Truth
from pipelines.vocabulary import Laterality, Modality, Organ, Sequence

DRAW = {Organ.CHEST: draw_chest, Organ.HEAD: draw_head, Organ.ABDOMEN: draw_abdomen}
MODALITY = {Organ.CHEST: Modality.XRAY, Organ.HEAD: Modality.CT, Organ.ABDOMEN: Modality.CT}
BLOCK = 12
PLACES = [(organ, finding) for organ, findings in FINDINGS.items() for finding in findings]


def draw(organ, findings, *, sequence=None, has_contrast=False, seed=1):
    modality = Modality.MRI if sequence else MODALITY[organ]
    truth = Truth(organ, modality, "PA" if organ is Organ.CHEST else "axial", sequence, has_contrast, findings)
    return np.asarray(Image.open(io.BytesIO(DRAW[organ](truth, seed))).convert("L")).astype(float)


@cache
def draw_healthy(organ, seed):
    return draw(organ, {}, seed=seed)


def find_change(organ, finding, side, seed):
    """How much a finding changes the square of 12 x 12 pixels that it changes most, and where that lies (-1 to 1)."""
    change = draw(organ, {finding: side}, seed=seed) - draw_healthy(organ, seed)
    height, width = (length // BLOCK for length in change.shape)
    blocks = change[: height * BLOCK, : width * BLOCK].reshape(height, BLOCK, width, BLOCK).mean(axis=(1, 3))
    strongest = int(np.abs(blocks).argmax())
    return abs(blocks.flat[strongest]), (strongest % width + 0.5) / width * 2 - 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("organ", "finding"), PLACES)
def test_each_finding_can_be_seen_and_the_patient_s_left_is_at_the_image_s_right(organ, finding, seed):
    for side in Laterality if finding in SIDED else (None,):
        strength, x = find_change(organ, finding, side, seed)
        assert strength > 25  # gray values of 255
        assert side is None or (x > 0.1 if side is Laterality.LEFT else x < -0.1)


def test_an_enlarged_heart_is_wider_than_half_the_chest_and_a_normal_one_is_not():
    for findings, is_wide in (({}, False), ({Finding.CARDIOMEGALY: None}, True)):
        for seed in range(4):
            image = draw(Organ.CHEST, findings, seed=seed)
            line = image[int(image.shape[0] * 0.60)]  # through the heart's middle
            heart, inner_chest = np.count_nonzero(line[60:336] > 155), 276
            assert bool(heart > inner_chest / 2) is is_wide


def test_blood_is_bright_in_ct_and_fluid_is_bright_in_t2_alone():
    ct = draw(Organ.HEAD, {Finding.HEMORRHAGE: Laterality.LEFT})
    x, y = int((1 + 0.30) / 2 * 340), int((1 + 0.22) / 2 * 376)
    assert ct[y - 5 : y + 5, x - 5 : x + 5].mean() > 190
    x, y = int((1 + 0.085) / 2 * 340), int((1 - 0.20) / 2 * 376)
    fluid = {
        s: draw(Organ.HEAD, {}, sequence=s)[y - 3 : y + 3, x - 3 : x + 3].mean()
        for s in (Sequence.T1, Sequence.T2, Sequence.FLAIR)
    }
    assert fluid[Sequence.T2] > 200 > 80 > max(fluid[Sequence.T1], fluid[Sequence.FLAIR])


def test_contrast_makes_the_aorta_bright():
    x, y = int((1 + 0.07) / 2 * 420), int((1 + 0.135) / 2 * 332)
    bright, plain = (draw(Organ.ABDOMEN, {}, has_contrast=c)[y - 3 : y + 3, x - 3 : x + 3].mean() for c in (True, False))
    assert bright > 200 > 160 > plain


@pytest.mark.parametrize("organ", list(DRAW))
def test_equal_seeds_draw_equal_images_and_others_differ(organ):
    assert np.array_equal(draw(organ, {}, seed=5), draw(organ, {}, seed=5))
    assert not np.array_equal(draw(organ, {}, seed=5), draw(organ, {}, seed=6))
