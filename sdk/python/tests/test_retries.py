"""Tries over a real connection: when they are repeated, and what each of them carries."""

from __future__ import annotations

import pytest
from edge import DROPS, HALF, STALLS, TRICKLES, Edge, Reaction, answers, refuses

from licenseapi import error
from licenseapi.resources.licenses import Licenses
from licenseapi.settings import Settings
from licenseapi.sync_transport import SyncTransport

LICENSE = {"id": "lic_1", "object": "license", "status": "active"}


@pytest.mark.parametrize(
    "flaw",
    [
        pytest.param(DROPS, id="dropped"),
        pytest.param(HALF, id="half a body"),
        pytest.param(refuses(500, "internal_error"), id="500"),
        pytest.param(Reaction(502, {"content-type": "text/html"}, b"<h1>Bad</h1>"), id="502"),
        pytest.param(refuses(409, "idempotency_in_flight"), id="in flight"),
        pytest.param(refuses(429, "rate_limited", retry_after="1"), id="rate limit"),
    ],
)
def test_a_passing_flaw_is_not_noticed_by_the_caller(
    edge: Edge, licenses: Licenses, waits: list[float], flaw: Reaction
) -> None:
    edge.will(flaw, flaw, answers(LICENSE, 201))

    created = licenses.create(policy_id="pol_1")

    assert created.id == "lic_1"
    assert len(waits) == 2
    first, second, third = edge.asked
    assert first.content == second.content == third.content == b'{"policy_id":"pol_1"}'
    keys = {asked.headers["idempotency-key"] for asked in edge.asked}
    assert len(keys) == 1
    assert len(keys.pop()) >= 32


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (refuses(429, "quota_exceeded", retry_after="1"), error.QuotaExceededError),
        (refuses(429, "rate_limited", retry_after="11"), error.RateLimitError),
        (refuses(409, "already_exists"), error.ConflictError),
        (refuses(401, "authentication_failed"), error.AuthenticationError),
        (Reaction(307, {"location": "http://127.0.0.1:1/"}), error.APIStatusError),
    ],
)
def test_what_waiting_does_not_change_is_raised_at_once(
    edge: Edge,
    licenses: Licenses,
    waits: list[float],
    refusal: Reaction,
    kind: type[error.APIStatusError],
) -> None:
    edge.will(refusal)

    with pytest.raises(kind):
        licenses.retrieve("lic_1")

    assert (len(edge.asked), waits) == (1, [])


def test_tries_end_and_the_error_carries_the_key_to_go_on_with(
    edge: Edge, licenses: Licenses
) -> None:
    edge.will(DROPS, DROPS, DROPS, answers(LICENSE, 201))

    with pytest.raises(error.APIConnectionError) as caught:
        licenses.create(policy_id="pol_1")
    key = caught.value.idempotency_key
    assert key is not None
    licenses.create(policy_id="pol_1", idempotency_key=key)

    assert [asked.headers["idempotency-key"] for asked in edge.asked] == [key] * 4


def test_each_call_has_a_key_of_its_own(edge: Edge, licenses: Licenses) -> None:
    edge.otherwise = lambda _asked: answers(LICENSE)

    licenses.renew("lic_1")
    licenses.renew("lic_1")

    first, second = (asked.headers["idempotency-key"] for asked in edge.asked)
    assert first != second


@pytest.mark.parametrize("silence", [STALLS, TRICKLES], ids=["stalled", "trickling"])
def test_silence_ends_at_the_time_limit(edge: Edge, silence: Reaction) -> None:
    settings = Settings(edge.address, "k", timeout=0.2, max_retries=0)
    edge.will(silence)

    with pytest.raises(error.APITimeoutError, match=r"No answer within 0\.2 s: POST http"):
        Licenses(SyncTransport(settings)).validate("some key")


def test_a_call_may_have_a_time_limit_of_its_own(edge: Edge, licenses: Licenses) -> None:
    edge.otherwise = lambda _asked: STALLS

    with pytest.raises(error.APITimeoutError, match=r"within 0\.1 s"):
        licenses.list(timeout=0.1)

    assert all(asked.query == [] for asked in edge.asked)


def test_nobody_listening_is_a_connection_error() -> None:
    settings = Settings("http://127.0.0.1:1", "k")

    with pytest.raises(error.APIConnectionError) as caught:
        Licenses(SyncTransport(settings, pause=lambda _seconds: None)).retrieve("lic_1")

    assert not isinstance(caught.value, error.APITimeoutError)
    assert caught.value.__cause__ is not None


def test_a_whole_client_really_waits(edge: Edge) -> None:
    from licenseapi import LicenseAPI

    edge.will(DROPS, answers(LICENSE))

    with LicenseAPI("k", edge.address) as client:
        assert client.licenses.retrieve("lic_1").status == "active"
