"""License key texts: making, folding, checking, hinting."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.license_keys import (
    ALPHABET,
    check_custom_key,
    fold_license_key,
    has_valid_check,
    license_key_hint,
    looks_generated,
    make_license_key,
)

RANDOMNESS = st.binary(min_size=15, max_size=15)


@given(RANDOMNESS)
def test_a_key_is_five_groups_of_five_with_a_fitting_check_character(randomness: bytes) -> None:
    text = make_license_key(randomness)
    folded = fold_license_key(text)

    assert re.fullmatch(f"([{ALPHABET}]{{5}}-){{4}}[{ALPHABET}]{{5}}", text)
    assert folded == text.replace("-", "")
    assert looks_generated(folded)
    assert has_valid_check(folded)


@given(RANDOMNESS)
def test_all_120_bits_reach_the_key(randomness: bytes) -> None:
    number = 0
    for character in fold_license_key(make_license_key(randomness))[:-1]:
        number = number * 32 + ALPHABET.index(character)

    assert number.to_bytes(15, "big") == randomness


def test_a_hundred_thousand_keys_are_all_different() -> None:
    generator = random.Random(2)

    assert len({make_license_key(generator.randbytes(15)) for _ in range(100_000)}) == 100_000


@given(RANDOMNESS, st.integers(0, 24), st.sampled_from(ALPHABET))
def test_one_wrong_character_breaks_the_check(randomness: bytes, place: int, wrong: str) -> None:
    folded = fold_license_key(make_license_key(randomness))
    changed = folded[:place] + wrong + folded[place + 1 :]

    assert has_valid_check(changed) == (changed == folded)


@given(RANDOMNESS, st.integers(0, 23))
def test_two_swapped_neighbors_break_the_check(randomness: bytes, place: int) -> None:
    folded = fold_license_key(make_license_key(randomness))
    first, second = folded[place], folded[place + 1]
    changed = folded[:place] + second + first + folded[place + 2 :]

    # 0 and Z (31) are what Luhn cannot tell apart, as 0 and 9 with decimal digits.
    is_blind = {first, second} <= {"0", "Z"}
    assert has_valid_check(changed) == (first == second or is_blind)


def _mistyped(text: str, generator: random.Random) -> str:
    lookalikes = {"0": "0Oo", "1": "1IiLl"}
    typed = [
        generator.choice(lookalikes.get(character, character + character.lower()))
        for character in text
    ]
    separators = ["", "", " ", "-", "\t", "\n", "\u2013", "\u00a0"]
    return "".join(character + generator.choice(separators) for character in typed)


@given(RANDOMNESS, st.randoms(use_true_random=False))
def test_however_a_key_is_typed_it_folds_to_the_same(
    randomness: bytes, generator: random.Random
) -> None:
    text = make_license_key(randomness)

    assert fold_license_key(_mistyped(text, generator)) == fold_license_key(text)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    folded = fold_license_key(text)

    assert fold_license_key(folded) == folded


def test_ascii_is_folded_alike_alone_and_beside_other_letters() -> None:
    every = "".join(map(chr, range(128)))

    assert fold_license_key(every + "é") == fold_license_key(every) + "é"


@pytest.mark.parametrize(
    "folded", ["", "0" * 24, "0" * 26, "U" * 25, "é" * 25, "0" * 24 + "\n", "a" * 25]
)
def test_what_is_not_ours_has_no_valid_check_and_raises_nothing(folded: str) -> None:
    assert not looks_generated(folded)
    assert not has_valid_check(folded)


@given(st.text(min_size=1, max_size=512))
def test_a_hint_shows_at_most_a_quarter_and_only_the_end(text: str) -> None:
    hint = license_key_hint(text)
    shown = hint.removeprefix("…")

    assert hint.startswith("…")
    assert len(shown) * 4 <= len(text)
    assert text.endswith(shown)


def test_the_hint_of_an_own_key_is_its_last_group() -> None:
    text = make_license_key(bytes(15))

    assert license_key_hint(text) == f"…{text[-5:]}"


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("A" * 16, "A" * 16),
        ("x" * 512, "x" * 512),
        ("  custom key with spaces  ", "custom key with spaces"),
        ("schlüssel-der-firma", "schlüssel-der-firma"),
    ],
)
def test_a_custom_key_is_kept_as_it_is_but_for_the_spaces_around(
    given_text: str, kept: str
) -> None:
    assert check_custom_key(given_text) == kept


@pytest.mark.parametrize(
    "text", ["", "   ", "tab\tinside the key", "nul\0 in the key...", "line\n2" * 4]
)
def test_an_unprintable_custom_key_is_refused_even_by_import(text: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        check_custom_key(text, allow_weak=True)


@pytest.mark.parametrize("text", ["short", "A" * 15, "A" * 15 + " ", "x" * 513])
def test_a_custom_key_that_is_too_short_or_long_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="16 to 512"):
        check_custom_key(text)


def test_only_import_may_keep_a_short_key_and_never_one_that_is_too_long() -> None:
    assert check_custom_key("short", allow_weak=True) == "short"
    with pytest.raises(ValueError, match="at most 512"):
        check_custom_key("x" * 513, allow_weak=True)
