"""sdk/vectors: what this package and the Node package must decide alike."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from licenseapi import error
from licenseapi.exchange import Chance, advance, exchange
from licenseapi.messages import Answer, Call, Done, Failure, Wait
from licenseapi.paging import Page, page_reader
from licenseapi.parsing import find_code, make_error, parse_answer
from licenseapi.resources.licenses import License
from licenseapi.retries import decide_wait
from licenseapi.settings import Settings

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
SETTINGS = Settings("https://api.license-api.com", "lapi_sk_test_x")


def load(name: str) -> dict[str, Any]:
    """One file of vectors."""
    loaded: dict[str, Any] = json.loads((VECTORS / name).read_text())
    return loaded


def named(cases: list[dict[str, Any]]) -> Iterable[Any]:
    """Cases with their names as test ids."""
    return [pytest.param(case, id=case["name"]) for case in cases]


def read_answer(case: dict[str, Any]) -> Answer:
    """The answer of a case of errors.json."""
    body = case["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(case["status"], case["headers"], text.encode())


def read_outcome(case: dict[str, Any]) -> Answer | Failure:
    """The outcome of a try of retries.json."""
    if "failure" in case:
        return Failure(case["failure"], OSError("no route"))
    body = {} if case["code"] is None else {"code": case["code"]}
    return Answer(case["status"], case["headers"], json.dumps(body).encode())


def expected_error(name: str | None) -> AbstractContextManager[Any]:
    """Catches the error of this class; nothing when there is to be none."""
    return nullcontext() if name is None else pytest.raises(getattr(error, name))


@pytest.mark.parametrize("case", named(load("errors.json")["cases"]))
def test_an_answer_becomes_the_error_of_the_vectors(case: dict[str, Any]) -> None:
    answer, expected = read_answer(case["answer"]), case["error"]

    if answer.is_success:
        with pytest.raises(error.APIStatusError) as caught:
            parse_answer(Call("licenses.get", License.read, ("lic_1",)), answer)
        raised = caught.value
    else:
        raised = make_error(answer)

    assert type(raised).__name__ == expected["class"]
    assert str(raised) == expected["text"]
    for name in ("status", "code", "param", "request_id"):
        assert getattr(raised, name) == expected[name]
    assert raised.headers == case["answer"]["headers"]
    if expected["code"] is not None:
        assert raised.body == case["answer"]["body"]


@pytest.mark.parametrize("case", named(load("retries.json")["decisions"]))
def test_a_try_is_repeated_as_the_vectors_say(case: dict[str, Any]) -> None:
    outcome = read_outcome(case["outcome"])
    code = find_code(outcome) if isinstance(outcome, Answer) else None
    wait = None
    if case["failed_tries"] <= case.get("max_retries", 2):
        wait = decide_wait(outcome, code, case["failed_tries"], case["jitter"])

    assert wait == case["wait_seconds"]


@pytest.mark.parametrize("case", named(load("retries.json")["exchanges"]))
def test_an_exchange_goes_as_the_vectors_say(case: dict[str, Any]) -> None:
    chance = Chance(jitter=lambda: case["jitter"], make_key=lambda: "k")
    steps = exchange(Call("products.create", dict, fields={"name": "Paint"}), SETTINGS, chance)
    outcomes = [read_outcome(outcome) for outcome in case["outcomes"]]
    waits: list[float] = []
    requests = []

    with expected_error(case["error"]) as caught:
        step = advance(steps, None)
        while not isinstance(step, Done):
            if isinstance(step, Wait):
                waits.append(step.seconds)
                step = advance(steps, None)
            else:
                requests.append(step)
                step = advance(steps, outcomes.pop(0))

    if caught is not None:
        assert type(caught.value) is getattr(error, case["error"])
        assert caught.value.idempotency_key == "k"
    assert waits == case["wait_seconds"]
    assert outcomes == []
    assert all(request == requests[0] for request in requests)


class Pages:
    """Gives the pages of a walk, and checks what each is asked for with."""

    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self.pages = list(pages)

    def run(self, call: Call[Any]) -> Any:
        """The next page."""
        page = self.pages.pop(0)
        assert call.fields == page["query"]
        return call.read(page["answer"])


@pytest.mark.parametrize("walk", named(load("paging.json")["walks"]))
def test_a_list_is_walked_as_the_vectors_say(walk: dict[str, Any]) -> None:
    pages = Pages(walk["pages"])
    call = Call("licenses.list", page_reader(License.read), fields=walk["query"])
    seen = []

    with expected_error(walk["error"]):
        for license in Page(pages, call):
            seen.append(license.id)  # noqa: PERF401 - what was seen before an error counts

    assert (seen, pages.pages) == (walk["ids"], [])
