import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage import join_linked
from pipelines.rendering.perceptual_hash import LOOKS_THE_SAME, hash_perceptually, measure_distance
from pipelines.rendering.picture import render_picture
from pipelines.rendering.png import hash_pixels
from pipelines.sources.vqa_rad.reader import read_vqa_rad
from pipelines.splits.links import PersonLink, link_subjects
from pipelines.splits.near_duplicates import find_near_duplicates
from pipelines.vocabulary import LinkKind


def people_of(images, links):
    subjects = sorted({subject for _, subject, _, _ in images})
    return join_linked(subjects, [(one.subject_id, one.other_subject_id) for one in links])


def compare_all(images):
    """Every two images of different subjects, by the definition alone."""
    return [
        (one[1], other[1])
        for place, one in enumerate(images)
        for other in images[place + 1 :]
        if one[1] != other[1] and (one[2] == other[2] or measure_distance(one[3], other[3]) <= LOOKS_THE_SAME)
    ]


@st.composite
def random_images(draw, make_hash):
    """Up to 24 images of up to 8 subjects; hashes are equal, near, just too far apart, far apart or missing."""
    flips = st.sampled_from([0, 0, 4, 10, 11, 20])
    hashes = st.one_of(
        st.none(),
        st.builds(make_hash, st.integers(0, 2), flips, flips, st.integers(0, 3)),
    )
    drawn = draw(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 40), hashes), max_size=24))
    return [(f"i{place:02}", subject, f"p{pixels}", found) for place, (subject, pixels, found) in enumerate(drawn)]


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_the_same_people_are_joined_as_by_comparing_all_images_with_all(tabulate, make_hash, data):
    images = data.draw(random_images(make_hash))
    links = link_subjects(tabulate(images))
    subjects = sorted({subject for _, subject, _, _ in images})
    assert people_of(images, links) == join_linked(subjects, compare_all(images))


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_every_link_is_true_names_its_own_images_and_is_the_only_one_of_its_pair(tabulate, make_hash, data):
    images = data.draw(random_images(make_hash))
    links = link_subjects(tabulate(images))
    known = {image: (subject, pixels, found) for image, subject, pixels, found in images}
    pairs = [(link.subject_id, link.other_subject_id) for link in links]
    assert pairs == sorted(set(pairs)) and all(first < second for first, second in pairs)
    for link in links:
        (subject, pixels, found), (other, other_pixels, other_found) = known[link.image_id], known[link.other_image_id]
        assert (subject, other) == (link.subject_id, link.other_subject_id)
        assert (link.kind is LinkKind.SAME_PIXELS) == (pixels == other_pixels)
        assert link.distance == (0 if pixels == other_pixels else measure_distance(found, other_found)) <= LOOKS_THE_SAME


@settings(deadline=None, max_examples=20)
@given(st.data(), st.randoms(use_true_random=False))
def test_order_of_images_does_not_matter(tabulate, make_hash, data, random):
    images = data.draw(random_images(make_hash))
    shuffled = random.sample(images, len(images))
    assert link_subjects(tabulate(images)) == link_subjects(tabulate(shuffled))


def test_the_nearest_link_of_a_pair_of_subjects_is_told(tabulate, make_hash):
    near, nearer = make_hash(1, 12, 0), make_hash(2, 2, 6)
    images = [
        ("i1", "a", "p1", make_hash(1)),
        ("i2", "a", "p2", make_hash(2)),
        ("j1", "b", "p3", near),
        ("j2", "b", "p4", nearer),
    ]
    assert link_subjects(tabulate(images)) == [PersonLink(LinkKind.NEAR_DUPLICATE, "a", "i2", "b", "j2", 6)]


def test_equal_pixels_are_told_before_equal_hashes(tabulate, make_hash):
    images = [("i1", "a", "p1", make_hash(1)), ("i2", "a", "p2", make_hash(1)), ("j", "b", "p2", make_hash(1))]
    assert [(link.kind, link.image_id) for link in link_subjects(tabulate(images))] == [(LinkKind.SAME_PIXELS, "i2")]


def test_images_too_plain_for_a_hash_are_linked_by_their_pixels_alone(tabulate):
    images = [("i", "a", "p1", None), ("j", "b", "p1", None), ("k", "c", "p2", None)]
    assert [(link.subject_id, link.other_subject_id) for link in link_subjects(tabulate(images))] == [("a", "b")]


