"""Files of licenses as rows, in parts: what an import sends."""

from __future__ import annotations

import csv
import itertools
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

Rows = Iterable[Mapping[str, Any]]
PART_ROWS: Final = 1_000
# The apostrophe that an export puts before what a spreadsheet would run (OWASP, CSV Injection).
_GUARDED: Final = re.compile("'+[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def parts(source: str | Path | Rows) -> Iterator[list[Mapping[str, Any]]]:
    """The rows of a file, or those given, a thousand at a time. Only those are in memory."""
    rows = _read_file(Path(source)) if isinstance(source, (str, os.PathLike)) else iter(source)
    while part := list(itertools.islice(rows, PART_ROWS)):
        yield part


def _read_file(path: Path) -> Iterator[Mapping[str, Any]]:
    """A table with a header line; JSON lines if the name ends in .jsonl or .ndjson."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        if path.suffix in {".jsonl", ".ndjson"}:
            yield from (json.loads(line) for line in file if line.strip())
            return
        for row in csv.DictReader(file, strict=True):
            if None in row or None in row.values():
                message = f"{path}: a row does not have one cell for each column: {row}"
                raise ValueError(message)
            yield {name: _unguard(cell) for name, cell in row.items() if cell}


def _unguard(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
