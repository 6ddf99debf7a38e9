"""Every line of the security checklist has a test whose name starts with its id."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"^def test_((?:[kptdo][0-9]{2}_)+)", re.MULTILINE)
CHECKLIST = {
    *(f"k{number:02d}" for number in range(1, 20)),
    *(f"t{number:02d}" for number in range(1, 16)),
    *(f"p{number:02d}" for number in range(1, 17)),
    *(f"o{number:02d}" for number in range(1, 6)),
    "d07",
    "d08",
}
# Lines about parts that the server does not have yet: the part brings its test along, and this
# list only ever shrinks.
WITHOUT_A_PART = {
    "k19": "reports of leaked keys",
    "t13": "the SDKs' verifier of tokens",
    "t14": "tokens bound to a device",
    "p13": "webhooks",
    "p14": "webhooks",
    "p16": "identity and billing providers",
    "d07": "members with roles",
}


def _proved() -> set[str]:
    found = set()
    for path in TESTS.rglob("test_*.py"):
        for ids in NAMED.findall(path.read_text()):
            found |= set(ids.rstrip("_").split("_"))
    return found


def test_every_line_of_the_checklist_has_its_test() -> None:
    assert CHECKLIST - _proved() <= set(WITHOUT_A_PART)
    assert _proved() <= CHECKLIST


def test_what_has_a_test_is_not_said_to_lack_its_part() -> None:
    assert _proved() & set(WITHOUT_A_PART) == set()
