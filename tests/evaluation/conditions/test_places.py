import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.conditions.left_out import CannotPoseError, LeftOut
from evaluation.conditions.places import MAX_IMAGES, mirror_places
from pipelines.audit.mentions import read_all_mentions
from pipelines.generation.ordinals import ORDINALS

FORMS = (
    "Is the mass in the {ordinal} image?",
    "{Ordinal} image: a mass.",
    "Compare the {ordinal} and {other} images.",
    "A mass is seen in image {number} but not in image {other_number}.",
    "Images {number} and {other_number} agree.",
    "Image {spelt} shows a mass of 2 cm.",
    "The {ordinal} image shows a mass, while the {other} does not.",
    "Of these images, the {ordinal} one is a T1 image, and the {other} chest film is of day 3.",
    "Is the {ordinal} ventricle larger in the {other} image?",
    "THE {ORDINAL} IMAGE",
)
SPELT = ("one", "two", "three", "four", "five", "six", "seven")


@st.composite
def texts(draw):
    n_images = draw(st.integers(2, MAX_IMAGES))
    place, other = draw(st.tuples(*[st.integers(0, n_images - 1)] * 2).filter(lambda pair: pair[0] != pair[1]))
    form = draw(st.sampled_from(FORMS))

    def fill(place: int, other: int) -> str:
        return form.format(
            ordinal=ORDINALS[place],
            Ordinal=ORDINALS[place].capitalize(),
            ORDINAL=ORDINALS[place].upper(),
            other=ORDINALS[other],
            number=place + 1,
            other_number=other + 1,
            spelt=SPELT[place],
        )

    return n_images, fill(place, other), fill(n_images - 1 - place, n_images - 1 - other), "ventricle" in form


@given(texts())
def test_every_name_of_an_image_becomes_that_of_its_mirror(case):
    n_images, text, mirrored, names_body = case
    if not names_body:
        assert mirror_places(text, n_images) == mirrored


@given(texts())
def test_mirrored_twice_a_text_is_as_before(case):
    n_images, text, *_ = case
    assert mirror_places(mirror_places(text, n_images), n_images) == text


@given(texts())
def test_the_reader_reads_the_mirrored_places(case):
    n_images, text, *_ = case
    read = read_all_mentions(text).positions
    assert read_all_mentions(mirror_places(text, n_images)).positions == {n_images - 1 - place for place in read}


@pytest.mark.parametrize(
    ("text", "n_images", "mirrored"),
    [
        ("The 1st chest X-ray and the 3rd image", 3, "The 3rd chest X-ray and the 1st image"),
        ("Neither the first nor the second image", 2, "Neither the second nor the first image"),
        ("In the first, the second and the third image", 3, "In the third, the second and the first image"),
        ("The first of these images is a CT, the second is not.", 2, "The second of these images is a CT, the first is not."),
        ("The left image is a CT, the image on the right an MRI.", 2, "The right image is a CT, the image on the left an MRI."),
        ("Is the leftmost panel larger?", 3, "Is the rightmost panel larger?"),
        ("The last image is darker.", 3, "The very first image is darker."),
        ("The initial image is darker than the final image.", 2, "The final image is darker than the initial image."),
        ("Only the former shows a mass, the latter does not.", 2, "Only the latter shows a mass, the former does not."),
        ("IMAGE 1 AND THE 2ND IMAGE", 2, "IMAGE 2 AND THE 1ST IMAGE"),
        ("THE LAST IMAGE", 2, "THE VERY FIRST IMAGE"),
        ("The first two images are axial.", 3, "The last two images are axial."),
        ("The middle image is axial, the third image is not.", 3, "The middle image is axial, the first image is not."),
        ("The other image of the two images; both images; which image?", 2, None),
        ("A 2 cm mass on day 3 of grade 1, BI-RADS 2, T1, a T2 image", 2, None),
        ("A first-degree burn, a second opinion and a third mass", 2, None),
        ("The fourth ventricle, the second rib and the third cranial nerve", 2, None),
        ("The lower third of the lung; one-third of it", 2, None),
        ("More imaging is needed first.", 2, None),
        ("The left lung in both images", 2, None),
        ("Image 3 mm thick, scans 2 days apart", 2, None),
        ("The final diagnosis", 2, None),
    ],
)
def test_each_way_to_name_an_image_has_its_mirror_and_other_words_stay(text, n_images, mirrored):
    assert mirror_places(text, n_images) == (mirrored or text)


def test_first_and_second_as_labels_are_read_beside_a_question_that_names_images():
    assert mirror_places("First: drusen, Second: cataract", 2, names_images=True) == "Second: drusen, First: cataract"
    assert mirror_places("The second.", 3, names_images=True) == "The second."
    assert mirror_places("The one shown third, image 3", 3) == "The one shown first, image 1"


@pytest.mark.parametrize(
    "text",
    [
        "The second visit shows a mass.",
        "Visit 2 is worse in view 2.",
        "The two images, left eye first",
        "First, look at the lungs.",
        "The second mass is larger.",
        "Is it seen on film 2?",
        "Both images two and three are normal.",
        "image-1 is normal",
        "Images 1-2 are normal",
        "Image A is normal",
        "The subsequent image is normal.",
        "The top image is normal.",
        "After the last of the three images",
        "Is the last one normal?",
        "Since the last visit",
        "The left photograph of the eye",
        "The first image is larger; the former is a CT.",
        "İs the first image normal?",
    ],
)
def test_what_may_or_may_not_name_an_image_is_refused(text):
    with pytest.raises(CannotPoseError) as raised:
        mirror_places(text, 3)
    assert raised.value.reason is LeftOut.UNCLEAR_PLACE


@pytest.mark.parametrize(("text", "n_images"), [("The third image", 2), ("image 4", 3), ("The middle image", 2)])
def test_a_place_that_no_image_has_is_refused(text, n_images):
    with pytest.raises(CannotPoseError) as raised:
        mirror_places(text, n_images)
    assert raised.value.reason is LeftOut.PLACE_BEYOND_IMAGES


def test_the_second_does_not_lean_on_an_image_where_none_is_named():
    with pytest.raises(CannotPoseError):
        mirror_places("Two masses: the first is round, the second is not.", 2)
