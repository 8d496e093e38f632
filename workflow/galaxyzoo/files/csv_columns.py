"""Columns of a CSV file: numbers where every cell is one, text as it is otherwise.

A number must go out as it came in. So a column stays text where a cell has zeros or a plus sign in
front of a whole number, as names of galaxies have, or more digits than a floating-point number.
"""

import pyarrow as pa
import pyarrow.compute as pc

MISSING = pa.array(
    ["", "#N/A", "N/A", "NA", "n/a", "NULL", "Null", "null", "NaN", "nan", "NAN", "-nan", "-NaN"]
)
WHOLE = r"^(0|-?[1-9]\d*)$"
NUMBER = (
    r"^[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?$|^[+-]?(inf|Inf|INF|infinity|Infinity)$"
)
WHOLE_IN_FORM = r"^[+-]?\d+$"
LONG_WHOLE = r"^[+-]?\d{16,}$"  # more digits than a float64 is sure to hold
YES_OR_NO = pa.array(["true", "false"])


def typed(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of text as int64, uint64, float64 or bool if it holds nothing else, else as it is.

    What stands for a missing number, such as an empty cell or `NA`, is null among numbers alone.
    """
    bare = pc.utf8_trim_whitespace(texts)
    cells = pc.if_else(pc.is_in(bare, MISSING), pa.scalar(None, bare.type), bare)
    if cells.null_count == len(cells):
        return texts
    if all_match(cells, WHOLE):
        return cast_to_first(cells, (pa.int64(), pa.uint64())) or texts
    if all_match(cells, NUMBER) and not any_match(cells, LONG_WHOLE):
        return texts if all_match(cells, WHOLE_IN_FORM) else pc.cast(cells, pa.float64())
    if pc.all(pc.is_in(cells.drop_null(), YES_OR_NO)).as_py():
        return pc.cast(cells, pa.bool_())
    return texts


def all_match(cells: pa.ChunkedArray, pattern: str) -> bool:
    """Whether all cells that are not null match a pattern."""
    return pc.all(pc.match_substring_regex(cells, pattern)).as_py()


def any_match(cells: pa.ChunkedArray, pattern: str) -> bool:
    """Whether any cell matches a pattern."""
    return pc.any(pc.match_substring_regex(cells, pattern)).as_py()


def cast_to_first(cells: pa.ChunkedArray, kinds: tuple[pa.DataType, ...]) -> pa.ChunkedArray | None:
    """Cells as the first of some types that holds them all; None if none does."""
    for kind in kinds:
        try:
            return pc.cast(cells, kind)
        except pa.ArrowInvalid:
            continue
    return None
