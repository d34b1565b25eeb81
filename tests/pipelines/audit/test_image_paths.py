import pytest

from pipelines.audit.image_paths import locate_image

UID = "1.2.999.1.3.62.1.22222222.20190732.1/1.2.999.2.33.44.55/1.2.826.0.1.3680043.8.498.1234"
DICOM = "aaaaaaaa-bbbbbbbb-cccccccc-dddddddd-eeeeeeee"
FILM = f"p19/p19999901/s59999901/{DICOM}"

SAME_IMAGE = [
    [
        f"cohort_1/99000001/{UID}.png",
        f"/mnt/x/images/cohort_1/99000001/{UID}.dcm",
        f".\\images/cohort_1/99000001/{UID}.png".replace("/", "\\"),
        f"99000001/{UID}.png",
    ],
    [
        f"{FILM}.jpg",
        f"files/{FILM}.png",
        f"./mimic/files/{FILM}",
        f"p19999901/s59999901/{DICOM}.jpg",
        f"{DICOM}.jpg",
        FILM.replace("/", "_") + ".jpg",
    ],
    [
        "Patient-001/slice_096/ct1_week_000-2.png",
        "x\\LUMIERE_images_tumor1200px_256x256\\Patient-001\\slice_96\\ct1_week_000-2.png",
    ],
    ["ct1_LUMIERE_256x256/Patient-001/slice_96/week_000-2.png", "Patient-001/slice_96/ct1_week_000-2.png"],
    ["Training Images/0_left.jpg", "ODIR-5K/ODIR-5K/Training%20Images/0_left.jpg", "preprocessed_images/0_left.png"],
    ["synpic99001.jpg", "VQA_RAD Image Folder/synpic99001.jpg", "./synpic99001.png"],
    ["99000009_F2.jpg", "images/99000009_F2.jpg"],
]


@pytest.mark.parametrize("paths", SAME_IMAGE)
def test_one_image_has_one_key_whatever_folders_and_endings_its_path_has(paths: list[str]):
    assert len({locate_image(path).key for path in paths}) == 1


@pytest.mark.parametrize(
    ("path", "subject", "visit"),
    [
        (f"cohort_1/99000001/{UID}.png", "embed:99000001", UID.split("/")[0]),
        (f"images/cohort_2/99000001/{UID}.dcm", "embed:99000001", UID.split("/")[0]),
        ("cohort_1/99000001/1.2.999.5/1.2.999.7.png", "embed:99000001", "1.2.999.5"),  # three levels, no series
        (f"/data/cohort_1/77777777/cohort_1/99000001/{UID}.png", "embed:99000001", UID.split("/")[0]),
        (f"{FILM}.jpg", "ms_cxr_t:19999901", "s59999901"),
        (f"p19999901/s59999901/{DICOM}.jpg", "ms_cxr_t:19999901", "s59999901"),
        ("Patient-001/slice_96/ct1_week_000-2.png", "lumiere:Patient-001", "week-000-2"),
        ("Patient-001/slice_96/week_012.png", "lumiere:Patient-001", "week-012"),
        ("Imaging/Patient-001/week-012-1/CT1.nii.gz", "lumiere:Patient-001", "week-012-1"),
        ("png/Patient-001_slice_96_flair_week_012.png", "lumiere:Patient-001", "week-012"),
        ("Training Images/0_left.jpg", "odir:0", None),
        ("Testing Images/937_right.jpg", "odir:937", None),
        ("synpic99001.jpg", "vqa_rad:synpic99001", None),
        ("99000009_F2.jpg", "llava_med:99000009", None),
        ("99000009_Fig2_HTML.jpg", "llava_med:99000009", None),
        ("PMC9000009_pone-0000000-g003.jpg", "llava_med:PMC9000009", None),
    ],
)
def test_subject_and_visit_are_read_from_each_source_path_shape(path: str, subject: str, visit: str | None):
    found = locate_image(path)
    assert (found.subject, found.visit) == (subject, visit)


@pytest.mark.parametrize(
    "path",
    [
        "0.jpg",
        "images/123.png",
        "0_left.jpg",  # other eye data sets number their files so too
        "eyepacs/10_left.jpeg",
        "12345678.png",
        "12345678_1.png",
        "12345678_frontal.png",
        "patient00001/study1/view1_frontal.jpg",
        "Patient-1/x.png",
        "Patient-0012/x.png",
        f"{DICOM}.jpg",
        "png_images/cohort_1/0f0f0f/1a1a1a/2b2b2b.png",
        "not_synpic.jpg",
        "scans/20190101/1.2.840.10008.1/1.2.840.10008.2/1.2.840.10008.3.dcm",  # a day's folder
        "llava/images/12345678_1.png",
        "",
    ],
)
def test_a_path_of_no_known_shape_has_no_subject(path: str):
    assert locate_image(path).subject is None


def test_a_bare_eye_name_is_odirs_where_the_source_tag_says_so():
    assert locate_image("0_left.jpg", "VQA_ODIR_instruction_multichoice_20250124").subject == "odir:0"


def test_images_of_unknown_shape_are_told_apart_by_their_whole_path():
    assert locate_image("a/1.png").key != locate_image("b/1.png").key
    for path in (".\\a\\1.png", "./a//1.png", "a/./1.png", "a/b/../1.png", " a/1.png ", "a/1.png/", "file://a/1.png"):
        assert locate_image(path).key == locate_image("a/1.png").key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Patient-001/slice_96/ct1_week_000-1.png", "Patient-001/slice_96/ct1_week_000-2.png"),
        ("Patient-001/slice_96/ct1_week_000.png", "Patient-001/slice_96/t1_week_000.png"),
        ("Patient-001/slice_96/ct1_week_000.png", "Patient-001/slice_97/ct1_week_000.png"),
        ("ct1_LUMIERE/Patient-001/slice_96/week_000.png", "t1_LUMIERE/Patient-001/slice_96/week_000.png"),
        ("Patient-001/ct1_slice_96/week_000.png", "Patient-001/t1_slice_96/week_000.png"),
        ("Training Images/0_left.jpg", "Training Images/0_right.jpg"),
        ("99000009_F2.jpg", "99000009_F3.jpg"),
    ],
)
def test_two_images_of_one_subject_have_two_keys(first: str, second: str):
    assert locate_image(first).key != locate_image(second).key
    assert locate_image(first).subject == locate_image(second).subject


def test_our_own_rendered_images_have_one_key_from_any_storage_root():
    own = "rendered/odir/image-6edc3bcf2d887e1fab95.png"
    assert locate_image(own).key == locate_image(f"/data/.medmim/{own}").key == "odir:image-6edc3bcf2d887e1fab95"
