"""API key texts: K01 of the security checklist, and the digest that is stored."""

import hashlib
import hmac
import random
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.api_keys import (
    ALPHABET,
    IN_TEXT,
    LENGTH,
    MARKERS,
    ApiKeyDigester,
    ApiKeyText,
    api_key_hint,
    make_api_key,
    parse_api_key,
)

RANDOMNESS = st.binary(min_size=32, max_size=32)
TYPES = st.sampled_from(sorted(MARKERS))
MODES = st.sampled_from(["live", "test"])
EXAMPLE = make_api_key("secret", "live", bytes(range(32)))


def _base62(text: str) -> int:
    number = 0
    for character in text:
        number = number * 62 + ALPHABET.index(character)
    return number


def test_k01_a_hundred_thousand_keys_are_well_formed_and_all_different() -> None:
    generator = random.Random(1)
    shape = re.compile(r"lapi_sk_live_[0-9A-Za-z]{43}[0-9A-Za-z]{6}")
    seen = set()
    for _ in range(100_000):
        text = make_api_key("secret", "live", generator.randbytes(32))
        assert shape.fullmatch(text)
        assert _base62(text[-6:]) == zlib.crc32(text[:-6].encode())
        seen.add(text)
    assert len(seen) == 100_000


def test_k01_a_key_with_any_character_changed_is_refused() -> None:
    for place, right in enumerate(EXAMPLE):
        for wrong in {*ALPHABET, "_", "-", " ", "é"} - {right}:
            assert parse_api_key(EXAMPLE[:place] + wrong + EXAMPLE[place + 1 :]) is None


def test_k01_a_key_with_two_neighbors_swapped_is_refused() -> None:
    for place in range(len(EXAMPLE) - 1):
        first, second = EXAMPLE[place], EXAMPLE[place + 1]
        if first != second:
            swapped = EXAMPLE[:place] + second + first + EXAMPLE[place + 2 :]
            assert parse_api_key(swapped) is None


@given(TYPES, MODES, RANDOMNESS)
def test_a_made_key_parses_into_its_parts(key_type: str, mode: str, randomness: bytes) -> None:
    text = make_api_key(key_type, mode, randomness)
    key = parse_api_key(text)

    assert len(text) == LENGTH
    assert key == ApiKeyText(text=text, key_type=key_type, mode=mode)


@given(RANDOMNESS)
def test_all_256_bits_of_the_secret_reach_the_text(randomness: bytes) -> None:
    text = make_api_key("secret", "live", randomness)

    assert _base62(text[13:56]).to_bytes(32, "big") == randomness


@pytest.mark.parametrize("randomness", [b"\0" * 32, b"\xff" * 32])
def test_keys_are_padded_to_one_length(randomness: bytes) -> None:
    assert len(make_api_key("publishable", "test", randomness)) == LENGTH


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lapi_",
        "x" * LENGTH,
        EXAMPLE[:-1],
        EXAMPLE + "0",
        EXAMPLE + "\n",
        " " + EXAMPLE,
        EXAMPLE.lower(),
        EXAMPLE.replace("lapi_", "LAPI_"),
        EXAMPLE.replace("_sk_", "_xk_"),
        EXAMPLE.replace("_live_", "_prod_"),
        "lapi_sk_live_" + "0" * 1_000_000,
    ],
)
def test_what_is_no_key_is_none_and_never_an_error(text: str) -> None:
    assert parse_api_key(text) is None


@given(st.text(max_size=80))
def test_any_text_parses_to_none_or_to_itself(text: str) -> None:
    key = parse_api_key(text)

    assert key is None or key.text == text


def test_a_hint_shows_the_prefix_and_the_last_four_characters_only() -> None:
    key = parse_api_key(EXAMPLE)

    assert api_key_hint(EXAMPLE) == f"lapi_sk_live_…{EXAMPLE[-4:]}"
    assert key is not None
    assert key.hint == api_key_hint(EXAMPLE)


def test_a_key_is_found_inside_other_text() -> None:
    found = re.search(IN_TEXT, f'{{"note": "my key is {EXAMPLE}, keep it"}}')

    assert found is not None
    assert found.group() == EXAMPLE


@given(st.binary(min_size=1, max_size=200), st.text(max_size=100))
def test_the_digest_is_hmac_sha_256_under_the_pepper(pepper: bytes, text: str) -> None:
    digester = ApiKeyDigester(pepper)
    expected = hmac.digest(pepper, text.encode(), "sha256")

    assert digester.digest(text) == expected
    # The prepared pads are copied, never used up.
    assert digester.digest(text) == expected


def test_k03_neither_a_plain_hash_nor_another_pepper_gives_the_stored_digest() -> None:
    stored = ApiKeyDigester(b"pepper").digest(EXAMPLE)

    assert stored != hashlib.sha256(EXAMPLE.encode()).digest()
    assert stored != ApiKeyDigester(b"another pepper").digest(EXAMPLE)
