from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage import join_linked

names = st.sampled_from("abcdefgh")
pairs = st.lists(st.tuples(names, names), max_size=12)


@settings(deadline=None)  # a busy machine is no failure
@given(pairs, st.randoms(use_true_random=False))
def test_order_and_direction_of_pairs_do_not_matter(links, random):
    shuffled = [pair[:: random.choice((1, -1))] for pair in links]
    random.shuffle(shuffled)
    assert join_linked("abcdefgh", links) == join_linked("hgfedcba", shuffled)


@settings(deadline=None)  # a busy machine is no failure
@given(pairs)
def test_each_member_is_told_by_the_smallest_member_that_a_chain_reaches(links):
    reached = {name: {name} for name in "abcdefgh"}
    for _ in reached:  # as many rounds as the longest chain has links
        for first, second in links:
            reached[first] = reached[second] = reached[first] | reached[second]
            for member in reached[first]:
                reached[member] = reached[first]
    assert join_linked("abcdefgh", links) == {name: min(members) for name, members in reached.items()}


def test_members_named_by_pairs_alone_are_included():
    assert join_linked([], [("y", "x")]) == {"x": "x", "y": "x"}
