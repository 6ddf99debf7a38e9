"""Tables (RFC 4180) and JSON lines as rows. What cannot be read is refused with row and column."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from licenseapi_server.api.parsing import parse_object
from licenseapi_server.domain.csv_cells import unguard
from licenseapi_server.domain.import_rows import is_column
from licenseapi_server.domain.problems import FieldError, Problem

MARK = "\ufeff"


def read_table(text: str) -> Iterator[dict[str, str]]:
    """The rows of a table with a header line; empty cells are not given. Raises Problem."""
    lines = csv.reader(io.StringIO(text.removeprefix(MARK), newline=""), strict=True)
    number = 0
    try:
        header = next(lines, [])
        _check_header(header)
        for cells in filter(None, lines):
            number += 1
            _check_width(header, cells, number)
            given = zip(header, cells, strict=True)
            yield {name: unguard(cell) for name, cell in given if cell}
    except csv.Error as error:
        raise _refusal(f"cannot be read as CSV: {error}", number + 1) from error


def read_lines(content: bytes) -> Iterator[dict[str, Any]]:
    """The objects of JSON lines, each checked as strictly as a body. Raises Problem."""
    for number, line in enumerate((one for one in content.split(b"\n") if one.strip()), 1):
        yield _read_line(line, number)


def _read_line(line: bytes, number: int) -> dict[str, Any]:
    try:
        return parse_object(line)
    except Problem as problem:
        message = f"Row {number}: {problem.detail}"
        flaw = FieldError(f"/rows/{number}", problem.code, message)
        raise Problem(problem.code, message, errors=[flaw]) from problem


def _check_header(header: Sequence[str]) -> None:
    if not header:
        raise _refusal("is missing: the first line must name the columns", 0)
    for place, name in enumerate(header):
        if not is_column(name):
            raise _refusal(f"names {name[:100]!r}, which is no column of an import", 0, name)
        if name in header[:place]:
            raise _refusal(f"names the column {name[:100]!r} twice", 0, name)


def _check_width(header: Sequence[str], cells: Sequence[str], number: int) -> None:
    if len(cells) != len(header):
        column = header[min(len(cells), len(header) - 1)]
        raise _refusal(f"has {len(cells)} cells under {len(header)} columns", number, column)


def _refusal(message: str, row: int, column: str = "") -> Problem:
    place = f"Row {row}" if row else "The header line"
    name = column.replace("~", "~0").replace("/", "~1")[:200]
    pointer = f"/rows/{row}/{name}" if column else f"/rows/{row}"
    flaw = FieldError(pointer, "invalid_value", f"{place} {message}.")
    return Problem("invalid_request", flaw.message, errors=[flaw])
