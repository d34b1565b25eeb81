import pytest

from pipelines.sources.open_quote import find_open_quotes


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], set()),
        (["1,2", '3,"4"', '"5","""6"""'], set()),
        (["1,2", '3,"x', "5,6"], {1}),
        (['3,"x', '5,"y', '7,"z'], {0, 1, 2}),
        (['3,"x', 'y"', "5,6"], set()),
        (['"a', 'b","c', 'd"', '"open,1', "5,6"], {3}),
        (['3,"x', "5,6", '7,"a', 'b"', "9,10"], {0}),
        (['3,5" tall', "5,6"], set()),
        (['3, "x', "5,6"], {0}),
    ],
)
def test_a_line_is_found_where_no_lines_below_make_a_record_of_it(lines, found):
    assert find_open_quotes([f"{line}\n" for line in lines], ",", n_columns=2) == found


def test_a_quote_that_a_far_line_closes_is_open():
    lines = ['1,"x', *["3,4"] * 2000, 'y"']
    assert 0 in find_open_quotes(lines, ",", n_columns=2)


def test_many_open_quotes_take_no_quadratic_time_nor_memory():
    lines = (f'{number},"x' if number % 2 else f"{number},y" for number in range(20_000))
    assert len(find_open_quotes(lines, ",", n_columns=2)) == 10_000
