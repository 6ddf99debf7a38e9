"""Texts as cells of a CSV file that a spreadsheet may open (OWASP, CSV Injection).

NOTE format: an apostrophe stands before what a spreadsheet would run, and before what already
looks so guarded. `unguard(guard(text)) == text`: exports and imports depend on it.
"""

import re

# = + - @ in both widths, tabs and line ends begin a formula, which can send a table to a stranger.
_LOOKS_ACTIVE = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def guard(text: str) -> str:
    """The text as it stands in a file."""
    return f"'{text}" if _LOOKS_ACTIVE.match(text) else text


def unguard(cell: str) -> str:
    """The text that a cell of a file stands for."""
    return cell[1:] if cell.startswith("'") and _LOOKS_ACTIVE.match(cell) else cell
