import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cohort.json_stream import write_json_lines, write_json_list

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(rows=st.lists(VALUES, max_size=4), indent=st.sampled_from([None, 1, 2]))
def test_a_streamed_list_has_the_bytes_of_a_list_written_at_once(tmp_path_factory, rows, indent):
    path = tmp_path_factory.mktemp("stream") / "rows.json"
    write_json_list(path, iter(rows), indent)
    assert path.read_bytes() == json.dumps(rows, indent=indent, ensure_ascii=False).encode()


def test_a_writer_that_fails_leaves_the_former_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "deep" / "rows.jsonl"
    write_json_lines(path, [{"a": "é"}, 2])
    former = path.read_bytes()
    assert former == '{"a": "é"}\n2\n'.encode()
    with pytest.raises(TypeError):
        write_json_lines(path, [1, object()])
    assert path.read_bytes() == former
    assert list(path.parent.iterdir()) == [path]
