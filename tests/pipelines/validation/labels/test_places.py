import pytest

from pipelines.validation.labels.places import read_place

OF_TWO = {
    1: (
        "The first image",
        "Image 1",
        "image one",
        "The first one",
        "The first",
        "First",
        "It is the first image",
        "The first of the two images",
        "The first image, not the second",
        "The first rather than the second image",
        "Image number 1",
        "The 1st image",
        "Unlike the second image, the first image shows it",
        "The first mammogram",
        "The first MRI image",
        "The craniocaudal view is the first image",
        "Image no. 1",
        "The first image shows it, the second image does not",
    ),
    2: (
        "The second image",
        "Image 2",
        "The last image",
        "The last one",
        "The second fundus photograph",
        "The second shows the tumour",
        "It is image 2",
        "The breast shown in image 2",
        "Image two of the two images",
        "The 2nd picture",
        "Image 2, not image 1",
        "The second image shown",
        "The second one is of the oblique view",
    ),
    None: (
        "",
        "Both images",
        "Neither image",
        "The third image",
        "Image 3",
        "The middle image",
        "The first or the second image",
        "Images 1 and 2",
        "None of the images",
        "At first sight",
        "Not the first image",
        "The last visit",
        "The third ventricle",
        "The image",
        "The middle lobe",
        "A second opinion",
        "The first image does not show it",
        "The second image is not the one",
    ),
}
OF_THREE = {
    1: ("The first image", "Image 1 of 3"),
    2: ("The middle image", "The second image", "The one in the middle", "The image in the middle", "The central image"),
    3: ("The third image", "The last one", "Image 3", "The final image", "The third of the three images"),
    None: ("The fourth image", "Image 4", "All three images", "The first and the third image"),
}


@pytest.mark.parametrize(("place", "text"), [(place, text) for place, texts in OF_TWO.items() for text in texts])
def test_one_of_two_images_is_read(place: int | None, text: str):
    assert read_place(text, 2) == place


@pytest.mark.parametrize(("place", "text"), [(place, text) for place, texts in OF_THREE.items() for text in texts])
def test_one_of_three_images_is_read(place: int | None, text: str):
    assert read_place(text, 3) == place
