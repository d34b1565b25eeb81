"""Reading dataset/instructions and dataset/benchmark from their Parquet files, and telling such a file from JSON.

Example:
    >>> is_parquet(Path("no_such_file.parquet"))
    False
"""

from pathlib import Path

import pyarrow as pa

from pipelines.formats.problem import FormatError
from pipelines.records import DatasetRecord
from pipelines.storage import parse_parquet
from pipelines.tables import INSTRUCTIONS, TableError

_PARQUET_MAGIC = b"PAR1"


def is_parquet(path: Path) -> bool:
    """True where a file begins as Parquet does, whatever its name; False where it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC
    except OSError:
        return False


def read_dataset_rows(path: Path) -> list[DatasetRecord]:
    """Return the rows of a dataset/instructions or dataset/benchmark file.

    Raises:
        FormatError: not a whole Parquet file, other columns, a null where a value is due or a value that no enum knows.
    """
    try:
        return INSTRUCTIONS.to_rows(parse_parquet(path.read_bytes()))
    except OSError as error:  # pyarrow raises it for damaged pages too
        raise FormatError(f"{path}: cannot be read ({error}); check the file or materialize it again") from error
    except pa.ArrowInvalid as error:
        raise FormatError(f"{path}: not a whole Parquet file ({error}); materialize it again") from error
    except (TableError, ValueError) as error:
        raise FormatError(f"{path}: {error}; expected a table dataset/instructions or dataset/benchmark") from error
