"""Values of dataclass fields as Arrow takes them, and back: column by column, since a column has one type and a row has many.

What a type needs is decided once per column; only fields that hold dataclasses are taken apart, and lists and structs are read
as the flat arrays that they are stored as.

Example:
    >>> read_column(pa.chunked_array([[["Yes", "No"], []]]), tuple[str, ...])
    [('Yes', 'No'), ()]
"""

import functools
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Union, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.compute as pc

_Flatten = Callable[[Any], Any]


def plain_values(values: list[Any], hint: Any) -> list[Any]:
    """Return a field's values with each dataclass as a mapping of its fields; enums and tuples Arrow takes as they are."""
    flatten = _choose_flatten(hint)
    return values if flatten is None else [flatten(value) for value in values]


def read_column(column: pa.ChunkedArray, hint: Any) -> list[Any]:
    """Return the values of a column as a dataclass's field of this type holds them.

    Raises:
        ValueError: a value that an enum does not have.
    """
    plain, _ = without_none(hint)
    if get_origin(plain) is tuple:
        items = iter(read_column(pc.call_function("list_flatten", [column]), get_args(plain)[0]))
        lengths = pc.call_function("list_value_length", [column]).to_pylist()
        return [None if length is None else tuple(islice(items, length)) for length in lengths]
    if is_dataclass(plain) and isinstance(plain, type):
        return _read_structs(column, plain)
    values = column.to_pylist()
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        member_of = {value: plain(value) for value in set(values) if value is not None}
        return [member_of.get(value) for value in values]
    return values


@functools.cache
def hints_of(row_type: type) -> dict[str, Any]:
    """Return the type of each field of a dataclass, in their order."""
    hints = get_type_hints(row_type)
    return {field.name: hints[field.name] for field in fields(row_type)}


def without_none(hint: Any) -> tuple[Any, bool]:
    """Return the type without `| None`, and whether it had it."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = [argument for argument in get_args(hint) if argument is not type(None)]
        return inner[0], True
    return hint, False


def _choose_flatten(hint: Any) -> _Flatten | None:
    """Return what takes a value of this type apart, None where Arrow takes it as it is."""
    plain, _ = without_none(hint)
    if get_origin(plain) is tuple:
        flatten = _choose_flatten(get_args(plain)[0])
        return None if flatten is None else lambda values: None if values is None else [flatten(value) for value in values]
    if not is_dataclass(plain) or not isinstance(plain, type):
        return None
    parts = [(name, _choose_flatten(inner)) for name, inner in hints_of(plain).items()]

    def take_apart(row: Any) -> dict[str, Any] | None:
        if row is None:
            return None
        return {name: getattr(row, name) if part is None else part(getattr(row, name)) for name, part in parts}

    return take_apart


def _read_structs(column: pa.ChunkedArray, row_type: type) -> list[Any]:
    parts = [read_column(_field(column, name), hint) for name, hint in hints_of(row_type).items()]
    rows = [row_type(*values) for values in zip(*parts, strict=True)]
    if not column.null_count:
        return rows
    return [row if is_there else None for row, is_there in zip(rows, column.is_valid().to_pylist(), strict=True)]


def _field(structs: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    return pc.call_function("struct_field", [structs], pc.StructFieldOptions([name]))
