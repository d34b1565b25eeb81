import json

import pytest

from pipelines.calls.batch_file import BatchFileError
from pipelines.calls.batch_state import BatchState, load_states

DIGEST = "0123456789abcdef" * 4


def test_states_are_read_as_they_were_written_and_collected_ones_are_done_with(tmp_path):
    BatchState(DIGEST, "batch_1").save(tmp_path)
    BatchState("f" * 64, "batch_2", is_collected=True).save(tmp_path)
    assert load_states(tmp_path) == [BatchState(DIGEST, "batch_1")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"digest": "01',
        b"[]",
        b"null",
        b'{"digest": "0", "surprise": 1}',
        json.dumps({"digest": "../../elsewhere"}).encode(),
        json.dumps({"digest": "e" * 64}).encode(),
        json.dumps({"digest": 3}).encode(),
        json.dumps({"digest": DIGEST, "batch_id": ["batch_1"]}).encode(),
    ],
)
def test_a_state_that_was_changed_or_cut_off_is_one_message(tmp_path, content):
    BatchState(DIGEST, "batch_1").save(tmp_path)
    (tmp_path / "batch-0123456789abcdef.json").write_bytes(content)
    with pytest.raises(BatchFileError, match=r"batch-0123456789abcdef\.json: not what is known of a batch, expected .*backup"):
        load_states(tmp_path)
