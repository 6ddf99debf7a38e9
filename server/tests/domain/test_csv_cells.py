"""Cells of CSV files: nothing that a spreadsheet would run, and nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.csv_cells import guard, unguard

ACTIVE = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@given(st.text(alphabet=st.one_of(st.sampled_from(f"'{ACTIVE}"), st.characters())))
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.sampled_from(ACTIVE), st.text())
def test_no_cell_begins_with_what_a_spreadsheet_runs(first: str, rest: str) -> None:
    assert guard(first + rest)[0] == "'"


@pytest.mark.parametrize("text", ["", "Ada", "'quoted'", "a=b", "1-2", "{}", "O'Brien", "'"])
def test_plain_texts_stay_as_they_are(text: str) -> None:
    assert (guard(text), unguard(text)) == (text, text)


def test_a_cell_that_looks_guarded_is_guarded_once_more() -> None:
    assert (guard("'=1"), unguard("''=1")) == ("''=1", "'=1")
