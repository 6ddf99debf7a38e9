"""JSON as we take it: what two readers could read differently is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.strict_json import (
    MAX_DEPTH,
    DuplicateMemberError,
    StrictJsonError,
    decode,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(TEXTS, parts, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_json_is_read_as_it_was_written(value: object) -> None:
    """Nothing lawful is refused or changed."""
    assert decode(json.dumps(value)) == value
    assert decode(json.dumps(value, ensure_ascii=False)) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("{} {}", "is not JSON"),
        ("[NaN]", "NaN"),
        ("[-Infinity]", "Infinity"),
        ("9223372036854775808", "outside 64 bits"),
        ("-9223372036854775809", "outside 64 bits"),
        ("9" * 5_000, "outside 64 bits"),
        ("1e999", "too large"),
        ('["\\u0000"]', "NUL"),
        ('{"a\\u0000": 1}', "NUL"),
        ('"\\ud83d"', "surrogate"),
        ("\ufeff{}", "byte order mark"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested too deeply"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_refused_is_told_why(text: str, words: str) -> None:
    """In the end of a sentence."""
    with pytest.raises(StrictJsonError, match=words):
        decode(text)


def test_the_deepest_that_is_taken() -> None:
    """One level less is lawful; the ends of 64 bits are."""
    assert decode("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert decode("[9223372036854775807,-9223372036854775808]") == [2**63 - 1, -(2**63)]


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('{"a":1,"a":1}', "/a"),
        ('{"a":1,"\\u0061":2}', "/a"),
        ('{"x":[{"b":1},{"c":{"d":1,"d":2}}]}', "/x/1/c/d"),
        ('{"a/b~c":{"e":1,"e":1}}', "/a~1b~0c/e"),
        ('[{"":1,"":2}]', "/0/"),
    ],
)
def test_a_member_that_stands_twice_is_pointed_at(text: str, pointer: str) -> None:
    """By a pointer of RFC 6901, also where the two are written differently."""
    with pytest.raises(DuplicateMemberError) as refused:
        decode(text)
    assert refused.value.pointer == pointer
