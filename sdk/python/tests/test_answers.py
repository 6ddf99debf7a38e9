"""What counts as an answer: sdk/vectors/answers.json, in both clients and over a connection."""

from __future__ import annotations

import re
from typing import Any

import pytest
from edge import REQUEST_ID, Edge, Reaction, answers
from test_vectors import load, named, read_answer

from licenseapi import LicenseAPI, Page
from licenseapi.error import APIStatusError, LicenseInvalid, UnusableAnswerError
from licenseapi.messages import Answer, Call
from licenseapi.operations import OPERATIONS
from licenseapi.parsing import parse_answer

CASES = load("answers.json")["cases"]
CLIENT = LicenseAPI("k")


class Answered:
    """Gives one answer to whatever is called."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def run(self, call: Call[Any]) -> Any:
        """What the answer holds."""
        return parse_answer(call, self.answer)


@pytest.mark.parametrize("case", named(CASES))
def test_an_answer_counts_as_the_vectors_say(case: dict[str, Any]) -> None:
    operation = OPERATIONS[case["operation"]]
    noun, _, verb = re.sub(r"\.get$", ".retrieve", operation.name).partition(".")
    resource = type(getattr(CLIENT, noun))(Answered(read_answer(case["answer"])))
    method = getattr(resource, verb)
    ids = ["id_1"] * operation.path.count("{")

    if case["text"] is None:
        taken = method(*ids)
        found = taken.data if isinstance(taken, Page) else taken
        assert found is not None
    else:
        with pytest.raises(UnusableAnswerError) as caught:
            method(*ids)
        assert isinstance(caught.value, APIStatusError)
        assert (str(caught.value), caught.value.code) == (case["text"], None)


@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_answer_is_never_a_verdict(edge: Edge, client: LicenseAPI, status: int) -> None:
    edge.otherwise = lambda _asked: Reaction(status, content=b"")

    with pytest.raises(UnusableAnswerError, match=f"the server answered {status} with nothing"):
        client.licenses.validate("some key")
    with pytest.raises(UnusableAnswerError):
        client.licenses.require_valid("some key")
    with pytest.raises(UnusableAnswerError) as caught:
        client.customers.create(name="Globex")

    assert caught.value.idempotency_key == edge.asked[-1].headers["idempotency-key"]


def test_a_verdict_is_no_error_of_the_call(edge: Edge, client: LicenseAPI) -> None:
    edge.otherwise = lambda _asked: answers({"valid": False, "code": "EXPIRED"})

    assert client.licenses.validate("some key").code == "EXPIRED"
    with pytest.raises(LicenseInvalid, match="EXPIRED"):
        client.licenses.require_valid("some key")


def test_an_unusable_answer_says_which_request_it_was(edge: Edge, client: LicenseAPI) -> None:
    edge.will(answers({"id": "lic_1"}))

    with pytest.raises(UnusableAnswerError, match=f"^{REQUEST_ID}: No usable answer") as caught:
        client.licenses.retrieve("lic_1")

    assert (caught.value.status, caught.value.body) == (200, '{"id": "lic_1"}')
