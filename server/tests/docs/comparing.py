"""Whether an answer that a page shows is the answer that its command gave: shapes, not ids."""

import json
import re
from typing import Any

ELISION = "…"
# Members that are the same whenever the page is run: words of the API, and promised numbers.
WORDS = {"object", "code", "type", "status", "mode", "title", "token_type"}
NUMBERS = {"limit", "max_licenses", "max_requests_per_month", "rate_per_second", "rate_burst"}
STABLE = WORDS | NUMBERS


def compare_json(shown: str, real: str) -> list[str]:
    """What differs: a member or item left out stands as `"…"` on the page."""
    try:
        expected = json.loads(shown)
    except ValueError as error:
        return [f"not JSON: {error}"]
    try:
        actual = json.loads(real)
    except ValueError:
        return [f"the command before did not print one JSON document: {real[:300]!r}"]
    return _compare(expected, actual, "")


def _compare(shown: Any, real: Any, place: str) -> list[str]:
    name = place.rpartition("/")[2]
    if shown == ELISION:
        return []
    if type(shown) is not type(real):
        return [f"{place}: the page shows {shown!r}, the server gave {real!r}"]
    if isinstance(shown, dict):
        return _compare_objects(shown, real, place)
    if isinstance(shown, list):
        return _compare_lists(shown, real, place)
    is_stable = name in STABLE and "/docs/errors/" not in str(real)
    if shown != real and (is_stable or isinstance(shown, bool)):
        return [f"{place}: the page shows {shown!r}, the server gave {real!r}"]
    return []


def _compare_objects(shown: dict[str, Any], real: dict[str, Any], place: str) -> list[str]:
    members = shown.keys() - {ELISION}
    wrong = [f"{place}/{name}: not in the answer" for name in sorted(members - real.keys())]
    if ELISION not in shown:
        wrong += [f"{place}/{name}: not on the page" for name in sorted(real.keys() - members)]
    for name in sorted(members & real.keys()):
        wrong += _compare(shown[name], real[name], f"{place}/{name}")
    return wrong


def _compare_lists(shown: list[Any], real: list[Any], place: str) -> list[str]:
    is_whole = ELISION not in shown
    items = [item for item in shown if item != ELISION]
    if len(items) > len(real) or (is_whole and len(items) != len(real)):
        return [f"{place}: the page shows {len(items)} items, the server gave {len(real)}"]
    return [
        problem
        for number, (one, other) in enumerate(zip(items, real, strict=False))
        for problem in _compare(one, other, f"{place}/{number}")
    ]


def compare_text(shown: str, real: str) -> list[str]:
    """The same lines; `…` on the page stands for anything, for any lines if it is alone on one."""
    lines = [
        "(?:.*\n)*" if line == ELISION else re.escape(line).replace(ELISION, ".*") + "\n"
        for line in shown.strip().splitlines()
    ]
    if re.fullmatch("".join(lines), real.strip() + "\n"):
        return []
    return [f"the page shows\n{shown}\nbut this came out:\n{real}"]
