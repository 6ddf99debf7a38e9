"""Ids: shape, order, and the time that they carry."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.ids import ALPHABET, LENGTH, id_floor, is_id, make_id
from licenseapi_server.domain.instants import MAX_INSTANT

INSTANTS = st.integers(0, MAX_INSTANT)
RANDOMNESS = st.binary(min_size=10, max_size=10)


def _as_uuid(text: str) -> uuid.UUID:
    number = 0
    for character in text.split("_")[1]:
        number = number * 32 + ALPHABET.index(character)
    return uuid.UUID(int=number)


@given(INSTANTS, RANDOMNESS)
def test_an_id_is_a_uuid_of_version_7_that_carries_its_millisecond(
    now: int, randomness: bytes
) -> None:
    text = make_id("lic", now, randomness)
    parsed = _as_uuid(text)

    assert is_id(text, "lic")
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert parsed.int >> 80 == now // 1000


@given(INSTANTS, RANDOMNESS, RANDOMNESS)
def test_all_74_random_bits_reach_the_id(now: int, one: bytes, other: bytes) -> None:
    mask = (1 << 74) - 1
    same_bits = int.from_bytes(one, "big") & mask == int.from_bytes(other, "big") & mask

    assert (make_id("lic", now, one) == make_id("lic", now, other)) == same_bits


@given(INSTANTS, INSTANTS, RANDOMNESS, RANDOMNESS)
def test_ids_sort_by_the_millisecond_they_were_made(
    one: int, other: int, first: bytes, second: bytes
) -> None:
    if one // 1000 < other // 1000:
        assert make_id("lic", one, first) < make_id("lic", other, second)


@given(INSTANTS, RANDOMNESS)
def test_the_floor_of_a_millisecond_is_below_all_its_ids_and_above_all_earlier_ones(
    now: int, randomness: bytes
) -> None:
    assert id_floor("lic", now) <= make_id("lic", now, randomness)
    if now >= 1000:
        assert make_id("lic", now - 1000, b"\xff" * 10) < id_floor("lic", now)


def test_the_floor_of_an_instant_outside_the_range_of_ids_is_still_an_id() -> None:
    assert is_id(id_floor("lic", -1), "lic")
    assert id_floor("lic", -1) == id_floor("lic", 0)
    assert is_id(id_floor("lic", 10**30), "lic")


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        b"lic_01k000000000000000000000000",
        "",
        "lic_",
        "lic",
        "lic_" + "0" * (LENGTH - 1),
        "lic_" + "0" * (LENGTH + 1),
        "lic_" + "0" * LENGTH + "\n",
        "lic_" + "0" * (LENGTH - 1) + "\n",
        "cus_" + "0" * LENGTH,
        "LIC_" + "0" * LENGTH,
        "lic-" + "0" * LENGTH,
        "lic_" + "A" * LENGTH,
        "lic_" + "0" * (LENGTH - 1) + "u",
        "lic_" + "0" * (LENGTH - 1) + "\u0663",
        "lic_8" + "0" * (LENGTH - 1),
    ],
)
def test_what_is_not_exactly_an_id_is_refused(text: object) -> None:
    assert not is_id(text, "lic")