def test_repeats_within_one_subject_are_no_link(tabulate, make_hash):
    images = [("i", "a", "p1", make_hash(1)), ("j", "a", "p1", make_hash(1)), ("k", "a", "p2", make_hash(1, 3, 3))]
    assert link_subjects(tabulate(images)) == [] and len(find_near_duplicates(tabulate(images))) == 0


@pytest.mark.parametrize("column", ["pixels", "hash"])
def test_one_image_of_ten_thousand_subjects_gives_a_link_for_each_not_for_each_pair(column, tabulate, make_hash):
    subjects = [f"s{number:05}" for number in range(10_000)]
    images = [
        (f"i{subject}", subject, "p" if column == "pixels" else f"p{subject}", None if column == "pixels" else make_hash(1))
        for subject in subjects
    ]
    links = link_subjects(tabulate(images))
    assert len(links) == 9_999 and {link.subject_id for link in links} == {"s00000"}


def test_near_images_within_a_subject_do_not_hide_those_of_others(tabulate, make_hash):
    own = [(f"i{step}", "a", f"p{step}", make_hash(1, step, step)) for step in range(0, 20, 2)]
    images = [*own, ("j", "b", "q", make_hash(1, 19, 19))]
    (link,) = link_subjects(tabulate(images))
    assert link.distance == min(measure_distance(found, make_hash(1, 19, 19)) for _, _, _, found in own)


def test_no_images_give_no_links(tabulate):
    assert link_subjects(tabulate([])) == []


@pytest.mark.parametrize("bad", ["", "0" * 64, "0" * 127 + "g", "A" * 128])
def test_a_hash_of_another_version_is_refused_with_what_to_do(bad, tabulate, make_hash):
    images = tabulate([("i", "a", "p", make_hash(1)), ("j", "b", "q", bad)])
    with pytest.raises(ValueError, match=r"perceptual_hash of 1 images \(first: j\).* materialize rendered/images again"):
        link_subjects(images)


def test_chunks_and_slices_of_a_table_are_read_rightly(tabulate, make_hash):
    images = [(f"i{number}", f"s{number}", f"p{number}", make_hash(number // 2)) for number in range(10)]
    whole = tabulate(images)
    parts = pa.concat_tables([whole.slice(0, 3), whole.slice(3, 4), whole.slice(7)])
    assert link_subjects(parts) == link_subjects(whole) != [] and len(link_subjects(parts.slice(2, 5))) == 2


def test_random_hashes_are_not_near(tabulate, make_hash):
    images = [(f"i{number}", f"s{number}", f"p{number}", make_hash(number)) for number in range(2000)]
    assert link_subjects(tabulate(images)) == []


def test_no_two_subjects_of_the_genuine_vqa_rad_share_an_image(tabulate, vqa_rad_root):
    """The nearest pairs, at distance 94 and more, were looked at: chest films of different people."""
    images = []
    for image in read_vqa_rad(vqa_rad_root).images:
        pixels = render_picture((vqa_rad_root / image.path).read_bytes()).pixels
        images.append((image.path, image.subject_id, hash_pixels(pixels), hash_perceptually(pixels)))
    assert len(images) == 314 and len({subject for _, subject, _, _ in images}) == 313
    assert link_subjects(tabulate(images), max_distance=90) == []


def test_an_altered_copy_of_a_genuine_image_under_another_subject_is_found(tabulate, vqa_rad_root):
    paths = sorted((vqa_rad_root / "VQA_RAD Image Folder").glob("*.jpg"))[:6]
    images = []
    for number, path in enumerate(paths):
        pixels = render_picture(path.read_bytes()).pixels
        images.append((path.name, f"subject-{number}", hash_pixels(pixels), hash_perceptually(pixels)))
    darker = np.rint(render_picture(paths[4].read_bytes()).pixels * 0.8).astype(np.uint8)
    images.append(("darker", "subject-9", hash_pixels(darker), hash_perceptually(darker)))
    (link,) = link_subjects(tabulate(images))
    assert (link.kind, link.subject_id, link.other_image_id) == (LinkKind.NEAR_DUPLICATE, "subject-4", "darker")
